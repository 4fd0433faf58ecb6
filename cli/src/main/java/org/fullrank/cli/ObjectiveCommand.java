package org.fullrank.cli;

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
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Evaluates a loss on saved embeddings. Names, settings and the headers of all files are checked before any
/// values are read. Gradients are written after all of them have been computed.
@Command(
        name = "objective",
        sortOptions = false,
        description =
                "Evaluates an objective, a regularizer or a regression on saved embeddings. Prints the value and its"
                        + " parts. Can write the gradients.",
        footer = {
            "",
            "A regularizer needs one file. An objective needs two or more views of the same"
                    + " samples. A regression needs two files: the prediction and the target. The target gets"
                    + " no gradient.",
            "Each file has a matrix [N, D] of float32 or float64, with a row for each sample. All"
                    + " files have the same shape and type. Results have the same precision.",
            "docs/reference/methods.md has the formula, the settings and reference values for each name.",
            "",
            "Examples:",
            "  fullrank objective vicreg a.npy b.npy",
            "  fullrank objective nt-xent a.npy b.npy --set temperature=0.2 --json",
            "  fullrank objective vicreg a.npy b.npy --expect 25.31",
            "  fullrank objective variance-hinge a.npy --gradients gradients/"
        })
final class ObjectiveCommand extends Job {
    @Parameters(index = "0", paramLabel = "NAME", description = "The name of an objective, regularizer or regression.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    String name;

    @Parameters(index = "1..*", arity = "0..*", paramLabel = "FILE", description = "Embeddings as .npy files.")
    List<Path> files = new ArrayList<>();

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "Changes a setting of the objective, such as temperature=0.2. You can give this option"
                    + " several times.")
    List<String> settings = new ArrayList<>();

    @Option(
            names = "--draw",
            paramLabel = "K",
            defaultValue = "0",
            description = "The key of random draws, such as directions. Equal keys give equal draws. Default:"
                    + " ${DEFAULT-VALUE}.")
    long draw;

    @Option(
            names = "--gradients",
            paramLabel = "DIR",
            description = "Writes the gradient with respect to each file, in the order of the files, as grad_a.npy,"
                    + " grad_b.npy, ...")
    @Nullable
    Path gradients;

    @Option(
            names = "--expect",
            paramLabel = "VALUE",
            description = "Fails with exit code 1 unless the value equals this number. The relative tolerance is"
                    + " 1e-5 for float32 and 1e-10 for float64.")
    @Nullable
    Double expected;

    @Option(names = "--json", description = "Prints the result as one JSON object.")
    boolean json;

    /// Relative difference between two sums of float32 that are added in different orders.
    private static final double TOLERANCE_32 = 1e-5;

    /// The same for float64.
    private static final double TOLERANCE_64 = 1e-10;

    /// Smallest number of rows. A single row has no variance, and there is no other sample to compare it
    /// with.
    private static final int LEAST_ROWS = 2;

    /// The results. A number is a `Float` or a `Double`, depending on the type of the files. It is printed
    /// with as many digits as its type needs.
    private record Result(Number value, SequencedMap<String, Number> parts) {}

    @Override
    void work() {
        Evaluable function = Evaluable.named(name, settings);
        requireFiles(function);
        requireFolder();
        List<NpyMatrix> matrices = files.stream().map(NpyMatrix::open).toList();
        requireAlike(matrices);
        NpyMatrix first = matrices.getFirst();
        Result result = Computation.of(this, function, matrices);
        requireExpected(result, first);
        Map<String, Object> chosen = Yaml.map(function.settings());
        if (json) {
            out().println(new Json()
                    .put("name", name)
                    .put("value", result.value())
                    .put("parts", result.parts())
                    .put("settings", chosen)
                    .put("shape", List.of(first.rows(), first.columns())));
        } else {
            out().print(text(result, chosen, first));
            out().flush();
        }
    }

    private void requireFiles(Evaluable function) {
        int found = files.size();
        if (found < function.fewest() || found > function.most()) {
            throw new InputException("objective %s: found %d %s, expected %s"
                    .formatted(name, found, found == 1 ? "file" : "files", function.takes()));
        }
    }

    private void requireExpected(Result result, NpyMatrix first) {
        Double wanted = expected;
        double found = result.value().doubleValue();
        double allowed = first.type() == ScalarType.Double ? TOLERANCE_64 : TOLERANCE_32;
        if (wanted != null && !(Math.abs(found - wanted) <= allowed * Math.abs(wanted))) {
            throw new JobException(
                    "--expect: found %s, expected %s to a relative %.0e; compare the settings and the formula in"
                                    .formatted(result.value(), wanted, allowed)
                            + " docs/reference/methods.md");
        }
    }

    private void requireFolder() {
        Path folder = gradients;
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
                                        name,
                                        first.header().shapeText(),
                                        first.file(),
                                        matrix.header().shapeText(),
                                        matrix.file()));
            }
            if (matrix.type() != first.type()) {
                throw new InputException(("objective %s: found %s in %s and %s in %s, expected one type; save both"
                                + " with the same type")
                        .formatted(name, precision(first), first.file(), precision(matrix), matrix.file()));
            }
        }
        if (first.rows() < LEAST_ROWS) {
            throw new InputException("objective %s: found %d row in %s, expected at least %d; it compares samples"
                    .formatted(name, first.rows(), first.file(), LEAST_ROWS));
        }
    }

    /// The names of the files: `grad_a.npy` to `grad_z.npy`, then `grad_aa.npy`.
    private static Path gradient(Path folder, int index) {
        return folder.resolve("grad_" + letters(index) + ".npy");
    }

    private static String letters(int index) {
        int alphabet = 'z' - 'a' + 1;
        String last = String.valueOf((char) ('a' + index % alphabet));
        return index < alphabet ? last : letters(index / alphabet - 1) + last;
    }

    /// The computation with libtorch. It is a separate class, so that `--help` does not load libtorch.
    private static final class Computation {
        private Computation() {}

        static Result of(ObjectiveCommand command, Evaluable function, List<NpyMatrix> matrices) {
            Path folder = command.gradients;
            try (var scope = Scope.open();
                    var recording = folder == null ? Gradients.off() : Gradients.on()) {
                List<Tensor> z = new ArrayList<>();
                for (NpyMatrix matrix : matrices) {
                    z.add(matrix.read().set_requires_grad(folder != null));
                }
                Terms terms = function.formula().evaluate(z, command.draw);
                var parts = new LinkedHashMap<String, Number>();
                terms.parts().forEach((name, value) -> parts.put(name, number(value)));
                if (folder != null) {
                    write(terms.total(), z, folder);
                }
                return new Result(number(terms.total()), parts);
            } catch (FullrankException e) {
                throw e;
            } catch (RuntimeException e) { // of the engine
                String reason = NativeErrors.isOutOfMemory(e) ? "out of memory; use fewer rows" : NativeErrors.line(e);
                throw new JobException(
                        "objective %s on %s: %s"
                                .formatted(
                                        command.name,
                                        matrices.getFirst().header().shapeText(),
                                        reason),
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
                throw new JobException(
                        "--gradients %s: cannot be made (%s); name another folder".formatted(folder, e), e);
            }
            for (int i = 0; i < z.size(); i++) {
                Tensor gradient = z.get(i).grad();
                NpyMatrix.write(gradient(folder, i), gradient.defined() ? gradient : torch.zeros_like(z.get(i)));
            }
        }

        /// A scalar in its own precision. If one conditional had two numbers of different types, both would
        /// become doubles.
        private static Number number(Tensor scalar) {
            if (scalar.scalar_type().intern() == ScalarType.Double) {
                return Tensors.value(scalar);
            }
            return (float) Tensors.value(scalar);
        }
    }

    private String text(Result result, Map<String, Object> chosen, NpyMatrix first) {
        var table = new Table();
        table.row(name, result.value());
        if (!result.parts().isEmpty()) {
            table.row("parts, before their weights", "");
        }
        for (Map.Entry<String, Number> part : result.parts().entrySet()) {
            table.row("  " + part.getKey(), part.getValue());
        }
        if (!chosen.isEmpty()) {
            table.row("settings", "");
        }
        chosen.forEach((setting, value) -> table.row("  " + setting, String.valueOf(value)));
        StringBuilder text = new StringBuilder().append(table);
        text.append("%d samples, %d dimensions, %s\n".formatted(first.rows(), first.columns(), precision(first)));
        if (gradients != null) {
            for (int i = 0; i < files.size(); i++) {
                text.append(gradient(gradients, i)).append('\n');
            }
        }
        return text.toString();
    }

    private static String precision(NpyMatrix matrix) {
        return matrix.type() == ScalarType.Double ? "float64" : "float32";
    }
}
