package org.fullrank.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/// One measured cost. A lower value is better.
///
/// @param name what was measured, unique within a benchmark, such as `trainer step`
/// @param unit of median and spread, such as `ms`
/// @param median of all rounds, positive
/// @param spread interquartile range of all rounds; half of the rounds lie within it
public record Figure(String name, String unit, double median, double spread) {
    /// The file to which [#report] appends, as a system property; not set when a person runs the benchmark.
    static final String FILE = "fullrank.bench.figures";

    /// Spread over median above which a figure is of little use as a baseline: 20 %, four times the
    /// smallest change that a comparison reports.
    private static final double NOISY = 4 * Regression.MARGIN;

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final MathContext DIGITS = new MathContext(4);

    /// Rounds to four digits: more would be noise.
    public Figure {
        if (name.isBlank() || unit.isBlank()) {
            throw new IllegalArgumentException(
                    "figure: found name '%s' and unit '%s', expected both".formatted(name, unit));
        }
        if (!(median > 0) || !Double.isFinite(median) || !(spread >= 0)) {
            throw new IllegalArgumentException("figure %s: found median %s and spread %s, expected positive numbers"
                    .formatted(name, median, spread));
        }
        median = rounded(median);
        spread = rounded(spread);
    }

    /// The figure of several rounds.
    ///
    /// @param values the cost of each round, at least one
    static Figure of(String name, String unit, double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return new Figure(name, unit, quantile(sorted, 0.5), quantile(sorted, 0.75) - quantile(sorted, 0.25));
    }

    /// Hands the costs of all rounds to the comparison with the baseline, if one is running; else does nothing.
    ///
    /// @param factor converts `values` to `unit`, as 1e3 seconds to `ms`
    static void report(String name, String unit, double factor, double[] values) {
        String file = System.getProperty(FILE);
        if (file == null) {
            return;
        }
        try {
            double[] scaled = Arrays.stream(values).map(v -> factor * v).toArray();
            String line = MAPPER.writeValueAsString(of(name, unit, scaled));
            Files.writeString(Path.of(file), line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// What [#report] wrote to `file`.
    static List<Figure> read(Path file) throws IOException {
        try (var values = MAPPER.readerFor(Figure.class).<Figure>readValues(file.toFile())) {
            return values.readAll();
        }
    }

    /// This figure with the benchmark and its arguments in its name, as `StepBench 200: trainer step`.
    Figure of(String benchmark, List<String> arguments) {
        String title = String.join(
                " ", Stream.concat(Stream.of(benchmark), arguments.stream()).toList());
        return new Figure(title + ": " + name, unit, median, spread);
    }

    /// Whether the spread exceeds [#NOISY] of the median, which an idle machine does not show.
    boolean noisy() {
        return spread > NOISY * median;
    }

    /// The benchmark in the name.
    String benchmark() {
        return name.split("[ :]", 2)[0];
    }

    /// Interpolated between the two nearest values.
    private static double quantile(double[] sorted, double share) {
        double place = share * (sorted.length - 1);
        int below = (int) place;
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
    }

    private static double rounded(double value) {
        return new BigDecimal(value).round(DIGITS).doubleValue();
    }
}
