/// Optimizers on the flat parameter buffer, and learning-rate schedules. This package does not use objectives
/// or the training loop.
@NullMarked
package org.fullrank.optim;

import org.jspecify.annotations.NullMarked;
