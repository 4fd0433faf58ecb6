package org.fullrank.run;

import java.nio.file.Path;
import java.util.Optional;

/// The warning about a run whose training has not reached its last step.
public final class UnfinishedRun {
    private UnfinishedRun() {}

    /// One line; empty if the run has finished.
    ///
    /// @param step of the checkpoint that is used
    public static Optional<String> warning(Path run, long step) {
        RunStatus status = RunFolder.open(run).status();
        if (status == RunStatus.FINISHED) {
            return Optional.empty();
        }
        long total = 0;
        for (MetricLine line : Metrics.lines(run.resolve(Metrics.FILE))) {
            total = line instanceof MetricLine.Started started ? started.steps() : total;
        }
        if (status == RunStatus.RUNNING && total > 0 && step >= total) {
            return Optional.empty(); // only its evaluation is left
        }
        String where = total == 0 ? "step %d".formatted(step) : "step %d of %d".formatted(step, total);
        String reason = status == RunStatus.FAILED ? RunFolder.open(run).message() : "";
        String ended = status.label() + (reason.isEmpty() ? "" : " (%s)".formatted(reason));
        return Optional.of(
                switch (status) {
                    case RUNNING ->
                        "warning: run %s is still running: %s; repeat this command when it has ended"
                                .formatted(run, where);
                    case STOPPED, INTERRUPTED, FAILED ->
                        "warning: run %s did not finish: %s, %s; fullrank pretrain --resume %s continues it"
                                .formatted(run, where, ended, run);
                    case COLLAPSED, ROLLED_BACK, FINISHED ->
                        "warning: run %s did not finish: %s, %s; fullrank diagnose %s says more"
                                .formatted(run, where, status.label(), run);
                });
    }
}
