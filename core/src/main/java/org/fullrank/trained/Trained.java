package org.fullrank.trained;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.fullrank.data.DataSpec;
import org.fullrank.data.Dataset;
import org.fullrank.data.Items;
import org.fullrank.data.SamplingOrder;
import org.fullrank.data.Split;
import org.fullrank.diagnose.Diagnosis;
import org.fullrank.diagnose.NoiseReport;
import org.fullrank.diagnose.NoiseSettings;
import org.fullrank.diagnose.OptimumReport;
import org.fullrank.diagnose.Verdict.Kind;
import org.fullrank.diagnose.Vitals;
import org.fullrank.engine.Device;
import org.fullrank.engine.InputException;
import org.fullrank.engine.JobException;
import org.fullrank.engine.NativeErrors;
import org.fullrank.engine.Precision;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.engine.Threads;
import org.fullrank.file.JsonFile;
import org.fullrank.method.Method;
import org.fullrank.monitor.Advice;
import org.fullrank.monitor.Alarm;
import org.fullrank.monitor.CheckSchedule;
import org.fullrank.net.EncoderSpec;
import org.fullrank.probe.Embedder;
import org.fullrank.probe.Features;
import org.fullrank.probe.Subject;
import org.fullrank.run.Recipe;
import org.fullrank.run.RunFolder;
import org.fullrank.train.BatchOrder;
import org.fullrank.train.Checkpoint;
import org.fullrank.train.Checkpoints;
import org.fullrank.train.MethodBuilder;
import org.fullrank.view.ViewGenerator;
import org.fullrank.view.ViewSpec;
import org.jspecify.annotations.Nullable;

/// The trained network of a run in float32, read from a checkpoint. A trained network is the [Subject] of
/// evaluations.
public final class Trained implements Subject, AutoCloseable {
    /// Number of items for [#health]. It is enough for stable values, and small enough to compute spectra of
    /// wide projectors in seconds.
    public static final int HEALTH_ROWS = 2000;

    private final RunFolder folder;
    private final Recipe recipe;
    private final Dataset data;
    private final Device device;
    private final int threads;
    private final ViewGenerator views;
    private final Method method;
    private final Path checkpoint;
    private Reading reading = Reading.defaults();
    private boolean ownsData;
    private Consumer<String> notes = note -> {};
    private long step;

    private Trained(RunFolder folder, Dataset data, Path checkpoint) {
        this.folder = folder;
        this.data = data;
        this.checkpoint = checkpoint;
        recipe = folder.config(Recipe.class);
        device = recipe.train().device().resolve();
        threads = Threads.resolve(recipe.train().threads());
        Threads.use(threads);
        views = views(recipe, data.items(data.splits().getFirst()), checkpoint, threads);
        method = initial();
    }

    /// Views of these items for the encoder in a checkpoint. Vectors and series are standardized as in
    /// training, whatever data are read now.
    static ViewGenerator views(Recipe recipe, Items items, Path checkpoint, int threads) {
        return ViewGenerator.of(items, recipe.views(), recipe.seed(), threads, Checkpoint.moments(checkpoint));
    }

    /// Reads a checkpoint of a run.
    ///
    /// @param data data for the encoder; the caller closes them
    /// @param checkpoint one of the checkpoints of [org.fullrank.train.Checkpoints]
    /// @throws InputException when the checkpoint is damaged, or when the encoder cannot read these data
    public static Trained open(RunFolder folder, Dataset data, Path checkpoint) {
        var trained = new Trained(folder, data, checkpoint);
        try {
            trained.step = Checkpoint.load(checkpoint, trained.method);
            return trained;
        } catch (RuntimeException e) {
            trained.close();
            throw e;
        }
    }

    /// The data and the checkpoint to read.
    ///
    /// @param data path of the data for the encoder; null for the run's own data
    /// @param best whether the checkpoint with the best score during training is used instead of the latest
    ///     one
    public record Reading(@Nullable String data, boolean best) {
        /// The run's own data and the latest checkpoint.
        public static Reading defaults() {
            return new Reading(null, false);
        }
    }

    /// Opens a run with its data, which are closed with it.
    ///
    /// @param notes gets a line for each thing that a reader should know, such as a damaged checkpoint or
    ///     classes that only one split has. Later it gets the progress of evaluations
    /// @throws InputException when there is no run or no checkpoint, or when the encoder cannot read the data
    public static Trained open(Path run, Reading reading, Consumer<String> notes) {
        RunFolder folder = RunFolder.open(run); // opened for reading, it holds nothing to close
        Path checkpoint = reading.best
                ? Checkpoints.best(folder.checkpoints(), notes)
                : Checkpoints.latest(folder.checkpoints(), notes);
        DataSpec own = folder.config(Recipe.class).data();
        InputException.when(
                reading.data == null && own.isNone(),
                "run %s: found no data, because its weights are imported; add --data PATH. For export --int8 or export"
                        + " --classifier, add --calibrate PATH",
                run);
        Dataset data =
                Dataset.open(reading.data == null ? own : own.withPath(reading.data), Checkpoint.table(checkpoint));
        try {
            Trained trained = open(folder, data, checkpoint);
            trained.ownsData = true;
            trained.reading = reading;
            trained.notes = notes;
            data.warnings().forEach(line -> notes.accept("warning: " + line));
            return trained;
        } catch (RuntimeException e) {
            data.close();
            throw e;
        }
    }

    /// The recipe of the run.
    public Recipe recipe() {
        return recipe;
    }

    @Override
    public Dataset data() {
        return data;
    }

    @Override
    public Method method() {
        return method;
    }

    @Override
    public Method initial() {
        return MethodBuilder.build(recipe, views, device, Precision.FP32);
    }

    @Override
    public boolean isTrained() {
        return recipe.method().isTrained();
    }

    @Override
    public EncoderSpec encoder() {
        return recipe.encoder();
    }

    @Override
    public ViewGenerator views() {
        return views;
    }

    @Override
    public ViewSpec viewSpec() {
        return recipe.views();
    }

    @Override
    public ViewGenerator views(Items items, ViewSpec spec, long seed) {
        return ViewGenerator.of(items, spec, seed, threads);
    }

    @Override
    public long seed() {
        return recipe.seed();
    }

    @Override
    public Path checkpoint() {
        return checkpoint;
    }

    @Override
    public long step() {
        return step;
    }

    @Override
    public void eachCheckpoint(Consumer<Subject> use) {
        for (Path each : Checkpoints.everyOne(folder.checkpoints(), notes)) {
            try (Trained trained = open(folder, data, each)) {
                use.accept(trained);
            }
        }
    }

    @Override
    public <T> T other(Path run, Function<Subject, T> use) {
        try (Trained trained = open(run, reading, notes)) {
            return use.apply(trained);
        }
    }

    /// Names who gets lines about progress.
    void tell(Consumer<String> reader) {
        notes = reader;
    }

    @Override
    public void note(String progress) {
        notes.accept(progress);
    }

    /// The representations `[N, D]` of a split, in the order of its items.
    ///
    /// @throws InputException when the data have no such split
    public Features embed(Split split) {
        return embed(data.items(split));
    }

    /// Rank and spread on items that were not used for training.
    ///
    /// @param representation vitals of the encoder's output
    /// @param embedding vitals of the projector's output, which is the input of the objective
    public record Health(Vitals representation, Vitals embedding) {}

    /// Rank and spread on at most [#HEALTH_ROWS] items of the test split of an evaluation. They are taken
    /// from the start of a fixed order.
    ///
    /// @throws InputException when the data have no labels, or when there are fewer than two items
    public Health health() {
        Items test = items().test();
        int[] order = SamplingOrder.epoch(0, 0, test.size());
        Items some = test.subset(Arrays.copyOf(order, Math.min(HEALTH_ROWS, order.length)));
        return new Health(health(embed(some)), health(Embedder.project(method, views.on(some), some)));
    }

    private static Vitals health(Features features) {
        try (var scope = Scope.open()) {
            return Vitals.of(Tensors.of(features.values(), features.rows(), features.width()), Vitals.COMPARED);
        }
    }

    /// Writes the pictures of the run's report into its folder: the map of embeddings and, for images, a
    /// sheet of views.
    ///
    /// @throws JobException when the folder cannot be written
    public void draw(Path folder) {
        RunPictures.write(folder, data, views, this::embed);
    }

    /// The default split of a diagnosis is the test split, or the validation split if there is none. If there
    /// is neither, it is the training items.
    public static Split heldOut(Dataset data) {
        return LayerDiagnoses.heldOut(data);
    }

    /// Diagnoses of the representation, the embedding and some blocks of the encoder. They use up to 2000
    /// items of a split. The plain view of each item is paired with one training view.
    ///
    /// @param blocks names of blocks; the recipe's own choice is in `monitor.layers`
    /// @throws InputException when there is no such block or split, or when there are fewer than two items
    public List<Diagnosis> diagnose(Split split, List<String> blocks) {
        List<Diagnosis> found = LayerDiagnoses.of(method, views, LayerDiagnoses.items(data, split), blocks);
        return found.stream()
                .map(diagnosis -> reading.data == null ? withAlarms(diagnosis) : diagnosis)
                .map(diagnosis -> Advice.fit(diagnosis, recipe.method()))
                .toList();
    }

    /// How far the embedding is from the optimum of the closed form of the run's objective, on views of some
    /// items of a split.
    ///
    /// @param kernel text of a kernel, whose maps of the representation are compared too; null for none
    /// @throws InputException when the objective has no closed form, or when there are too few items
    public OptimumReport optimum(Split split, @Nullable String kernel) {
        int width = recipe.method().width(recipe.encoder().features());
        return OptimumExamination.of(recipe.method(), width, method, views, LayerDiagnoses.items(data, split), kernel);
    }

    /// Whether the embeddings of noisy copies of some items of a split are Gaussian.
    ///
    /// @throws InputException when there are too few items, or when the embeddings do not change with the noise
    public NoiseReport noise(Split split, NoiseSettings settings) {
        return NativeErrors.guard(
                "--gaussian",
                "give fewer --copies",
                () -> NoiseExamination.of(method, views, LayerDiagnoses.items(data, split), settings));
    }

    /// Adds a verdict that only the run can know: whether lengths are far from the lengths at its beginning.
    /// So an alarm about lengths that still holds becomes a verdict.
    private Diagnosis withAlarms(Diagnosis diagnosis) {
        long total = recipe.train().steps(BatchOrder.items(recipe, data).size());
        Diagnosis result = diagnosis;
        for (Alarm alarm : CheckSchedule.standing(folder, total, step)) {
            Kind kind = alarm.kind();
            boolean length = kind == Kind.NORM_VANISHING || kind == Kind.NORM_BLOW_UP;
            result = length && alarm.place().equals(result.subject()) ? result.with(alarm.verdict()) : result;
        }
        return result;
    }

    /// The same for the layers in `monitor.layers`, written to `diagnosis.json` in the run folder.
    ///
    /// @return the diagnoses
    /// @throws JobException when the folder cannot be written
    public List<Diagnosis> diagnose(RunFolder folder) {
        var layers = Stream.concat(method.watched().stream(), recipe.monitor().layers().stream());
        List<Diagnosis> found = diagnose(heldOut(data), layers.distinct().toList());
        JsonFile.write(
                folder.path().resolve(RunFolder.DIAGNOSIS),
                Map.of("diagnoses", found.stream().map(Diagnosis::toMap).toList()));
        return found;
    }

    @Override
    public void close() {
        method.close();
        if (ownsData) {
            data.close();
        }
    }
}
