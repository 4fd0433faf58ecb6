package org.fullrank.compare;

import java.util.List;
import org.fullrank.run.MetricRecord;
import org.fullrank.trained.Trained;

/// The state of one training of a comparison.
public sealed interface TrainingOutcome {
    Cell cell();

    /// The log records of the training, oldest first.
    List<MetricRecord> records();

    /// Trained to the end and measured.
    ///
    /// @param secondsPerEpoch wall-clock seconds per epoch, including checks; of the whole fit for a closed
    ///     form
    record Measured(Cell cell, List<MetricRecord> records, Score score, Trained.Health health, double secondsPerEpoch)
            implements TrainingOutcome {}

    /// The training ended with an error. It is not repeated.
    ///
    /// @param message one line
    record Failed(Cell cell, List<MetricRecord> records, String message) implements TrainingOutcome {}

    /// The training is not yet finished.
    ///
    /// @param message the reason, one line
    record Pending(Cell cell, List<MetricRecord> records, String message) implements TrainingOutcome {}
}
