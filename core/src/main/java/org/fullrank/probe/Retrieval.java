package org.fullrank.probe;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.SequencedMap;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.InputException;
import org.fullrank.engine.NativeErrors;
import org.fullrank.engine.Scope;

/// Measures retrieval and clustering for the encoder, the raw input and the untrained encoder. The protocol
/// says how many of the nearest items have the class of the query, and how well clusters match classes.
///
/// The source of MAP@R and R-precision is Musgrave, Belongie and Lim 2020, "A metric learning reality check".
///
/// @param protocol what the numbers depend on
/// @param rows one row for each kind of features; the encoder comes first
/// @param notMeasured one line for each baseline that does not exist, with the reason
public record Retrieval(ProtocolText protocol, List<Row> rows, List<String> notMeasured) implements ProtocolResult {
    public Retrieval {
        rows = List.copyOf(rows);
        notMeasured = List.copyOf(notMeasured);
    }

    /// The measures of one kind of features, all in [0, 1].
    ///
    /// @param features name of the features
    /// @param width features of an item
    /// @param queries number of queries. An item that is the only one of its class is not a query
    /// @param recall for each k, the share of queries that have an item of their class among the k nearest
    /// @param rPrecision share of the items among the R nearest that have the class of the query
    /// @param mapAtR mean average precision up to R
    /// @param nmi agreement of k-means clusters with classes
    /// @param inertia inertia of these clusters
    public record Row(
            String features,
            int width,
            int queries,
            SequencedMap<Integer, Double> recall,
            double rPrecision,
            double mapAtR,
            double nmi,
            double inertia) {
        /// Measures one kind of features.
        ///
        /// @throws InputException when labels are missing, when all labels are of one class, or when each
        ///     item is the only one of its class
        public static Row of(String name, Features asked, RetrievalProtocol protocol) {
            int[] labels = asked.labels();
            Linear.requireTwoClasses(labels, "the asked split");
            return NativeErrors.guard("retrieval", () -> {
                try (var scope = Scope.open()) {
                    Tensor rows = Knn.normalized(asked); // [N, D]
                    int[] k = protocol.recallAt().stream()
                            .mapToInt(Integer::intValue)
                            .toArray();
                    Ranking.Means means = Ranking.of(rows, asked, k);
                    if (means.queries() == 0) {
                        throw new InputException(
                                "retrieval: found each item alone in its class, expected classes of two"
                                        + " or more; use data with fewer classes");
                    }
                    int clusters =
                            Math.toIntExact(Arrays.stream(labels).distinct().count());
                    KMeans.Clustering found = KMeans.best(rows, clusters, protocol);
                    double nmi =
                            MutualInformation.normalized(labels, asked.names().size(), found.assigned(), clusters);
                    var recall = new LinkedHashMap<Integer, Double>();
                    for (int i = 0; i < k.length; i++) {
                        recall.put(k[i], means.recall()[i]);
                    }
                    return new Row(
                            name,
                            asked.width(),
                            means.queries(),
                            recall,
                            means.rPrecision(),
                            means.mapAtR(),
                            nmi,
                            found.inertia());
                }
            });
        }

        private SequencedMap<String, Object> toMap() {
            var map = new LinkedHashMap<String, Object>();
            map.put("features", features);
            map.put("width", width);
            map.put("queries", queries);
            recall.forEach((k, value) -> map.put("recall@" + k, value));
            map.put("rPrecision", rPrecision);
            map.put("mapAtR", mapAtR);
            map.put("nmi", nmi);
            map.put("inertia", inertia);
            return map;
        }
    }

    /// Measures each kind of features by its name. The encoder comes first.
    ///
    /// @param asked features of the test split
    /// @param notMeasured one line for each baseline that does not exist, with the reason
    /// @throws InputException as [Row#of]
    public static Retrieval of(
            SequencedMap<String, Features> asked,
            EvaluatedData source,
            RetrievalProtocol protocol,
            List<String> notMeasured) {
        var rows = new ArrayList<Row>();
        asked.forEach((name, features) -> rows.add(Row.of(name, features, protocol)));
        return new Retrieval(protocol.describe(source), rows, notMeasured);
    }

    @Override
    public String table() {
        var text = new StringBuilder(String.format(Locale.ROOT, "%-20s %6s %8s", "retrieval", "width", "queries"));
        rows.getFirst().recall.keySet().forEach(k -> text.append(String.format(Locale.ROOT, " %9s", "recall@" + k)));
        text.append(String.format(Locale.ROOT, " %11s %6s %6s%n", "R-precision", "MAP@R", "NMI"));
        for (Row r : rows) {
            text.append(String.format(Locale.ROOT, "%-20s %6d %8d", r.features, r.width, r.queries));
            r.recall.values().forEach(v -> text.append(String.format(Locale.ROOT, " %8.2f%%", 100 * v)));
            text.append(
                    String.format(Locale.ROOT, " %10.2f%% %5.2f%% %6.3f%n", 100 * r.rPrecision, 100 * r.mapAtR, r.nmi));
        }
        notMeasured.forEach(line -> text.append(line).append(System.lineSeparator()));
        return text.toString();
    }

    @Override
    public SequencedMap<String, Object> values() {
        var map = new LinkedHashMap<String, Object>();
        map.put("results", rows.stream().map(Row::toMap).toList());
        if (!notMeasured.isEmpty()) {
            map.put("notMeasured", notMeasured);
        }
        return map;
    }
}
