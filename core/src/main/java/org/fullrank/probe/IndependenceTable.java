package org.fullrank.probe;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.SequencedMap;
import org.fullrank.diagnose.PairwiseTest;
import org.fullrank.text.Numbers;
import org.fullrank.text.Table;

/// The pairwise independence of the dimensions of a trained network and of the untrained one.
///
/// @param protocol what the numbers depend on
/// @param rows one row for each place of each network; the trained network comes first
/// @param notMeasured one line for each baseline that does not exist, with the reason
public record IndependenceTable(ProtocolText protocol, List<Row> rows, List<String> notMeasured)
        implements ProtocolResult {
    /// The place of the representation in another basis. If a rotation is as independent as the dimensions
    /// themselves, the dimensions are no special directions.
    public static final String DIRECTIONS = "random directions";

    public IndependenceTable {
        rows = List.copyOf(rows);
        notMeasured = List.copyOf(notMeasured);
    }

    /// One place of a network.
    ///
    /// @param network its name
    /// @param place [Place#REPRESENTATION], [#DIRECTIONS] or [Place#EMBEDDING]
    /// @param width number of dimensions
    public record Row(String network, String place, int width, PairwiseTest test) {
        /// HSIC above that of shuffled dimensions.
        double excess() {
            return test.criterion() - test.shuffled();
        }
    }

    @Override
    public String table() {
        var table = new Table();
        table.row("independence", "", "width", "compared", "r^2", "HSIC", "shuffled", "p");
        for (Row row : rows) {
            PairwiseTest test = row.test;
            table.row(
                    row.network,
                    row.place,
                    row.width,
                    test.compared(),
                    Numbers.number(test.squaredCorrelation()),
                    Numbers.number(test.criterion()),
                    Numbers.number(test.shuffled()),
                    Double.isNaN(test.p()) ? "-" : Numbers.pValue(test.p()));
        }
        var text = new StringBuilder(table.toString());
        notMeasured.forEach(line -> text.append(line).append(System.lineSeparator()));
        return text.toString();
    }

    /// Compares HSIC above chance at the representation with that of the untrained encoder, because the
    /// p-value of nearly every encoder is the smallest possible one.
    @Override
    public String interpretation() {
        double trained = excess(ProbeTable.ENCODER);
        double untrained = excess(ProbeTable.UNTRAINED);
        return untrained > 0 && !Double.isNaN(trained)
                ? String.format(
                        Locale.ROOT,
                        "HSIC of the representation above that of shuffled dimensions is %.2f times that of the untrained"
                                + " encoder",
                        Math.max(0, trained) / untrained)
                : "";
    }

    private double excess(String network) {
        return rows.stream()
                .filter(row -> row.network.equals(network) && row.place.equals(Place.REPRESENTATION))
                .mapToDouble(Row::excess)
                .findFirst()
                .orElse(Double.NaN);
    }

    @Override
    public SequencedMap<String, Object> values() {
        var map = new LinkedHashMap<String, Object>();
        map.put("results", rows.stream().map(IndependenceTable::toMap).toList());
        if (!notMeasured.isEmpty()) {
            map.put("notMeasured", notMeasured);
        }
        return map;
    }

    private static SequencedMap<String, Object> toMap(Row row) {
        var map = new LinkedHashMap<String, Object>();
        map.put("network", row.network);
        map.put("place", row.place);
        map.put("width", row.width);
        map.put("varying", row.test.varying());
        map.put("compared", row.test.compared());
        map.put("squaredCorrelation", row.test.squaredCorrelation());
        map.put("criterion", row.test.criterion());
        map.put("null", row.test.shuffled());
        map.put("p", row.test.p());
        return map;
    }
}
