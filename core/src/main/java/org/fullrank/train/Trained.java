package org.fullrank.train;

import java.nio.file.Path;
import java.util.Arrays;
import org.fullrank.data.Dataset;
import org.fullrank.data.Items;
import org.fullrank.data.SamplingOrder;
import org.fullrank.data.Split;
import org.fullrank.data.TrainTest;
import org.fullrank.data.Vectors;
import org.fullrank.engine.Device;
import org.fullrank.engine.Gradients;
import org.fullrank.engine.InputException;
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

    /// kNN and linear accuracy beside the baselines. Probes are fitted on the training split and asked on the test
    /// split, or the validation split where there is no test split, or a held-out share of the training split.
    ///
    /// @throws InputException when the data have no labels
    public Evaluation evaluate() {
        TrainTest items = data.forEvaluation();
        Items train = items.train();
        Items test = items.test();
        Splits encoded = new Splits(embed(method, train), embed(method, test));
        Splits untrained;
        try (Method fresh = Methods.build(recipe, views, device, Precision.FP32)) {
            settleNorms(fresh, train);
            untrained = new Splits(embed(fresh, train), embed(fresh, test));
        }
        var subjects = new Evaluation.Subjects(encoded, untrained, RawInput.of(train, test));
        var source =
                Source.of(data.name() + " " + data.fingerprint(), encoded.train(), items.protocol(), encoded.test());
        return Evaluation.of(subjects, Protocol.of(source));
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
