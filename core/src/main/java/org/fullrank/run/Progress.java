package org.fullrank.run;

import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import java.util.StringJoiner;
import java.util.function.LongSupplier;
import org.fullrank.text.Numbers;
import org.jspecify.annotations.Nullable;

/// Shows the progress of a training: each loss term, the spread and rank of the embedding, the kNN accuracy,
/// the speed, and the time left. On a terminal, the progress is one line that is overwritten; it shows the
/// latest value of each metric. Elsewhere, the progress is a plain line every few seconds, without control
/// characters. A plain line shows only what was measured since the last line or at its own step, so that an
/// old loss is not read as that of a later step.
public final class Progress {
    /// Seconds between two plain lines. With this value, the log of an hour is still readable.
    public static final double PLAIN_SECONDS = 10;
    /// Seconds between two updates of the line on a terminal.
    public static final double TERMINAL_SECONDS = 0.2;

    private static final int BAR = 20;

    private final PrintWriter out;
    private final int columns;
    private final int epochs;
    private final LongSupplier nanoTime;
    private final SequencedMap<String, Double> values = new LinkedHashMap<>();
    private long stepShown = -1;
    private @Nullable MetricRecord first;
    private double imagesPerSecond = Double.NaN;
    private long shownAt;
    private boolean shown;
    private boolean open;

    private Progress(PrintWriter out, int columns, int epochs, LongSupplier nanoTime) {
        this.out = out;
        this.columns = columns;
        this.epochs = epochs;
        this.nanoTime = nanoTime;
    }

    /// @param columns width of the terminal that `out` writes to, 0 if `out` is not a terminal
    /// @param epochs number of epochs of the whole training
    public static Progress to(PrintWriter out, int columns, int epochs) {
        return new Progress(out, columns, epochs, System::nanoTime);
    }

    static Progress to(PrintWriter out, int columns, int epochs, LongSupplier nanoTime) {
        return new Progress(out, columns, epochs, nanoTime);
    }

    /// Shows a record. If records follow too quickly, they are stored but not shown.
    ///
    /// @param totalSteps last step of the training
    public void measured(MetricRecord record, long totalSteps) {
        if (first == null) {
            first = record;
        }
        if (columns == 0 && stepShown >= 0 && record.step() > stepShown) {
            values.clear(); // the last line has them
            stepShown = -1;
        }
        values.putAll(record.values());
        imagesPerSecond = record.timing().getOrDefault("imagesPerSecond", imagesPerSecond);
        double every = columns > 0 ? TERMINAL_SECONDS : PLAIN_SECONDS;
        boolean due = !shown || nanoTime.getAsLong() - shownAt >= every * 1e9;
        if (due || record.step() == totalSteps) {
            show(line(first, record, totalSteps));
            stepShown = record.step();
        }
    }

    /// Writes a separate line.
    public void note(String line) {
        close();
        out.println(line);
        out.flush();
    }

    /// Ends the updated line, so that other output can follow.
    public void close() {
        if (open) {
            out.println();
            open = false;
        }
    }

    private void show(String line) {
        shown = true;
        shownAt = nanoTime.getAsLong();
        if (columns == 0) {
            out.println(line);
            out.flush();
            return;
        }
        String fitted = line.length() < columns ? line : line.substring(0, columns - 1);
        out.print("\r" + fitted + " ".repeat(columns - 1 - fitted.length()));
        out.flush();
        open = true;
    }

    private String line(MetricRecord from, MetricRecord now, long totalSteps) {
        double done = (double) now.step() / totalSteps;
        StringJoiner line = new StringJoiner("  ");
        line.add("epoch %d/%d".formatted(Math.min(now.epoch() + 1, epochs), epochs));
        if (columns > 0) {
            int filled = (int) (BAR * done);
            line.add("[" + "#".repeat(filled) + ".".repeat(BAR - filled) + "] " + (int) (100 * done) + "%");
        } else {
            line.add("step %d/%d".formatted(now.step(), totalSteps));
        }
        String left = timeLeft(from, now, totalSteps);
        if (columns > 0) {
            line.add(left);
        }
        for (Map.Entry<String, Double> value : values.entrySet()) {
            String text = text(value.getKey(), value.getValue());
            if (!text.isEmpty()) {
                line.add(text);
            }
        }
        if (!Double.isNaN(imagesPerSecond)) {
            line.add(String.format(Locale.ROOT, "%.0f samples/s", imagesPerSecond));
        }
        if (columns == 0) {
            line.add(left);
        }
        return line.toString();
    }

    /// The text of a metric that is shown. The files also have the other metrics.
    private static String text(String name, double value) {
        return switch (name) {
            case "loss" -> "loss " + Numbers.steady(value);
            case "batch.embedding.std" -> "std " + Numbers.steady(value);
            case "batch.embedding.rankme" -> "RankMe " + Numbers.steady(value);
            case "knn" -> "online kNN " + Numbers.percent(value);
            default -> name.startsWith("loss.") ? name.substring("loss.".length()) + " " + Numbers.steady(value) : "";
        };
    }

    private static String timeLeft(MetricRecord from, MetricRecord now, long totalSteps) {
        if (now.step() == totalSteps) {
            return "done";
        }
        double seconds = RunTime.secondsLeft(from, now, totalSteps);
        if (Double.isNaN(seconds)) {
            return "--:-- left";
        }
        long left = Math.round(seconds);
        return left >= 3600
                ? "%d:%02d:%02d left".formatted(left / 3600, left / 60 % 60, left % 60)
                : "%d:%02d left".formatted(left / 60, left % 60);
    }
}
