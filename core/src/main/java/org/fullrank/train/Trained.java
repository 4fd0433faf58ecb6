package org.fullrank.train;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.SequencedSet;
import org.fullrank.data.Dataset;
import org.fullrank.data.Items;
import org.fullrank.data.SamplingOrder;
import org.fullrank.data.Split;
import org.fullrank.data.Vectors;
import org.fullrank.engine.Device;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Precision;
import org.fullrank.engine.Threads;
import org.fullrank.method.Method;
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

/// The trained network of a run, read back from a checkpoint, in float32.
public final class Trained implements AutoCloseable {
    /// Where data have one split only, one item of so many is kept out of the bank and asked.
    public static final int HELD_OUT_ONE_OF = 5;

    private final Recipe recipe;
    private final Dataset data;
    private final Device device;
    private final Method method;
    private final Path checkpoint;
    private final long step;

    private Trained(Recipe recipe, Dataset data, Device device, Method method, Path checkpoint, long step) {
        this.recipe = recipe;
        this.data = data;
        this.device = device;
        this.method = method;
        this.checkpoint = checkpoint;
        this.step = step;
    }

    /// Reads a checkpoint of a run.
    ///
    /// @param data what it will see; the caller closes it
    /// @param checkpoint one of [Checkpoints]
    /// @throws InputException when the checkpoint is damaged or the encoder cannot read such data
    public static Trained open(RunFolder folder, Dataset data, Path checkpoint) {
        Recipe recipe = folder.config(Recipe.class);
        Device device = recipe.train().device().resolve();
        Threads.use(Threads.resolve(recipe.train().threads()));
        Items items = data.items(data.splits().getFirst());
        Method method = Methods.build(recipe, views(recipe, data, items), device, Precision.FP32);
        try {
            long step = Checkpoint.load(checkpoint, method);
            return new Trained(recipe, data, device, method, checkpoint, step);
        } catch (RuntimeException e) {
            method.close();
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
        Items items = data.items(split);
        return embed(method, items);
    }

    /// kNN and linear accuracy beside the baselines. Probes are fitted on the training split and asked on the test
    /// split, or the validation split where there is no test split, or a held-out share of the training split.
    ///
    /// @throws InputException when the data have no labels
    public Evaluation evaluate() {
        Items train = data.items(Split.TRAIN);
        SequencedSet<Split> splits = data.splits();
        String name;
        Items test;
        if (splits.contains(Split.TEST) || splits.contains(Split.VALIDATION)) {
            Split split = splits.contains(Split.TEST) ? Split.TEST : Split.VALIDATION;
            name = split.label();
            test = data.items(split);
        } else {
            int[] order = SamplingOrder.epoch(recipe.seed(), -1, train.size());
            int asked = train.size() / HELD_OUT_ONE_OF;
            name = "one in %d of train, seed %d".formatted(HELD_OUT_ONE_OF, recipe.seed());
            test = train.subset(Arrays.copyOf(order, asked));
            train = train.subset(Arrays.copyOfRange(order, asked, order.length));
        }
        requireLabels(train, test);
        Splits encoded = new Splits(embed(method, train), embed(method, test));
        Splits untrained;
        try (Method fresh = Methods.build(recipe, views(recipe, data, train), device, Precision.FP32)) {
            untrained = new Splits(embed(fresh, train), embed(fresh, test));
        }
        var subjects = new Evaluation.Subjects(encoded, untrained, RawInput.of(train, test));
        var source = Source.of(data.name() + " " + data.fingerprint(), encoded.train(), name, encoded.test());
        return Evaluation.of(subjects, Protocol.of(source));
    }

    private void requireLabels(Items train, Items test) {
        if (train.labels() == null || test.labels() == null) {
            throw new InputException(
                    "data set %s: found no labels, expected a class for each item to evaluate with; put"
                                    .formatted(data.name())
                            + " images into one folder for each class, name --label-column, or choose other data with --data");
        }
    }

    private Features embed(Method by, Items items) {
        return Embedder.embed(by, views(recipe, data, items), items);
    }

    /// Vectors are standardised by the training split, whichever split they come from.
    private static ViewGenerator views(Recipe recipe, Dataset data, Items items) {
        int threads = Threads.resolve(recipe.train().threads());
        if (items instanceof Vectors vectors
                && recipe.views() instanceof VectorViews spec
                && data.splits().contains(Split.TRAIN)
                && data.items(Split.TRAIN) instanceof Vectors training) {
            return new VectorViewGenerator(vectors, spec, recipe.seed(), threads, Moments.of(training));
        }
        return ViewGenerator.of(items, recipe.views(), recipe.seed(), threads);
    }

    @Override
    public void close() {
        method.close();
    }
}
