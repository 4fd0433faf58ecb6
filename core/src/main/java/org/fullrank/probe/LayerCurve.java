package org.fullrank.probe;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.SequencedMap;
import org.fullrank.data.Items;
import org.fullrank.data.TrainTest;
import org.fullrank.engine.InputException;

/// The accuracy of the same probe on every layer, from the input to the embedding. The best layer is the one
/// with the highest linear accuracy on items held out from the train split. So the test split has no
/// influence on the choice of the layer.
///
/// Source: Bordes et al. 2022, "Guillotine Regularization" (unverified against the paper). The layers next to
/// the objective learn its invariances. So for a different task, an earlier layer can be better.
///
/// @param protocol what the numbers depend on
/// @param layers the layers in the order of the data, measured on the held-out items
/// @param best name of the chosen layer
/// @param asked linear probes on the test split, fitted on the whole train split. One is for the chosen
///     layer, and one is for the representation, which is the usual choice
public record LayerCurve(
        ProtocolText protocol, List<Row> layers, String best, SequencedMap<String, Linear.Outcome> asked)
        implements ProtocolResult {
    /// The version. It increases whenever the same settings would give other numbers.
    public static final int VERSION = 1;
    /// Key of the draw of the held-out items. It differs from the key that splits data without a test split,
    /// because the held-out items are drawn from what remains after that split.
    public static final long SEED = 1;

    public LayerCurve {
        layers = List.copyOf(layers);
    }

    /// One layer on the held-out items.
    ///
    /// @param width number of columns of its pooled output
    public record Row(String name, int width, Accuracy knn, Linear.Outcome linear) {}

    /// Reads features of items at a place.
    @FunctionalInterface
    public interface Reader {
        Features read(Place place, Items items);
    }

    /// Probes each place.
    ///
    /// @param places in the order of the data; one of them is the representation
    /// @param items the items to fit and to test on
    /// @throws InputException when labels are missing, when all labels are of one class, or when there are
    ///     fewer items than neighbors
    public static LayerCurve of(List<Place> places, TrainTest items, EvaluatedData source, Reader reader) {
        TrainTest choice = TrainTest.holdOut(items.train(), TrainTest.HELD_OUT_SHARE, SEED);
        var rows = new ArrayList<Row>();
        for (Place place : places) {
            Features train = reader.read(place, choice.train());
            Features held = reader.read(place, choice.test());
            Linear.requireTwoClasses(train.labels());
            rows.add(new Row(
                    place.name(),
                    train.width(),
                    Knn.evaluate(train, held, KnnProtocol.defaults()),
                    Linear.evaluate(train, held, LinearProtocol.defaults())));
        }
        String best = best(rows);
        var asked = new LinkedHashMap<String, Linear.Outcome>();
        for (Place place : places) {
            if (place.name().equals(best) || place.name().equals(Place.REPRESENTATION)) {
                Features train = reader.read(place, items.train());
                Features test = reader.read(place, items.test());
                asked.put(place.name(), Linear.evaluate(train, test, LinearProtocol.defaults()));
            }
        }
        return new LayerCurve(describe(source, choice, rows), rows, best, asked);
    }

    /// The most accurate layer. If several layers are equally accurate, the earliest.
    private static String best(List<Row> rows) {
        Row best = rows.getFirst();
        for (Row row : rows) {
            if (row.linear.accuracy().correct() > best.linear.accuracy().correct()) {
                best = row;
            }
        }
        return best.name;
    }

    private static ProtocolText describe(EvaluatedData source, TrainTest choice, List<Row> rows) {
        var settings = new LinkedHashMap<String, String>();
        settings.put(
                "curve",
                "probes fitted on %d items of train, measured on the other %d: %s"
                        .formatted(choice.train().size(), choice.test().size(), choice.protocol()));
        settings.put("among", String.join(", ", rows.stream().map(Row::name).toList()));
        settings.put(
                "cut",
                "the layer of the best linear accuracy of the curve, the earliest of equals; the asked split has no part in"
                        + " it: its accuracy is measured afterwards, fitted on all of train");
        settings.put("kNN", Protocol.describe(KnnProtocol.defaults()));
        settings.put("linear", Protocol.describe(LinearProtocol.defaults()));
        EvaluatedData.Reading reading = EvaluatedData.Reading.defaults()
                .withLayer("the view as rows; each block, feature maps averaged over their pixels; each projector layer"
                        + " after its norm and ReLU");
        return ProtocolText.fitting("fullrank-layers", VERSION, source.with(reading), settings);
    }

    @Override
    public String table() {
        int wide = layers.stream().mapToInt(r -> r.name.length()).max().orElse(0);
        String cell = "%-" + Math.max(wide, "held-out accuracy".length()) + "s";
        var text = new StringBuilder(cell.formatted("held-out accuracy")
                + String.format(Locale.ROOT, " %6s  %-22s  %s%n", "width", "kNN", "linear"));
        for (Row r : layers) {
            text.append(cell.formatted(r.name))
                    .append(String.format(
                            Locale.ROOT,
                            " %6d  %-22s  %s%s%n",
                            r.width,
                            r.knn,
                            r.linear,
                            r.name.equals(best) ? "  best" : ""));
        }
        asked.forEach((name, outcome) -> text.append("asked split, linear on %s%s: %s%n"
                .formatted(name, name.equals(best) ? ", the best cut" : "", outcome)));
        return text.toString();
    }

    @Override
    public SequencedMap<String, Object> values() {
        var map = new LinkedHashMap<String, Object>();
        map.put("best", best);
        map.put("results", layers.stream().map(LayerCurve::toMap).toList());
        var outcomes = new LinkedHashMap<String, Object>();
        asked.forEach((name, outcome) -> outcomes.put(name, ProbeTable.toMap(outcome)));
        map.put("asked", outcomes);
        return map;
    }

    private static SequencedMap<String, Object> toMap(Row row) {
        var map = new LinkedHashMap<String, Object>();
        map.put("features", row.name);
        map.put("width", row.width);
        map.put("knn", ProbeTable.toMap(row.knn));
        map.put("linear", ProbeTable.toMap(row.linear));
        return map;
    }
}
