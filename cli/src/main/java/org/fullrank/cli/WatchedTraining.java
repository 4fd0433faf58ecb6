package org.fullrank.cli;

import java.io.PrintWriter;
import org.fullrank.run.MetricRecord;
import org.fullrank.run.Progress;
import org.fullrank.run.Recipe;
import org.fullrank.train.TrainingListener;

/// Shows the progress of a training on standard error. Stops the training on Ctrl-C.
final class WatchedTraining implements TrainingListener, AutoCloseable {
    private final Progress progress;
    private final Interruption interruption = Interruption.arm();

    WatchedTraining(PrintWriter err, Recipe recipe) {
        progress = Progress.to(err, Terminal.columns(), recipe.train().epochs());
    }

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

    @Override
    public void close() {
        progress.close();
        interruption.disarm();
    }
}
