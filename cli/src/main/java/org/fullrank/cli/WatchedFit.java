package org.fullrank.cli;

import java.io.PrintWriter;
import org.fullrank.decompose.FitProgress;
import org.fullrank.run.Progress;
import org.fullrank.text.Numbers;

/// Shows the progress of a fit on standard error, and ends the fit on Ctrl-C. On a terminal, the progress is
/// one line that is overwritten. Elsewhere, it is a plain line every few seconds.
final class WatchedFit implements FitProgress, AutoCloseable {
    private final PrintWriter err;
    private final int columns = Terminal.columns();
    private final Interruption interruption = Interruption.arm();
    private long shownAt = Long.MIN_VALUE;
    private boolean open;

    WatchedFit(PrintWriter err) {
        this.err = err;
    }

    @Override
    public boolean goesOn(Step step) {
        boolean goesOn = !interruption.requested();
        double every = columns > 0 ? Progress.TERMINAL_SECONDS : Progress.PLAIN_SECONDS;
        long now = System.nanoTime();
        if (shownAt == Long.MIN_VALUE || now - shownAt >= every * 1e9) {
            shownAt = now;
            show(line(step));
        }
        if (!goesOn) {
            note("stopped in iteration %d: the best factors so far are kept; --out with --resume continues"
                    .formatted(step.step()));
        }
        return goesOn;
    }

    private static String line(Step step) {
        String validation = Double.isNaN(step.heldOut())
                ? "all entries"
                : "held out %s  best %s".formatted(Numbers.steady(step.heldOut()), Numbers.steady(step.best()));
        return "rank %d  iteration %d/%d  loss %s  %s"
                .formatted(step.rank(), step.step(), step.mostSteps(), Numbers.steady(step.loss()), validation);
    }

    private void show(String line) {
        if (columns == 0) {
            err.println(line);
        } else {
            String fitted = line.length() < columns ? line : line.substring(0, columns - 1);
            err.print("\r" + fitted + " ".repeat(columns - 1 - fitted.length()));
            open = true;
        }
        err.flush();
    }

    private void note(String line) {
        endLine();
        err.println(line);
    }

    private void endLine() {
        if (open) {
            err.println();
            open = false;
        }
    }

    @Override
    public void close() {
        endLine();
        interruption.disarm();
    }
}
