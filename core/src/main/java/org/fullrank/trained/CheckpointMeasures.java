package org.fullrank.trained;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.data.Dataset;
import org.fullrank.data.Items;
import org.fullrank.data.SamplingOrder;
import org.fullrank.data.Split;
import org.fullrank.data.TrainTest;
import org.fullrank.diagnose.Measure;
import org.fullrank.diagnose.Pairing;
import org.fullrank.diagnose.Vitals;
import org.fullrank.engine.Gradients;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.linalg.Moments;
import org.fullrank.method.Method;
import org.fullrank.net.Mode;
import org.fullrank.probe.Accuracy;
import org.fullrank.probe.Embedder;
import org.fullrank.probe.Features;
import org.fullrank.probe.Knn;
import org.fullrank.probe.KnnProtocol;
import org.fullrank.probe.LabelFree;
import org.fullrank.run.RunFolder;
import org.fullrank.train.Checkpoints;
import org.fullrank.view.ViewGenerator;
import org.fullrank.view.ViewTensors;
import org.jspecify.annotations.Nullable;

/// Measures every checkpoint of a run without labels, for [LabelFree].
public final class CheckpointMeasures {
    private static final int BATCH = 256;

    private final Trained trained;
    private final Items items;
    private final ViewGenerator views;

    private CheckpointMeasures(Trained trained, Items items) {
        this.trained = trained;
        this.items = items;
        this.views = trained.views().on(items);
    }

    /// All checkpoints in the order of their steps; of two with equal steps one.
    ///
    /// @param data what is measured on: the items that encoders are pretrained on
    /// @throws InputException when there is no checkpoint, or fewer than two items
    public static LabelFree of(RunFolder folder, Dataset data) {
        Items all = data.pretraining();
        int[] order = SamplingOrder.epoch(0, 0, all.size());
        Items items = all.subset(Arrays.copyOf(order, Math.min(LabelFree.ROWS, order.length)));
        if (items.size() < 2) {
            throw new InputException(
                    "label-free: found %d items, expected at least 2; use more data".formatted(items.size()));
        }
        boolean labeled =
                data.splits().contains(Split.TRAIN) && data.items(Split.TRAIN).labels() != null;
        var rows = new ArrayList<LabelFree.Row>();
        for (Path checkpoint : Checkpoints.everyOne(folder.checkpoints())) {
            try (var trained = Trained.open(folder, data, checkpoint)) {
                if (rows.stream().noneMatch(r -> r.step() == trained.step())) {
                    rows.add(row(trained, items, labeled ? data.forEvaluation() : null));
                }
            }
        }
        rows.sort(Comparator.comparingLong(LabelFree.Row::step));
        Split split = data.splits().contains(Split.UNLABELED) ? Split.UNLABELED : Split.TRAIN;
        return new LabelFree(LabelFree.describe(data.fingerprint(), split.label(), items.size(), labeled), rows);
    }

    static LabelFree.Row row(Trained trained, Items items, @Nullable TrainTest asked) {
        var measures = new CheckpointMeasures(trained, items);
        return new LabelFree.Row(
                String.valueOf(trained.checkpoint().getFileName()),
                trained.step(),
                measures.of(true),
                measures.of(false),
                asked == null ? null : knn(trained, asked));
    }

    private static Accuracy knn(Trained trained, TrainTest asked) {
        Features bank = trained.embed(asked.train());
        return Knn.evaluate(bank, trained.embed(asked.test()), KnnProtocol.defaults());
    }

    private LabelFree.Measures of(boolean representation) {
        Features plain = representation
                ? Embedder.embed(trained.method(), views, items)
                : Embedder.project(trained.method(), views, items);
        try (var scope = Scope.open();
                var off = Gradients.off()) {
            Tensor rows = Tensors.of(plain.values(), plain.rows(), plain.width()); // [N, D]
            var drawn = new ArrayList<Tensor>();
            for (int i = 0; i < LabelFree.LIDAR_VIEWS; i++) {
                drawn.add(drawn(i, representation));
            }
            double lidar = Pairing.of(drawn).lidar();
            try (Moments moments = Moments.of(rows)) {
                Vitals vitals = Vitals.of(moments, List.of(Measure.RANKME, Measure.ALPHA));
                return new LabelFree.Measures(vitals.get(Measure.RANKME), lidar, vitals.get(Measure.ALPHA));
            }
        }
    }

    /// Outputs `[N, D]` for drawn views; those beyond the views of an epoch are of the next.
    private Tensor drawn(int number, boolean representation) {
        Method method = trained.method();
        int count = Math.min(LabelFree.LIDAR_ROWS, items.size());
        var parts = new ArrayList<Tensor>();
        for (int begin = 0; begin < count; begin += BATCH) {
            int from = begin;
            int[] indices = new int[Math.min(BATCH, count - begin)];
            Arrays.setAll(indices, i -> from + i);
            try (var scope = Scope.open()) { // the activations are many times the outputs
                Tensor x = ViewTensors.view(
                        views,
                        indices,
                        number / views.views(),
                        number % views.views(),
                        method.parameters().device());
                Tensor z = representation ? method.encode(x, Mode.EVALUATE) : method.embed(x, Mode.EVALUATE);
                parts.add(scope.keep(z));
            }
        }
        Tensor whole = Tensors.cat(parts);
        parts.forEach(Tensor::close);
        return whole;
    }
}
