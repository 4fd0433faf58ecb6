/// The files of a training run: recipes, the run folder, metrics, and the list of runs. This package does not
/// use the training loop or the command line.
@NullMarked
package org.fullrank.run;

import org.jspecify.annotations.NullMarked;
