package org.fullrank.probe;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.data.Items;
import org.fullrank.data.TrainTest;
import org.fullrank.diagnose.Measure;
import org.fullrank.diagnose.Pairing;
import org.fullrank.diagnose.Vitals;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.linalg.Moments;
import org.fullrank.method.Method;
import org.fullrank.net.Mode;
import org.fullrank.view.ViewGenerator;
import org.fullrank.view.ViewTensors;
import org.jspecify.annotations.Nullable;

/// Computes the measures of one checkpoint for [LabelFree].
final class CheckpointMeasures {
    private static final int BATCH = 256;

    private final Subject subject;
    private final Items items;
    private final ViewGenerator views;

    private CheckpointMeasures(Subject subject, Items items) {
        this.subject = subject;
        this.items = items;
        this.views = subject.views().on(items);
    }

    static LabelFree.Row row(Subject subject, Items items, @Nullable TrainTest asked) {
        var measures = new CheckpointMeasures(subject, items);
        return new LabelFree.Row(
                String.valueOf(subject.checkpoint().getFileName()),
                subject.step(),
                measures.of(true),
                measures.of(false),
                asked == null ? null : knn(subject, asked));
    }

    private static Accuracy knn(Subject subject, TrainTest asked) {
        Features bank = subject.embed(asked.train());
        return Knn.evaluate(bank, subject.embed(asked.test()), KnnProtocol.defaults());
    }

    private LabelFree.Measures of(boolean representation) {
        Features plain = representation
                ? Embedder.embed(subject.method(), views, items)
                : Embedder.project(subject.method(), views, items);
        try (var scope = Scope.withoutGradients()) {
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

    /// Outputs `[N, D]` for drawn views. If one epoch does not have enough views, the next epoch supplies
    /// more.
    private Tensor drawn(int number, boolean representation) {
        Method method = subject.method();
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
