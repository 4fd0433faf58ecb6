package org.fullrank.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.FullrankException;
import org.fullrank.engine.Gradients;
import org.fullrank.engine.InputException;
import org.fullrank.engine.JobException;
import org.fullrank.engine.NativeErrors;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.file.NpyMatrix;
import org.fullrank.objective.Terms;
import org.fullrank.settings.Yaml;
import org.fullrank.text.Table;

/// The work of `objective`. Names, settings and the headers of all files are checked before the first value is read;
/// gradients are written when all are known.
record ObjectiveWork(ObjectiveCommand command) {
    /// Two rows: fewer have no variance, and no other sample to differ from.
    private static final int LEAST_ROWS = 2;

    /// What was computed. A number is a `Float` or a `Double`, as the files are, and prints with the digits that
    /// tell it from its neighbours.
    private record Result(Number value, SequencedMap<String, Number> parts) {}

    void run() {
        Evaluable function = Evaluable.named(command.name, command.settings);
        requireFiles(function);
        requireFolder();
        List<NpyMatrix> matrices = command.files.stream().map(NpyMatrix::open).toList();
        requireAlike(matrices);
        NpyMatrix first = matrices.getFirst();
        Result result = evaluated(function, matrices);
        JsonNode settings = settings(function);
        if (command.json) {
            command.out()
                    .println(new Json()
                            .put("name", command.name)
                            .put("value", result.value())
                            .put("parts", result.parts())
                            .put("settings", settings)
                            .put("shape", List.of(first.rows(), first.columns())));
        } else {
            command.out().print(text(result, settings, first));
            command.out().flush();
        }
    }

    private void requireFiles(Evaluable function) {
        int found = command.files.size();
        if (!function.takes(found)) {
            throw new InputException("objective %s: found %d %s, expected %s"
                    .formatted(command.name, found, found == 1 ? "file" : "files", function.takes()));
        }
    }

    private void requireFolder() {
        Path folder = command.gradients;
        if (folder != null && Files.exists(folder) && !Files.isDirectory(folder)) {
            throw new InputException("--gradients %s: found a file, expected a folder; name another".formatted(folder));
        }
    }

    private void requireAlike(List<NpyMatrix> matrices) {
        NpyMatrix first = matrices.getFirst();
        for (NpyMatrix matrix : matrices) {
            if (!matrix.header().shape().equals(first.header().shape())) {
                throw new InputException(
                        "objective %s: found shape %s in %s and %s in %s, expected one shape; row i is sample i in each file"
                                .formatted(
                                        command.name,
                                        first.header().shapeText(),
                                        first.file(),
                                        matrix.header().shapeText(),
                                        matrix.file()));
            }
            if (matrix.type() != first.type()) {
                throw new InputException("objective %s: found %s in %s and %s in %s, expected one type; save both alike"
                        .formatted(command.name, precision(first), first.file(), precision(matrix), matrix.file()));
            }
        }
        if (first.rows() < LEAST_ROWS) {
            throw new InputException("objective %s: found %d row in %s, expected at least %d; it compares samples"
                    .formatted(command.name, first.rows(), first.file(), LEAST_ROWS));
        }
    }

    private Result evaluated(Evaluable function, List<NpyMatrix> matrices) {
        try (var scope = Scope.open();
                var recording = command.gradients == null ? Gradients.off() : Gradients.on()) {
            List<Tensor> z = new ArrayList<>();
            for (NpyMatrix matrix : matrices) {
                z.add(matrix.read().set_requires_grad(command.gradients != null));
            }
            Terms terms = function.evaluate(z, command.draw);
            var parts = new LinkedHashMap<String, Number>();
            terms.parts().forEach((name, value) -> parts.put(name, number(value)));
            if (command.gradients != null) {
                write(terms.total(), z, command.gradients);
            }
            return new Result(number(terms.total()), parts);
        } catch (FullrankException e) {
            throw e;
        } catch (RuntimeException e) { // of the engine
            String reason = NativeErrors.isOutOfMemory(e) ? "out of memory; take fewer rows" : NativeErrors.line(e);
            throw new JobException(
                    "objective %s on %s: %s"
                            .formatted(
                                    command.name, matrices.getFirst().header().shapeText(), reason),
                    e);
        }
    }

    private static void write(Tensor total, List<Tensor> z, Path folder) {
        if (total.requires_grad()) {
            total.backward();
        }
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new JobException("--gradients %s: cannot be made (%s); name another folder".formatted(folder, e), e);
        }
        for (int i = 0; i < z.size(); i++) {
            Tensor gradient = z.get(i).grad();
            NpyMatrix.write(gradient(folder, i), gradient.defined() ? gradient : torch.zeros_like(z.get(i)));
        }
    }

    /// `grad_a.npy` to `grad_z.npy`, then `grad_aa.npy`.
    private static Path gradient(Path folder, int index) {
        return folder.resolve("grad_" + letters(index) + ".npy");
    }

    private static String letters(int index) {
        int alphabet = 'z' - 'a' + 1;
        String last = String.valueOf((char) ('a' + index % alphabet));
        return index < alphabet ? last : letters(index / alphabet - 1) + last;
    }

    /// A scalar in its own precision. Two numbers of unlike type in one conditional would both become doubles.
    private static Number number(Tensor scalar) {
        if (scalar.scalar_type().intern() == ScalarType.Double) {
            return Tensors.value(scalar);
        }
        return (float) Tensors.value(scalar);
    }

    private static JsonNode settings(Evaluable function) {
        try {
            return new ObjectMapper().readTree(Yaml.json(function.settings()));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private String text(Result result, JsonNode settings, NpyMatrix first) {
        var table = new Table();
        table.row(command.name, result.value());
        for (Map.Entry<String, Number> part : result.parts().entrySet()) {
            table.row("  " + part.getKey(), part.getValue());
        }
        if (!settings.isEmpty()) {
            table.row("settings", "");
        }
        for (Map.Entry<String, JsonNode> setting : settings.properties()) {
            table.row("  " + setting.getKey(), setting.getValue().asText());
        }
        StringBuilder text = new StringBuilder().append(table);
        text.append("%d samples, %d dimensions, %s\n".formatted(first.rows(), first.columns(), precision(first)));
        if (command.gradients != null) {
            for (int i = 0; i < command.files.size(); i++) {
                text.append(gradient(command.gradients, i)).append('\n');
            }
        }
        return text.toString();
    }

    private static String precision(NpyMatrix matrix) {
        return matrix.type() == ScalarType.Double ? "float64" : "float32";
    }
}
