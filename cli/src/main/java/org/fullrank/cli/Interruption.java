package org.fullrank.cli;

import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/// Handles Ctrl-C and SIGTERM during a training. The training stops and writes its checkpoint. The process
/// then ends with the exit code of the command, not with that of the signal.
final class Interruption {
    private static volatile @Nullable Interruption armed;

    private final CountDownLatch finished = new CountDownLatch(1);
    private final Thread hook = new Thread(this::signalled, "fullrank-stop");
    private volatile boolean requested;
    private volatile int code;

    private Interruption() {}

    /// From now on, signals become requests to stop.
    static Interruption arm() {
        var interruption = new Interruption();
        armed = interruption;
        Runtime.getRuntime().addShutdownHook(interruption.hook);
        return interruption;
    }

    boolean requested() {
        return requested;
    }

    /// From now on, signals end the process immediately, unless one has already been received.
    void disarm() {
        if (!requested) {
            try {
                Runtime.getRuntime().removeShutdownHook(hook);
                armed = null;
            } catch (IllegalStateException _) {
                requested = true; // the signal came this very moment
            }
        }
    }

    /// Called last, with the exit code of the command.
    static void finish(int code) {
        Interruption interruption = armed;
        if (interruption != null) {
            interruption.code = code;
            interruption.finished.countDown();
        }
    }

    private void signalled() {
        requested = true;
        try {
            finished.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        System.out.flush();
        System.err.flush();
        Runtime.getRuntime().halt(code);
    }
}
