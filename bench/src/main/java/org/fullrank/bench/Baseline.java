package org.fullrank.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.fullrank.engine.InputException;

/// Figures that later versions of the code are compared with.
///
/// @param machine where they were measured
/// @param figures with the benchmark in their names, as `StepBench 200: trainer step`
public record Baseline(Machine machine, List<Figure> figures) {
    private static final ObjectMapper MAPPER = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    public Baseline {
        figures = List.copyOf(figures);
    }

    /// The baseline in a JSON file.
    ///
    /// @throws InputException when the file is missing or holds no baseline
    static Baseline read(Path file) {
        if (!Files.exists(file)) {
            throw new InputException(
                    "%s: found no baseline, expected one to compare with; make it with bench/run --save".formatted(file));
        }
        try {
            return MAPPER.readValue(file.toFile(), Baseline.class);
        } catch (IOException e) {
            throw new InputException(
                    "%s: found no baseline (%s), expected what bench/run --save writes; make it again"
                            .formatted(file, e.getMessage().lines().findFirst().orElse("")),
                    e);
        }
    }

    void write(Path file) throws IOException {
        Files.writeString(file, MAPPER.writeValueAsString(this) + "\n");
    }

    /// The figures of these benchmarks.
    Baseline only(Collection<String> benchmarks) {
        return new Baseline(machine, figures.stream().filter(f -> benchmarks.contains(benchmark(f))).toList());
    }

    /// This baseline with the figures of some benchmarks replaced by new ones.
    ///
    /// @throws InputException when the new ones are of another machine
    Baseline with(Baseline measured, Collection<String> benchmarks) {
        if (!machine.equals(measured.machine)) {
            throw new InputException("baseline: found figures of %s, expected %s; save all benchmarks again"
                    .formatted(machine, measured.machine));
        }
        var all = new ArrayList<>(figures);
        all.removeIf(f -> benchmarks.contains(benchmark(f)));
        all.addAll(measured.figures);
        return new Baseline(machine, all);
    }

    /// The class of the benchmark that printed a figure.
    private static String benchmark(Figure figure) {
        return figure.name().split("[ :]", 2)[0];
    }
}
