/// The loop: steps, checkpoints, monitors on schedule, and what is read back from a run. Knows nothing of commands.
@NullMarked
package org.fullrank.train;

import org.jspecify.annotations.NullMarked;
