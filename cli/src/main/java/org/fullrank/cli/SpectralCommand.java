package org.fullrank.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.data.DataSpec;
import org.fullrank.data.Dataset;
import org.fullrank.data.Items;
import org.fullrank.data.Labels;
import org.fullrank.data.Vectors;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
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
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// Finds the embeddings that minimize an objective, by eigenvectors.
@Command(
        name = "spectral",
        sortOptions = false,
        description = "Finds the best embeddings of an objective without training, by eigenvectors.",
        footer = {
            "",
            "Samples are the rows of --x, the items of --data, or the nodes of --edges. One option says which of them"
                    + " belong together. With --views, each view of an item is a sample.",
            "Without --kernel, each sample is placed by itself. With a kernel the result is a map for new samples."
                    + " Kernels: linear, rbf:WIDTH, laplacian:WIDTH, polynomial:OFFSET,DEGREE, arc-cosine:ORDER, ntk. Without"
                    + " a width, rbf and laplacian take the median distance.",
            "docs/reference/spectral.md has the formulas.",
            "",
            "Examples:",
            "  fullrank spectral --edges friends.csv --dim 8 --out z.npy",
            "  fullrank spectral --x x.npy --neighbors 10 --kernel rbf --gamma 0.2 --out z.npy",
            "  fullrank spectral --data fashion-mnist/ --views gray --kernel rbf --landmarks 1000 --dim 64"
        })
final class SpectralCommand extends Job {
    private static final String VICREG = "vicreg";
    private static final String BARLOW = "barlow-twins";

    @Option(names = "--data", paramLabel = "PATH", description = "Data whose items are the samples: the train split.")
    private @Nullable String data;

    @Option(names = "--x", paramLabel = "FILE", description = "Inputs of the samples, a .npy matrix [N, D].")
    private @Nullable Path x;

    @Option(names = "--edges", paramLabel = "FILE", description = "Related samples: a CSV with lines i,j or i,j,weight.")
    private @Nullable Path edges;

    @Option(
            names = "--views",
            paramLabel = "PRESET",
            description = "Relates the views of each item of --data, drawn by a preset such as gray or vector. Together"
                    + " with another relation it only says how images are read.")
    private @Nullable String views;

    @Option(names = "--neighbors", paramLabel = "K", description = "Relates each sample to its K nearest ones.")
    private @Nullable Integer neighbors;

    @Option(names = "--labels", description = "Relates the items of --data that have the same label.")
    private boolean labels;

    @Option(
            names = "--objective",
            paramLabel = "NAME",
            defaultValue = VICREG,
            description = "vicreg, contrastive, spectral-contrastive or barlow-twins. Default: ${DEFAULT-VALUE}.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private String objective;

    @Option(names = "--gamma", paramLabel = "G", description = "Weight of the invariance of vicreg; embeddings have unit"
            + " variance.")
    private @Nullable Double gamma;

    @Option(names = "--beta", paramLabel = "B", description = "The same for embeddings with unit sums of squares, where it"
            + " is twice gamma.")
    private @Nullable Double beta;

    @Option(names = "--whitened", description = "Holds the covariance of barlow-twins at the identity.")
    private boolean whitened;

    @Option(names = "--kernel", paramLabel = "NAME:ARGS", description = "Kernel of the map, such as rbf:0.5.")
    private @Nullable String kernel;

    @Option(
            names = "--center",
            arity = "1",
            paramLabel = "true|false",
            description = "Whether the features of the kernel lose their mean. Default: they do for vicreg and barlow-twins.")
    private @Nullable Boolean center;

    @Option(names = "--dim", paramLabel = "K", description = "Number of dimensions. Default: 16, or fewer for few samples.")
    private @Nullable Integer dim;

    @Option(
            names = "--landmarks",
            paramLabel = "M",
            description = "Approximates the kernel by M samples. Default: all of up to 2048 samples, 1024 of more.")
    private @Nullable Integer landmarks;

    @Option(names = "--rank-cut", paramLabel = "SHARE", description = "Leaves out directions of the kernel with eigenvalues"
            + " below this share of the largest. Default: 1e-10.")
    private @Nullable Double rankCut;

    @Option(names = "--seed", paramLabel = "SEED", defaultValue = "1", description = "Key of all random draws. Default: 1.")
    private long seed;

    @Option(names = "--out", paramLabel = "FILE", description = "Writes the embeddings of the samples as"
            + " .npy; with --views and a kernel, those of the items without a change.")
    private @Nullable Path out;

    @Option(names = "--gram", paramLabel = "FILE", description = "Writes their inner products [N, N] as .npy.")
    private @Nullable Path gram;

    @Option(names = "--test", paramLabel = "FILE", description = "New samples, a .npy matrix [T, D].")
    private @Nullable Path test;

    @Option(names = "--induced", paramLabel = "FILE", description = "Writes the inner products [T, T] of their embeddings.")
    private @Nullable Path induced;

    @Option(names = "--json", description = "Prints the result as one JSON object.")
    private boolean json;

    @Override
    void work() {
        requireOptions();
        Computation.run(this);
    }

    private void requireOptions() {
        long relations = Stream.of(edges != null, neighbors != null, labels).filter(r -> r).count();
        if (relations > 1 || relations == 0 && views == null) {
            throw conflict("found %d relations, expected one of --edges, --views, --neighbors, --labels".formatted(relations));
        }
        if (data != null && x != null) {
            throw conflict("found --data together with --x, expected one of them");
        }
        if (data == null && (views != null || labels)) {
            throw conflict("found --views or --labels without --data, expected data with items");
        }
        if (data == null && x == null && (neighbors != null || kernel != null)) {
            throw conflict("found no inputs, expected --x or --data, which --neighbors and --kernel need");
        }
        if (!objective.equals(VICREG) && (beta != null || gamma != null) || beta != null && gamma != null) {
            throw conflict("found --beta or --gamma, expected one of them, with objective vicreg only");
        }
        if (whitened && !objective.equals(BARLOW)) {
            throw conflict("found --whitened with objective " + objective + ", expected " + BARLOW);
        }
        if ((induced == null) != (test == null) || induced != null && kernel == null) {
            throw conflict("found --induced or --test alone, expected both, with --kernel");
        }
        if (kernel == null && (landmarks != null || center != null)) {
            throw conflict("found --landmarks or --center without --kernel, expected a kernel");
        }
        Stream.of(out, gram, induced).forEach(file -> {
            if (file != null) {
                requireFolder("output", file);
            }
        });
    }

    /// The computation. It is a separate class, so that `--help` does not load the engine.
    private static final class Computation {
        private final SpectralCommand command;

        private Computation(SpectralCommand command) {
            this.command = command;
        }

        static void run(SpectralCommand command) {
            Threads.use(Threads.resolve(0));
            var computation = new Computation(command);
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
                case BARLOW -> new SpectralObjective.BarlowTwins(command.whitened);
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

        /// @param plain what a map embeds at the end; the samples of the relation may be views of it
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
            FeatureMap features = features(kernel, rows);
            SpectralMap map = form.fit(relation, rows, features);
            if (command.out != null || command.gram != null) {
                write(map.embed(plain));
            }
            Path test = command.test;
            Path induced = command.induced;
            if (test != null && induced != null) {
                Tensor t = NpyMatrix.open(test).read().to(ScalarType.Double); // [T, D]
                NpyMatrix.write(induced, map.kernel().gram(t, t));
            }
            print(map.report(), relation.size(), kernelText, features.width());
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
                command.out().println(new Json()
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
}
