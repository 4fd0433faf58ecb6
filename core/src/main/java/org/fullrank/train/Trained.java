package org.fullrank.train;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import org.fullrank.data.Dataset;
import org.fullrank.data.Items;
import org.fullrank.data.SamplingOrder;
import org.fullrank.data.Split;
import org.fullrank.data.TrainTest;
import org.fullrank.data.Vectors;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.fullrank.diagnose.Diagnosis;
import org.fullrank.diagnose.EmbeddingHealth;
import org.fullrank.engine.Device;
import org.fullrank.engine.Gradients;
import org.fullrank.engine.InputException;
import org.fullrank.engine.JobException;
import org.fullrank.engine.Precision;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Threads;
import org.fullrank.method.Method;
import org.fullrank.net.Mode;
import org.fullrank.probe.Embedder;
import org.fullrank.probe.Evaluation;
import org.fullrank.probe.Features;
import org.fullrank.probe.Protocol;
import org.fullrank.probe.RawInput;
import org.fullrank.probe.Source;
import org.fullrank.probe.Splits;
import org.fullrank.run.JsonFile;
import org.fullrank.run.Recipe;
import org.fullrank.run.RunFolder;
import org.fullrank.view.Moments;
import org.fullrank.view.VectorViewGenerator;
import org.fullrank.view.VectorViews;
import org.fullrank.view.ViewGenerator;
import org.fullrank.view.ViewTensors;

/// The trained network of a run, read back from a checkpoint, in float32.
public final class Trained implements AutoCloseable {
    /// Batches that settle the running statistics of an untrained network: with a momentum of 0.1 they leave
    /// 0.9^30 = 4 % of the start.
    public static final int SETTLING_BATCHES = 30;

    /// Items of [#health]: enough for a steady reading, and few enough for spectra of wide projectors in seconds.
    public static final int HEALTH_ROWS = 2000;

    private static final int SETTLING_BATCH = 256;

    private final Recipe recipe;
    private final Dataset data;
    private final Device device;
    private final ViewGenerator views;
    private final Method method;
    private final Path checkpoint;
    private long step;

    private Trained(Recipe recipe, Dataset data, Path checkpoint) {
        this.recipe = recipe;
        this.data = data;
        this.checkpoint = checkpoint;
        device = recipe.train().device().resolve();
        int threads = Threads.resolve(recipe.train().threads());
        Threads.use(threads);
        Items first = data.items(data.splits().getFirst());
        // Vectors are standardised as in training, whatever data are read now.
        Moments moments = Checkpoint.moments(checkpoint);
        views = moments != null && first instanceof Vectors vectors && recipe.views() instanceof VectorViews spec
                ? new VectorViewGenerator(vectors, spec, recipe.seed(), threads, moments)
                : ViewGenerator.of(first, recipe.views(), recipe.seed(), threads);
        method = Methods.build(recipe, views, device, Precision.FP32);
    }

    /// Reads a checkpoint of a run.
    ///
    /// @param data what it will see; the caller closes it
    /// @param checkpoint one of [Checkpoints]
    /// @throws InputException when the checkpoint is damaged or the encoder cannot read such data
    public static Trained open(RunFolder folder, Dataset data, Path checkpoint) {
        var trained = new Trained(folder.config(Recipe.class), data, checkpoint);
        try {
            trained.step = Checkpoint.load(checkpoint, trained.method);
            return trained;
        } catch (RuntimeException e) {
            trained.close();
            throw e;
        }
    }

    public Path checkpoint() {
        return checkpoint;
    }

    /// Steps that the network was trained for.
    public long step() {
        return step;
    }

    /// The representations `[N, D]` of a split, in the order of its items.
    ///
    /// @throws InputException when the data have no such split
    public Features embed(Split split) {
        return embed(method, data.items(split));
    }

    /// How the probes are run on these data: fitted on the training split and asked on the test split, or the
    /// validation split where there is no test split, or a held-out share of the training split.
    ///
    /// @throws InputException when the data have no labels
    public static Protocol protocol(Dataset data) {
        TrainTest items = data.forEvaluation();
        return Protocol.of(new Source(
                data.fingerprint(),
                items.train().size(),
                items.protocol(),
                items.test().size(),
                data.classNames().size(),
                Source.Reading.defaults()));
    }

    /// kNN and linear accuracy beside all baselines, by [#protocol].
    ///
    /// @throws InputException when the data have no labels
    public Evaluation evaluate() {
        return evaluate(EnumSet.allOf(Evaluation.Baseline.class));
    }

    /// The same beside some of the baselines; numbers and protocol do not depend on which.
    ///
    /// @throws InputException when the data have no labels
    public Evaluation evaluate(Set<Evaluation.Baseline> baselines) {
        TrainTest items = data.forEvaluation();
        Items train = items.train();
        Items test = items.test();
        Splits encoded = new Splits(embed(method, train), embed(method, test));
        Splits untrained = baselines.contains(Evaluation.Baseline.UNTRAINED) ? untrained(train, test) : null;
        Splits raw = baselines.contains(Evaluation.Baseline.RAW) ? RawInput.of(train, test) : null;
        return Evaluation.of(new Evaluation.Subjects(encoded, untrained, raw), protocol(data));
    }

    private Splits untrained(Items train, Items test) {
        try (Method fresh = Methods.build(recipe, views, device, Precision.FP32)) {
            settleNorms(fresh, train);
            return new Splits(embed(fresh, train), embed(fresh, test));
        }
    }

    /// Rank and spread on items that were not learned from.
    ///
    /// @param representation of the encoder's output
    /// @param embedding of what the objective acts on, behind the projector
    public record Health(EmbeddingHealth representation, EmbeddingHealth embedding) {}

    /// Rank and spread on at most [#HEALTH_ROWS] items of the split that an evaluation asks, the first of a fixed
    /// order.
    ///
    /// @throws InputException when the data have no labels, or fewer than two items
    public Health health() {
        Items test = data.forEvaluation().test();
        int[] order = SamplingOrder.epoch(0, 0, test.size());
        Items some = test.subset(Arrays.copyOf(order, Math.min(HEALTH_ROWS, order.length)));
        return new Health(health(embed(method, some)), health(Embedder.project(method, views.on(some), some)));
    }

    /// Writes the pictures of the run's report into its folder: the map of embeddings and, for images, a sheet of views.
    ///
    /// @throws JobException when the folder cannot be written
    public void draw(Path folder) {
        Pictures.write(folder, data, views, items -> embed(method, items));
    }

    /// What is found out about representation, embedding and some blocks of the encoder, on up to 2000 items of the test
    /// split, or the validation split, or those that were learned from where there is neither, in a plain view beside
    /// one of training.
    ///
    /// @param blocks by name; those that the recipe watches are `monitor.layers`
    /// @throws InputException when there is no such block, or fewer than two items
    public List<Diagnosis> diagnose(List<String> blocks) {
        return Checkup.of(method, views, Checkup.items(data), blocks);
    }

    /// The same for the layers that the recipe watches, written to `diagnosis.json` of the run folder.
    ///
    /// @throws JobException when the folder cannot be written
    public void diagnose(RunFolder folder) {
        var layers = Stream.concat(method.watched().stream(), recipe.monitor().layers().stream());
        var diagnoses = diagnose(layers.distinct().toList()).stream()
                .map(Diagnosis::toMap)
                .toList();
        JsonFile.write(folder.path().resolve(RunFolder.DIAGNOSIS), Map.of("diagnoses", diagnoses));
    }

    private static EmbeddingHealth health(Features features) {
        return EmbeddingHealth.of(features.values(), features.rows());
    }

    /// Gives an untrained network the running statistics of the data, so that it is a baseline at its best.
    private void settleNorms(Method fresh, Items train) {
        int[] order = SamplingOrder.epoch(recipe.seed(), 0, train.size());
        ViewGenerator generator = views.on(train);
        for (int i = 0; i < SETTLING_BATCHES; i++) {
            int begin = i * SETTLING_BATCH % Math.max(1, order.length - SETTLING_BATCH);
            int[] indices = Arrays.copyOfRange(order, begin, Math.min(order.length, begin + SETTLING_BATCH));
            try (var scope = Scope.open();
                    var off = Gradients.off()) {
                fresh.encode(ViewTensors.plain(generator, indices, device), Mode.TRAIN);
            }
        }
    }

    private Features embed(Method by, Items items) {
        return Embedder.embed(by, views.on(items), items);
    }

    @Override
    public void close() {
        method.close();
    }
}
