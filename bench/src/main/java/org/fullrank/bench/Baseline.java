package org.fullrank.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.fullrank.engine.InputException;

/// Measured costs with which later versions of the code are compared.
///
/// @param machine machine on which they were measured
/// @param figures with the benchmark in their names, as `StepBench 200: trainer step`
public record Baseline(Machine machine, List<Figure> figures) {
    private static final ObjectMapper MAPPER = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    public Baseline {
        Objects.requireNonNull(machine, "machine is missing");
        figures = List.copyOf(figures);
    }

    /// The baseline in a JSON file.
    ///
    /// @throws InputException when the file is missing or holds no baseline
    static Baseline read(Path file) {
        if (!Files.exists(file)) {
            throw new InputException(
                    "%s: found no file, expected a baseline; make it with bench/run --save".formatted(file));
        }
        try {
            return MAPPER.readValue(file.toFile(), Baseline.class);
        } catch (IOException e) {
            throw new InputException(
                    "%s: found no baseline (%s), expected what bench/run --save writes; make it again"
                            .formatted(
                                    file,
                                    String.valueOf(e.getMessage())
                                            .lines()
                                            .findFirst()
                                            .orElse("")),
                    e);
        }
    }

    void write(Path file) throws IOException {
        Files.writeString(file, MAPPER.writeValueAsString(this) + "\n");
    }

    /// The figures of these benchmarks.
    Baseline only(Collection<String> benchmarks) {
        return new Baseline(
                machine,
                figures.stream().filter(f -> benchmarks.contains(f.benchmark())).toList());
    }

    /// This baseline, in which all figures of the benchmarks of `measured` are replaced.
    Baseline with(Baseline measured) {
        Set<String> again = measured.figures.stream().map(Figure::benchmark).collect(Collectors.toSet());
        var all = new ArrayList<>(figures);
        all.removeIf(f -> again.contains(f.benchmark()));
        all.addAll(measured.figures);
        return new Baseline(machine, all);
    }

    /// @throws InputException when these are the figures of another machine
    void requireMachine(Machine current) {
        if (!machine.equals(current)) {
            throw new InputException("baseline: found figures of %s, expected %s; save all benchmarks again"
                    .formatted(machine, current));
        }
    }
}
