/// The training loop: steps, checkpoints, the flight recorder, and scheduled checks. This package does not
/// use the command line.
@NullMarked
package org.fullrank.train;

import org.jspecify.annotations.NullMarked;
