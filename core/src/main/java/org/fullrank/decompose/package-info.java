/// Low-rank factors that untrained networks generate. They are fitted to one noisy matrix or tensor, and can
/// be compared with singular value and nonnegative factorizations.
@NullMarked
package org.fullrank.decompose;

import org.jspecify.annotations.NullMarked;
