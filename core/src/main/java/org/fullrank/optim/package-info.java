/// Optimizers on the flat parameter buffer and schedules. Knows nothing of objectives or the training loop.
@NullMarked
package org.fullrank.optim;

import org.jspecify.annotations.NullMarked;
