package org.fullrank.compare;

import java.util.List;
import org.fullrank.run.MetricRecord;
import org.fullrank.trained.Trained;

/// The state of one training of a comparison.
public sealed interface TrainingOutcome {
    Cell cell();

    /// What was recorded while it trained, oldest first.
    List<MetricRecord> records();

    /// Trained to the end and measured.
    ///
    /// @param secondsPerEpoch of the clock, checks while training included
    record Measured(Cell cell, List<MetricRecord> records, Score score, Trained.Health health, double secondsPerEpoch)
            implements TrainingOutcome {}

    /// Ended by an error; not tried again.
    ///
    /// @param message one line
    record Failed(Cell cell, List<MetricRecord> records, String message) implements TrainingOutcome {}

    /// Not yet done.
    ///
    /// @param message why, one line
    record Pending(Cell cell, List<MetricRecord> records, String message) implements TrainingOutcome {}
}
