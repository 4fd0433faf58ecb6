package org.fullrank.train;

import org.fullrank.run.MetricRecord;

/// Receives the events of a training and can stop the training.
public interface TrainingListener {
    /// Called after a record was written; `totalSteps` is the last step of the training.
    void measured(MetricRecord record, long totalSteps);

    /// A message of one line, for example about a checkpoint or a stop.
    void note(String line);

    /// Called after each step. It returns true if the user wants to stop. Then the trainer writes a
    /// checkpoint and returns.
    boolean stopRequested();

    /// A listener that ignores all events and never stops.
    static TrainingListener silent() {
        return new TrainingListener() {
            @Override
            public void measured(MetricRecord record, long totalSteps) {}

            @Override
            public void note(String line) {}

            @Override
            public boolean stopRequested() {
                return false;
            }
        };
    }
}
