/// Benchmarks: a class of this package prints every figure of speed that the project claims.
@NullMarked
package org.fullrank.bench;

import org.jspecify.annotations.NullMarked;
