package org.fullrank.cli;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.data.DataSpec;
import org.fullrank.data.Dataset;
import org.fullrank.data.Items;
import org.fullrank.data.Vectors;
import org.fullrank.engine.InputException;
import org.fullrank.engine.NativeErrors;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Threads;
import org.fullrank.file.NpyMatrix;
import org.fullrank.method.MethodSpec;
import org.fullrank.net.EncoderSpec;
import org.fullrank.net.KernelMap;
import org.fullrank.net.LinearMap;
import org.fullrank.run.Recipe;
import org.fullrank.run.RunFolder;
import org.fullrank.settings.Nearest;
import org.fullrank.settings.RecordShape;
import org.fullrank.spectral.ClosedForm;
import org.fullrank.spectral.EdgeFile;
import org.fullrank.spectral.FeatureMap;
import org.fullrank.spectral.Kernel;
import org.fullrank.spectral.LandmarkChoice;
import org.fullrank.spectral.RelatedSamples;
import org.fullrank.spectral.Relation;
import org.fullrank.spectral.RelationSpec;
import org.fullrank.spectral.SampleRows;
import org.fullrank.spectral.SpectralEmbedding;
import org.fullrank.spectral.SpectralMap;
import org.fullrank.spectral.SpectralObjective;
import org.fullrank.train.SpectralFit;
import org.fullrank.view.VectorViews;
import org.fullrank.view.ViewGenerator;
import org.fullrank.view.ViewSpec;
import org.jspecify.annotations.Nullable;

/// The computation of [SpectralCommand]. It is a separate class, so that `--help` does not load libtorch.
final class SpectralComputation {
    /// Rows of a matrix of inner products: 2 GB, the most that one file holds here.
    private static final int MOST_GRAM_ROWS = 16_000;

    private final SpectralCommand command;
    private final SpectralOutput output;

    private SpectralComputation(SpectralCommand command) {
        this.command = command;
        output = new SpectralOutput(command);
    }

    static void run(SpectralCommand command) {
        Threads.use(Threads.resolve(0));
        Path folder = command.runFolder();
        if (folder != null) {
            RunFolder.requireFree(folder, "remove it, because a fit starts anew, or name another folder with --out");
        }
        var computation = new SpectralComputation(command);
        NativeErrors.guard("spectral", "lower --landmarks or --dim, or leave --gram and --induced out", () -> {
            try (var scope = Scope.withoutGradients()) {
                if (command.data == null) {
                    computation.matrix();
                } else {
                    computation.items(command.data);
                }
                return computation;
            }
        });
    }

    private void matrix() {
        Path x = command.x;
        Path edges = command.edges;
        if (x == null && edges != null) {
            free(EdgeFile.read(edges, 0));
        } else if (x != null) {
            SampleRows rows = SampleRows.of(NpyMatrix.open(x).read());
            RelatedSamples samples = RelatedSamples.of(relation(), rows, null);
            String kernel = command.kernel;
            if (kernel == null) {
                free(samples.relation());
            } else {
                mapped(samples, Kernel.of(kernel, rows));
            }
        }
    }

    private void items(String path) {
        try (Dataset dataset = Dataset.open(DataSpec.of(path))) {
            dataset.warnings().forEach(output::warn);
            Items items = SpectralFit.items(dataset);
            ViewSpec views = viewSpec(items);
            ViewGenerator generator = ViewGenerator.of(items, views, command.seed, Threads.resolve(0));
            String kernel = command.kernel;
            if (kernel == null) {
                free(RelatedSamples.of(relation(), items, generator).relation());
                return;
            }
            SampleRows rows = RelatedSamples.rows(relation(), items, generator);
            requireGram("--gram", command.gram, items.size());
            Tensor tested = test(rows.width());
            SpectralFit fit = SpectralFit.of(recipe(path, views, Kernel.of(kernel, rows), rows.size()), dataset);
            write(fit.map(), fit.samples().plain(), tested);
            output.print(
                    fit.map().report(), fit.samples().rows().size(), fit.map().features());
            Path folder = command.runFolder();
            if (folder != null) {
                output.run(fit, dataset, folder);
            }
            output.end();
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

    private RelationSpec relation() {
        Path edges = command.edges;
        Integer neighbors = command.neighbors;
        if (edges != null) {
            return new RelationSpec.Edges(edges.toAbsolutePath().normalize());
        }
        if (neighbors != null) {
            return new RelationSpec.Neighbors(neighbors);
        }
        return command.labels ? new RelationSpec.Labels() : new RelationSpec.Views();
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

    /// The recipe of a map, from which its run can be read again.
    private Recipe recipe(String path, ViewSpec views, Kernel kernel, int samples) {
        ClosedForm form = form(samples);
        EncoderSpec encoder = kernel instanceof Kernel.Linear
                ? new LinearMap(form.width())
                : new KernelMap(kernel, landmarks(samples), form.width());
        return Recipe.closedForm(
                        "%s with kernel %s, by eigenvectors".formatted(command.objective, kernel.text()),
                        encoder,
                        new MethodSpec.ClosedForm(
                                form.objective(), relation(), form.centered(), choice(), form.rankCut()))
                .withViews(views)
                .withSeed(command.seed)
                .withData(DataSpec.of(path))
                .withAbsolutePaths();
    }

    private int landmarks(int samples) {
        Integer asked = command.landmarks;
        int standard = samples <= ClosedForm.DENSE_ROWS ? samples : LandmarkChoice.STANDARD_COUNT;
        int count = asked == null ? standard : asked;
        if (command.landmarkChoice != null && count >= samples) {
            output.warn("all %d samples are landmarks, so that --landmark-choice has no effect; add --landmarks"
                    .formatted(samples));
        }
        return Math.min(count, samples);
    }

    private LandmarkChoice choice() {
        String name = command.landmarkChoice;
        if (name == null) {
            return LandmarkChoice.DEFAULT;
        }
        List<String> names =
                Arrays.stream(LandmarkChoice.values()).map(RecordShape::name).toList();
        Nearest.require("--landmark-choice: found", name, names);
        return Arrays.stream(LandmarkChoice.values())
                .filter(choice -> RecordShape.name(choice).equals(name))
                .findFirst()
                .orElseThrow();
    }

    private void free(Relation relation) {
        requireGram("--gram", command.gram, relation.size());
        SpectralEmbedding embedding = form(relation.size()).fit(relation);
        output.write(embedding.tensor());
        output.print(embedding.report(), relation.size(), null);
        output.end();
    }

    /// Fits a map of the rows of a matrix.
    private void mapped(RelatedSamples samples, Kernel kernel) {
        SampleRows rows = samples.rows();
        requireGram("--gram", command.gram, rows.size());
        Tensor tested = test(rows.width());
        FeatureMap features = kernel instanceof Kernel.Linear
                ? new FeatureMap.Inputs(rows.width())
                : choice().choose(kernel, rows, landmarks(rows.size()), command.seed);
        SpectralMap map = form(rows.size()).fit(samples.relation(), rows, features);
        write(map, rows, tested);
        output.print(map.report(), rows.size(), features);
        output.end();
    }

    private void write(SpectralMap map, SampleRows plain, @Nullable Tensor tested) {
        if (command.embeddings() != null || command.gram != null) {
            output.write(map.embed(plain));
        }
        Path induced = command.induced;
        if (tested != null && induced != null) {
            NpyMatrix.write(induced, map.gram(tested, tested));
        }
    }

    /// The rows of `--test`, `[T, D]`, which are read before the fit; null if there are none.
    private @Nullable Tensor test(int width) {
        Path test = command.test;
        if (test == null) {
            return null;
        }
        NpyMatrix file = NpyMatrix.open(test);
        requireGram("--induced", command.induced, file.rows());
        InputException.unless(
                file.columns() == width,
                "--test %s: found %d columns, expected %d as in the samples; give rows of the same features",
                test,
                file.columns(),
                width);
        return file.read().to(ScalarType.Double);
    }

    private static void requireGram(String option, @Nullable Path file, long rows) {
        InputException.when(
                file != null && rows > MOST_GRAM_ROWS,
                "%s: found %d rows, expected at most %d, because it is a matrix of all pairs; leave it out and multiply"
                        + " the embeddings that you need",
                option,
                rows,
                MOST_GRAM_ROWS);
    }
}
