package org.fullrank.cli;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.fullrank.engine.GlooWorkers;
import org.fullrank.engine.JobException;
import org.fullrank.engine.Rendezvous;

/// What happens when another worker has ended unexpectedly: this process ends too, with one line.
final class LostWorker {
    /// How long the training may take to notice it by itself, and to record its end.
    private static final Duration GRACE = Duration.ofSeconds(8);
    /// How long it takes at most until the number of the lost worker is known.
    private static final Duration KNOWN = Duration.ofSeconds(3);

    private static final Duration STEP = Duration.ofMillis(50);
    private static final int FAILED = 1;

    private LostWorker() {}

    /// Ends the process after some time, because the training may be deep in a computation or wait for the lost
    /// worker.
    ///
    /// @param over whether the training has ended by itself
    /// @param speaks whether this process prints the line
    static void end(Rendezvous met, BooleanSupplier over, boolean speaks, PrintWriter err) {
        sleep(GRACE);
        if (over.getAsBoolean()) {
            return;
        }
        if (speaks) {
            err.println("fullrank: " + line(met));
        }
        err.flush();
        Runtime.getRuntime().halt(FAILED);
    }

    /// Ends this process some time after the one that has started it. A process that nobody waits for must not wait
    /// for others.
    static void endAfter(ProcessHandle parent) {
        parent.onExit().thenRun(() -> {
            sleep(GRACE.multipliedBy(2)); // a training that works reports the loss before
            Runtime.getRuntime().halt(FAILED);
        });
    }

    /// The exception with the number of the lost worker, if one is lost.
    static JobException explained(JobException e, Rendezvous met) {
        if (!GlooWorkers.isLoss(e)) {
            return e;
        }
        for (int i = 0; met.lost() < 0 && i < KNOWN.dividedBy(STEP); i++) {
            sleep();
        }
        return met.lost() < 0 ? e : new JobException(line(met), e);
    }

    private static String line(Rendezvous met) {
        return ("training stopped: worker %d has ended unexpectedly; read its output, then start all workers again with"
                        + " --resume")
                .formatted(met.lost());
    }

    /// Waits a moment for news about the others.
    static void sleep() {
        sleep(STEP);
    }

    private static void sleep(Duration time) {
        try {
            Thread.sleep(time);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
