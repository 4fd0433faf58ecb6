/// Benchmarks: every figure of speed that the project claims is printed by a class of this package.
@NullMarked
package org.fullrank.bench;

import org.jspecify.annotations.NullMarked;
