package org.fullrank.probe;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.SequencedMap;
import org.fullrank.data.TrainTest;
import org.fullrank.method.Method;

/// Measures the accuracy of a classifier for the encoder and its baselines. The classifier chooses the class
/// whose mean is nearest by cosine. The classifier fits one vector per class and has no settings. A high
/// accuracy shows that each class forms one compact group. Compact groups are important if there are few
/// labels.
///
/// The rows of the train split are scaled to length 1 and averaged for each class. Each of these means is
/// scaled to length 1 again. A test item gets the class with the largest dot product. If several dot products
/// are equal, the item gets the class with the lower number.
///
/// Source: Snell, Swersky and Zemel 2017, "Prototypical networks", with the cosine (unverified against the
/// paper).
public record NearestCentroid() implements Evaluation {
    /// The version. It increases whenever the same settings would give other numbers.
    public static final int VERSION = 1;

    private static final double SMALLEST_NORM = 1e-12;

    @Override
    public String name() {
        return "nearest-centroid";
    }

    @Override
    public Table run(Subject subject) {
        TrainTest items = subject.items();
        var rows = new ArrayList<Row>();
        rows.add(row(ProbeTable.ENCODER, new Splits(subject.embed(items.train()), subject.embed(items.test()))));
        rows.add(row(ProbeTable.RAW, RawInput.of(items.train(), items.test())));
        if (subject.isTrained()) {
            try (Method twin = UntrainedTwin.of(subject, items.train())) {
                rows.add(row(
                        ProbeTable.UNTRAINED,
                        new Splits(subject.embed(twin, items.train()), subject.embed(twin, items.test()))));
            }
        }
        return new Table(describe(subject.source()), rows, UntrainedTwin.missing(subject));
    }

    /// One kind of features.
    ///
    /// @param features name of the features
    /// @param width features of an item
    public record Row(String features, int width, Accuracy accuracy) {}

    private static Row row(String name, Splits splits) {
        int[] predicted = predict(splits.train(), splits.test());
        return new Row(
                name,
                splits.train().width(),
                Accuracy.of(predicted, splits.test().labels()));
    }

    /// The predicted class of each row of `test`.
    ///
    /// @throws org.fullrank.engine.InputException when labels are missing or all labels are of one class
    static int[] predict(Features train, Features test) {
        Linear.requireTwoClasses(train.labels());
        double[][] centroids = centroids(train);
        int[] predicted = new int[test.rows()];
        Arrays.setAll(predicted, i -> nearest(centroids, test, i));
        return predicted;
    }

    /// Means of unit rows, one for each class, scaled to length 1. A class without items gets NaN, which is
    /// never the nearest.
    private static double[][] centroids(Features train) {
        int width = train.width();
        int[] labels = train.labels();
        double[][] centroids = new double[train.names().size()][width];
        for (int i = 0; i < labels.length; i++) {
            double norm = norm(train, i);
            for (int d = 0; d < width; d++) {
                centroids[labels[i]][d] += train.values()[i * width + d] / norm;
            }
        }
        for (double[] centroid : centroids) {
            double norm = Math.sqrt(Arrays.stream(centroid).map(v -> v * v).sum());
            Arrays.setAll(centroid, d -> centroid[d] / norm);
        }
        return centroids;
    }

    private static double norm(Features features, int row) {
        double squares = 0;
        for (int d = 0; d < features.width(); d++) {
            double value = features.values()[row * features.width() + d];
            squares += value * value;
        }
        return Math.max(SMALLEST_NORM, Math.sqrt(squares));
    }

    private static int nearest(double[][] centroids, Features test, int row) {
        int best = 0;
        double largest = Double.NEGATIVE_INFINITY;
        for (int c = 0; c < centroids.length; c++) {
            double product = 0;
            for (int d = 0; d < test.width(); d++) {
                product += centroids[c][d] * test.values()[row * test.width() + d];
            }
            if (product > largest) {
                largest = product;
                best = c;
            }
        }
        return best;
    }

    private static ProtocolText describe(EvaluatedData source) {
        var settings = new LinkedHashMap<String, String>();
        settings.put("centroids", "mean of the rows of a class, each scaled to length 1 (not centered)");
        settings.put("nearest", "largest cosine similarity, the lower class among equals");
        settings.put("intervals", "95 %, Wilson");
        settings.put("raw input", source.rawInput());
        settings.put("untrained", Protocol.UNTRAINED);
        return ProtocolText.fitting("fullrank-nearest-centroid", VERSION, source, settings);
    }

    /// The table of accuracies. The encoder comes first.
    ///
    /// @param notMeasured one line for each baseline that does not exist, with the reason
    public record Table(ProtocolText protocol, List<Row> rows, List<String> notMeasured) implements ProtocolResult {
        public Table {
            rows = List.copyOf(rows);
            notMeasured = List.copyOf(notMeasured);
        }

        @Override
        public String table() {
            var text = new StringBuilder(
                    String.format(Locale.ROOT, "%-20s %6s  %s%n", "nearest centroid", "width", "accuracy"));
            for (Row r : rows) {
                text.append(String.format(Locale.ROOT, "%-20s %6d  %s%n", r.features, r.width, r.accuracy));
            }
            notMeasured.forEach(line -> text.append(line).append(System.lineSeparator()));
            return text.toString();
        }

        @Override
        public SequencedMap<String, Object> values() {
            var map = new LinkedHashMap<String, Object>();
            map.put("results", rows.stream().map(Table::toMap).toList());
            if (!notMeasured.isEmpty()) {
                map.put("notMeasured", notMeasured);
            }
            return map;
        }

        private static SequencedMap<String, Object> toMap(Row row) {
            var map = new LinkedHashMap<String, Object>();
            map.put("features", row.features);
            map.put("width", row.width);
            map.putAll(ProbeTable.toMap(row.accuracy));
            return map;
        }
    }
}
