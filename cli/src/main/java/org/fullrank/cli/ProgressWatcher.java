package org.fullrank.cli;

import org.fullrank.run.MetricRecord;
import org.fullrank.run.Progress;
import org.fullrank.train.TrainingListener;

/// Shows a training, and stops it on Ctrl-C.
record ProgressWatcher(Progress progress, Interruption interruption) implements TrainingListener {
    @Override
    public void measured(MetricRecord record, long totalSteps) {
        progress.measured(record, totalSteps);
    }

    @Override
    public void note(String line) {
        progress.note(line);
    }

    @Override
    public boolean stopRequested() {
        return interruption.requested();
    }
}
