/// Low-rank factors that untrained networks generate, fitted to one noisy matrix or tensor, with singular value
/// and nonnegative factorizations beside them.
@NullMarked
package org.fullrank.decompose;

import org.jspecify.annotations.NullMarked;
