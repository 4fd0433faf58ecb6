package org.fullrank.train;

import org.fullrank.run.MetricRecord;

/// Receives the events of a training, and can stop it.
public interface TrainingListener {
    /// A record was written; `totalSteps` is where the training ends.
    void measured(MetricRecord record, long totalSteps);

    /// Something worth a line happened: a checkpoint, a stop.
    void note(String line);

    /// Asked after each step: whether the user wants to stop. The trainer then writes a checkpoint and returns.
    boolean stopRequested();

    /// One that listens to nothing and never stops.
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
