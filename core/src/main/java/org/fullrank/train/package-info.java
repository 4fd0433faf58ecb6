/// The training loop: steps, checkpoints, the flight recorder, and checks on schedule. Knows nothing of commands.
@NullMarked
package org.fullrank.train;

import org.jspecify.annotations.NullMarked;
