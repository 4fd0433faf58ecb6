/// What a training run reads and writes: recipe files bound to records, the run folder, metric sinks, the list of
/// runs. Knows neither the training loop nor the commands.
@NullMarked
package org.fullrank.run;

import org.jspecify.annotations.NullMarked;
