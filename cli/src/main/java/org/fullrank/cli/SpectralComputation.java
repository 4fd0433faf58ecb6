package org.fullrank.cli;

import java.nio.file.Path;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.data.DataSpec;
import org.fullrank.data.Dataset;
import org.fullrank.data.Items;
import org.fullrank.data.Labels;
import org.fullrank.data.Vectors;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Threads;
import org.fullrank.file.NpyMatrix;
import org.fullrank.settings.Nearest;
import org.fullrank.settings.RecordShape;
import org.fullrank.spectral.ClosedForm;
import org.fullrank.spectral.EdgeFile;
import org.fullrank.spectral.FeatureMap;
import org.fullrank.spectral.Groups;
import org.fullrank.spectral.Kernel;
import org.fullrank.spectral.LandmarkChoice;
import org.fullrank.spectral.NearestNeighbors;
import org.fullrank.spectral.Relation;
import org.fullrank.spectral.SampleRows;
import org.fullrank.spectral.SpectralEmbedding;
import org.fullrank.spectral.SpectralMap;
import org.fullrank.spectral.SpectralObjective;
import org.fullrank.spectral.SpectralReport;
import org.fullrank.spectral.ViewRows;
import org.fullrank.text.Table;
import org.fullrank.view.VectorViews;
import org.fullrank.view.ViewGenerator;
import org.fullrank.view.ViewSpec;
import org.jspecify.annotations.Nullable;

/// The computation of [SpectralCommand]. It is a separate class, so that `--help` does not load libtorch.
final class SpectralComputation {
    private final SpectralCommand command;

    private SpectralComputation(SpectralCommand command) {
        this.command = command;
    }

    static void run(SpectralCommand command) {
        Threads.use(Threads.resolve(0));
        var computation = new SpectralComputation(command);
        try (var scope = Scope.withoutGradients()) {
            if (command.data == null) {
                computation.matrix();
            } else {
                computation.items(command.data);
            }
        }
    }

    private void matrix() {
        Path x = command.x;
        SampleRows rows = x == null ? null : SampleRows.of(NpyMatrix.open(x).read());
        fit(relation(rows, null), rows, rows);
    }

    private void items(String path) {
        try (Dataset dataset = Dataset.open(DataSpec.of(path))) {
            dataset.warnings().forEach(this::warn);
            Items items = dataset.items(dataset.splits().getFirst());
            ViewGenerator generator = ViewGenerator.of(items, viewSpec(items), command.seed, Threads.resolve(0));
            SampleRows plain = ViewRows.plain(generator, items.size());
            if (command.edges == null && command.neighbors == null && !command.labels) {
                fit(Groups.ofViews(items.size(), generator.views()), ViewRows.drawn(generator, items.size()), plain);
            } else {
                fit(relation(plain, items.labels()), plain, plain);
            }
        }
    }

    private ViewSpec viewSpec(Items items) {
        String preset = command.views;
        if (preset != null) {
            return ViewSpec.named(preset);
        }
        InputException.unless(
                items instanceof Vectors,
                "--data: found images, expected --views PRESET, which says how they are read; add it, such as gray");
        return VectorViews.defaults();
    }

    private Relation relation(@Nullable SampleRows rows, @Nullable Labels labels) {
        Path edges = command.edges;
        Integer neighbors = command.neighbors;
        if (edges != null) {
            return EdgeFile.read(edges, rows == null ? 0 : rows.size());
        }
        if (neighbors != null && rows != null) {
            return NearestNeighbors.graph(rows, neighbors);
        }
        if (labels == null) {
            throw new InputException("--labels: found data without labels, expected some; name the label column");
        }
        return Groups.ofLabels(labels.classes());
    }

    private SpectralObjective objective() {
        List<String> names = RecordShape.choices(SpectralObjective.class).stream()
                .map(RecordShape::name)
                .toList();
        Nearest.require("--objective: found", command.objective, names);
        return switch (command.objective) {
            case "contrastive" -> new SpectralObjective.Contrastive();
            case "spectral-contrastive" -> new SpectralObjective.SpectralContrastive();
            case SpectralCommand.BARLOW -> new SpectralObjective.BarlowTwins(command.whitened);
            default -> vicreg(command.beta, command.gamma);
        };
    }

    private static SpectralObjective vicreg(@Nullable Double beta, @Nullable Double gamma) {
        if (beta != null) {
            return new SpectralObjective.Vicreg(beta, false);
        }
        return gamma == null ? SpectralObjective.Vicreg.defaults() : SpectralObjective.Vicreg.ofGamma(gamma);
    }

    private ClosedForm form(int samples) {
        ClosedForm form = ClosedForm.of(objective()).withSeed(command.seed);
        Integer dim = command.dim;
        Boolean center = command.center;
        Double cut = command.rankCut;
        form = form.withWidth(dim == null ? Math.min(form.width(), Math.max(1, samples - 1)) : dim);
        form = center == null ? form : form.withCentered(center);
        return cut == null ? form : form.withRankCut(cut);
    }

    /// @param plain the samples that a map embeds at the end. The samples of the relation may be views of
    ///     them
    private void fit(Relation relation, @Nullable SampleRows rows, @Nullable SampleRows plain) {
        ClosedForm form = form(relation.size());
        String kernelText = command.kernel;
        if (kernelText == null || rows == null || plain == null) {
            SpectralEmbedding embedding = form.fit(relation);
            write(embedding.tensor());
            print(embedding.report(), relation.size(), "none", 0);
            return;
        }
        Kernel kernel = Kernel.of(kernelText, rows);
        Tensor tested = test(rows.width());
        FeatureMap features = features(kernel, rows);
        SpectralMap map = form.fit(relation, rows, features);
        if (command.out != null || command.gram != null) {
            write(map.embed(plain));
        }
        Path induced = command.induced;
        if (tested != null && induced != null) {
            NpyMatrix.write(induced, map.gram(tested, tested));
        }
        print(map.report(), relation.size(), kernelText, features.width());
    }

    /// The rows of `--test`, `[T, D]`, which are read before the fit; null if there are none.
    private @Nullable Tensor test(int width) {
        Path test = command.test;
        if (test == null) {
            return null;
        }
        Tensor rows = NpyMatrix.open(test).read().to(ScalarType.Double);
        InputException.unless(
                rows.size(1) == width,
                "--test %s: found %d columns, expected %d as in the samples; give rows of the same features",
                test,
                rows.size(1),
                width);
        return rows;
    }

    private FeatureMap features(Kernel kernel, SampleRows rows) {
        if (kernel instanceof Kernel.Linear) {
            return new FeatureMap.Inputs(rows.width());
        }
        int standard = rows.size() <= ClosedForm.DENSE_ROWS ? rows.size() : LandmarkChoice.STANDARD_COUNT;
        Integer landmarks = command.landmarks;
        return LandmarkChoice.DEFAULT.choose(kernel, rows, landmarks == null ? standard : landmarks, command.seed);
    }

    private void write(Tensor embeddings) {
        Path out = command.out;
        Path gram = command.gram;
        if (out != null) {
            NpyMatrix.write(out, embeddings);
        }
        if (gram != null) {
            NpyMatrix.write(gram, embeddings.matmul(embeddings.t()));
        }
    }

    private void warn(String line) {
        command.err().println("warning: " + line);
    }

    private void print(SpectralReport report, int samples, String kernel, int features) {
        report.warnings().forEach(this::warn);
        if (command.json) {
            command.out()
                    .println(new Json()
                            .put("objective", command.objective)
                            .put("kernel", kernel)
                            .put("samples", samples)
                            .put("features", features)
                            .put("loss", report.loss())
                            .put("lengths", report.lengths())
                            .put("rank", report.rank())
                            .put("condition", report.condition())
                            .put("gap", report.gap())
                            .put("residual", report.residual())
                            .put("traceError", report.traceError())
                            .put("warnings", report.warnings()));
            return;
        }
        var table = new Table();
        table.row("loss", report.loss());
        table.row("dimensions", report.kept());
        table.row("gap", report.gap());
        if (features > 0) {
            table.row("rank", report.rank());
            table.row("condition", report.condition());
            table.row("trace error", report.traceError());
        } else {
            table.row("residual", report.residual());
        }
        double[] lengths = report.lengths();
        for (int i = 0; i < lengths.length; i++) {
            table.row("length " + (i + 1), lengths[i]);
        }
        command.out().print(table);
        command.out().println("%d samples, %s, kernel %s".formatted(samples, command.objective, kernel));
    }
}
