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

/// One measured cost: the lower the better.
///
/// @param name what was measured, unique within a benchmark, such as `trainer step`
/// @param unit of median and spread, such as `ms`
/// @param median of all rounds, positive
/// @param spread interquartile range of all rounds; half of the rounds lie within it
public record Figure(String name, String unit, double median, double spread) {
    /// The file to which [#report] appends, as a system property; not set when a person runs the benchmark.
    static final String FILE = "fullrank.bench.figures";

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final MathContext DIGITS = new MathContext(4);

    public Figure {
        if (name.isBlank() || unit.isBlank()) {
            throw new IllegalArgumentException("figure: found name '%s' and unit '%s', expected both".formatted(name, unit));
        }
        if (!(median > 0) || !Double.isFinite(median) || !(spread >= 0)) {
            throw new IllegalArgumentException("figure %s: found median %s and spread %s, expected positive numbers"
                    .formatted(name, median, spread));
        }
    }

    /// The figure of several rounds, rounded to four digits.
    ///
    /// @param values the cost of each round, at least one
    static Figure of(String name, String unit, double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        double spread = quantile(sorted, 0.75) - quantile(sorted, 0.25);
        return new Figure(name, unit, rounded(quantile(sorted, 0.5)), rounded(spread));
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

    Figure withName(String other) {
        return new Figure(other, unit, median, spread);
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
