package org.fullrank.probe;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.data.Dataset;
import org.fullrank.data.Items;
import org.fullrank.data.SamplingOrder;
import org.fullrank.data.Split;
import org.fullrank.diagnose.PairwiseTest;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Scope;
import org.fullrank.independence.Columns;
import org.fullrank.method.Method;

/// Tests whether the dimensions of the representation and of the embedding are pairwise independent, on some
/// pretraining items, and compares them with the untrained network. Labels are not needed.
public record IndependenceProtocol() implements Evaluation {
    /// The version. It increases whenever the same settings would give other numbers.
    public static final int VERSION = 1;

    @Override
    public String name() {
        return "independence";
    }

    /// @throws InputException when there are fewer than [Columns#LEAST_ROWS] items
    @Override
    public IndependenceTable run(Subject subject) {
        Dataset data = subject.data();
        Items all = data.pretraining();
        int[] order = SamplingOrder.epoch(0, 0, all.size());
        Items items = all.subset(Arrays.copyOf(order, Math.min(PairwiseTest.ROWS, order.length)));
        InputException.when(
                items.size() < Columns.LEAST_ROWS,
                "independence: found %d items, expected at least %d; use more data",
                items.size(),
                Columns.LEAST_ROWS);
        var rows = new ArrayList<>(rows(ProbeTable.ENCODER, subject, subject.method(), items));
        if (subject.isTrained()) {
            try (Method twin = UntrainedTwin.withProjector(subject, all)) {
                rows.addAll(rows(ProbeTable.UNTRAINED, subject, twin, items));
            }
        }
        Split split = data.splits().contains(Split.UNLABELED) ? Split.UNLABELED : Split.TRAIN;
        ProtocolText protocol = describe(data.fingerprint(), split.label(), items.size());
        return new IndependenceTable(protocol, rows, UntrainedTwin.missing(subject));
    }

    private static List<IndependenceTable.Row> rows(String network, Subject subject, Method method, Items items) {
        var rows = new ArrayList<IndependenceTable.Row>();
        Features representation = subject.embed(method, items);
        try (var scope = Scope.open()) {
            Tensor z = representation.tensor(); // [N, D]
            int width = representation.width();
            rows.add(new IndependenceTable.Row(network, Place.REPRESENTATION, width, PairwiseTest.of(z)));
            rows.add(new IndependenceTable.Row(
                    network, IndependenceTable.DIRECTIONS, width, PairwiseTest.ofRandomDirections(z)));
        }
        if (!method.projector().layers().isEmpty()) {
            Features embedding = Embedder.project(method, subject.views().on(items), items);
            try (var scope = Scope.open()) {
                PairwiseTest test = PairwiseTest.of(embedding.tensor());
                rows.add(new IndependenceTable.Row(network, Place.EMBEDDING, embedding.width(), test));
            }
        }
        return rows;
    }

    /// The full text.
    ///
    /// @param data fingerprint of the data
    /// @param split split whose items are measured
    /// @param rows number of items
    static ProtocolText describe(String data, String split, int rows) {
        var settings = new LinkedHashMap<String, String>();
        settings.put(
                "dimensions",
                "those that vary, standardized; of more than %d, so many are drawn by a fixed key"
                        .formatted(PairwiseTest.COLUMNS));
        settings.put(
                "random directions",
                "coordinates of the standardized representation in a random orthonormal basis, at most %d"
                        .formatted(PairwiseTest.COLUMNS));
        settings.put("r^2", "mean squared correlation of two different dimensions");
        settings.put(
                "HSIC",
                "mean over the pairs, biased, %d random Fourier features of the Gaussian kernel, bandwidth the median distance"
                                .formatted(PairwiseTest.FEATURES)
                        + " to a shuffle, 1 standard deviation if that is 0");
        settings.put("p", "of HSIC, %d shuffles".formatted(PairwiseTest.SHUFFLES));
        settings.put("untrained", "the same network at its initial weights, norms settled on the same split");
        return ProtocolText.measuring("fullrank-independence", VERSION, data, split, rows, settings);
    }
}
