package org.fullrank.probe;

import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.function.ToDoubleFunction;
import org.fullrank.linalg.PowerLaw;
import org.jspecify.annotations.Nullable;

/// Measures every checkpoint of a run without labels, and says which checkpoint each measure would choose. If
/// there are labels, it also reports the kNN accuracy of each chosen checkpoint.
///
/// Sources: Garrido et al. 2023, "RankMe"; Agrawal et al. 2022, "alpha-ReQ"; Thilak et al. 2023, "LiDAR" (the
/// last two unverified against the papers).
///
/// @param protocol what the numbers depend on
/// @param rows one row for each checkpoint, in the order of training
public record LabelFree(ProtocolText protocol, List<Row> rows) implements ProtocolResult {
    /// The version. It increases whenever the same settings would give other numbers.
    public static final int VERSION = 1;
    /// Number of items. It is larger than the width of small encoders, and small enough to compute spectra in
    /// seconds.
    public static final int ROWS = 2000;
    /// Number of items for LiDAR. This number and the number of views are those of the paper (unverified
    /// against the paper).
    public static final int LIDAR_ROWS = 1000;

    /// Number of views of an item for LiDAR.
    public static final int LIDAR_VIEWS = 10;
    /// The decay that is best according to alpha-ReQ.
    public static final double BEST_ALPHA = 1;
    /// With fewer checkpoints, a correlation is not shown.
    public static final int FEWEST = 3;

    public LabelFree {
        rows = List.copyOf(rows);
    }

    /// The measures of one place.
    ///
    /// @param rankMe RankMe without centering, as in its paper
    /// @param lidar number of directions in which items differ more than their views
    /// @param alpha decay of the centered spectrum; NaN with fewer than three directions
    public record Measures(double rankMe, double lidar, double alpha) {}

    /// One checkpoint.
    ///
    /// @param checkpoint its file
    /// @param step number of training steps
    /// @param knn kNN accuracy of the representation on the test split; null without labels
    public record Row(
            String checkpoint,
            long step,
            Measures representation,
            Measures embedding,
            @Nullable Accuracy knn) {}

    /// The choice of one measure.
    ///
    /// @param measure its name
    /// @param chosen the checkpoint; null if the measure is not a number at any checkpoint
    /// @param spearman rank correlation with kNN over the checkpoints; NaN without labels, with fewer than
    ///     [#FEWEST] checkpoints, or if one of the two does not change
    public record Choice(String measure, @Nullable Row chosen, double spearman) {}

    /// The measures by name. Each one gives a checkpoint a score, where larger is better.
    private static final SequencedMap<String, ToDoubleFunction<Row>> CRITERIA = criteria();

    private static SequencedMap<String, ToDoubleFunction<Row>> criteria() {
        var criteria = new LinkedHashMap<String, ToDoubleFunction<Row>>();
        criteria.put("RankMe of the representation", r -> r.representation.rankMe);
        criteria.put("LiDAR of the representation", r -> r.representation.lidar);
        criteria.put("alpha of the representation", r -> -Math.abs(r.representation.alpha - BEST_ALPHA));
        criteria.put("RankMe of the embedding", r -> r.embedding.rankMe);
        criteria.put("LiDAR of the embedding", r -> r.embedding.lidar);
        criteria.put("alpha of the embedding", r -> -Math.abs(r.embedding.alpha - BEST_ALPHA));
        return criteria;
    }

    /// The full text.
    ///
    /// @param data fingerprint of the data
    /// @param split split whose items are measured
    /// @param rows number of items
    /// @param labeled whether kNN accuracy is measured
    public static ProtocolText describe(String data, String split, int rows, boolean labeled) {
        var settings = new LinkedHashMap<String, String>();
        settings.put("RankMe", "singular values, not centered; the largest chooses");
        settings.put(
                "LiDAR",
                "%d of these items in %d drawn views of the recipe; the largest chooses"
                        .formatted(Math.min(rows, LIDAR_ROWS), LIDAR_VIEWS));
        settings.put(
                "alpha",
                "decay of the centered eigenvalues above 0 by least squares of logarithms, %s; the nearest to %s chooses"
                        .formatted(PowerLaw.rule(), BEST_ALPHA));
        settings.put(
                "kNN",
                labeled
                        ? "fitted on train, on the asked split, "
                                + Protocol.describe(KnnProtocol.defaults())
                                + "; it judges and never chooses"
                        : "left out, no labels");
        return ProtocolText.measuring("fullrank-label-free", VERSION, data, split, rows, settings);
    }

    /// The choice of each measure. If checkpoints have equal scores, the earliest is chosen.
    public List<Choice> choices() {
        return CRITERIA.entrySet().stream()
                .map(e -> new Choice(e.getKey(), best(e.getValue()), spearman(e.getValue())))
                .toList();
    }

    private @Nullable Row best(ToDoubleFunction<Row> criterion) {
        Row best = null;
        for (Row row : rows) {
            double value = criterion.applyAsDouble(row);
            if (!Double.isNaN(value) && (best == null || value > criterion.applyAsDouble(best))) {
                best = row;
            }
        }
        return best;
    }

    private double spearman(ToDoubleFunction<Row> criterion) {
        double[] a = rows.stream().mapToDouble(criterion).toArray();
        double[] b = rows.stream()
                .mapToDouble(r -> r.knn == null ? Double.NaN : r.knn.share())
                .toArray();
        boolean known =
                Arrays.stream(a).noneMatch(Double::isNaN) && Arrays.stream(b).noneMatch(Double::isNaN);
        return known && a.length >= FEWEST ? correlation(ranks(a), ranks(b)) : Double.NaN;
    }

    /// The ranks of some values. Equal values get the mean of their ranks.
    static double[] ranks(double[] values) {
        return Arrays.stream(values)
                .map(v -> Arrays.stream(values).filter(w -> w < v).count()
                        + (Arrays.stream(values).filter(w -> w == v).count() + 1) / 2.0)
                .toArray();
    }

    private static double correlation(double[] a, double[] b) {
        double middle = (a.length + 1) / 2.0;
        double product = 0;
        double first = 0;
        double second = 0;
        for (int i = 0; i < a.length; i++) {
            product += (a[i] - middle) * (b[i] - middle);
            first += (a[i] - middle) * (a[i] - middle);
            second += (b[i] - middle) * (b[i] - middle);
        }
        return product / Math.sqrt(first * second);
    }

    @Override
    public String table() {
        var text = new StringBuilder(String.format(
                Locale.ROOT,
                "%-24s %8s   %-24s   %-24s  %s%n%-24s %8s   %7s %7s %7s    %7s %7s %7s%n",
                "label-free",
                "",
                "representation",
                "embedding",
                "",
                "checkpoint",
                "step",
                "RankMe",
                "LiDAR",
                "alpha",
                "RankMe",
                "LiDAR",
                "alpha"));
        for (Row r : rows) {
            text.append(String.format(
                    Locale.ROOT,
                    "%-24s %8d   %s    %s   %s%n",
                    r.checkpoint,
                    r.step,
                    cells(r.representation),
                    cells(r.embedding),
                    r.knn == null ? "" : "kNN " + r.knn));
        }
        if (rows.size() == 1) {
            text.append("one checkpoint leaves nothing to choose; keep more with checkpoints.keepLast%n".formatted());
            return text.toString();
        }
        choices().forEach(choice -> text.append(sentence(choice)));
        return text.toString();
    }

    private static String cells(Measures m) {
        return String.format(Locale.ROOT, "%7.2f %7.2f %7.3f", m.rankMe, m.lidar, m.alpha);
    }

    private String sentence(Choice choice) {
        Row chosen = choice.chosen;
        if (chosen == null) {
            return "%s chooses nothing: it is not a number%n".formatted(choice.measure);
        }
        Row best = rows.stream()
                .filter(r -> r.knn != null)
                .max(Comparator.comparingInt(r -> Objects.requireNonNull(r.knn).correct()))
                .orElse(null);
        String judged = best == null || chosen.knn == null
                ? ""
                : String.format(
                        Locale.ROOT,
                        ": kNN %.1f %%, the best has %.1f %%; Spearman with kNN %s (n = %d)",
                        100 * chosen.knn.share(),
                        100 * Objects.requireNonNull(best.knn).share(),
                        Double.isNaN(choice.spearman) ? "-" : String.format(Locale.ROOT, "%.2f", choice.spearman),
                        rows.size());
        return "%s would choose step %d%s%n".formatted(choice.measure, chosen.step, judged);
    }

    @Override
    public SequencedMap<String, Object> values() {
        var map = new LinkedHashMap<String, Object>();
        map.put("checkpoints", rows.stream().map(LabelFree::toMap).toList());
        map.put(
                "choices",
                choices().stream()
                        .map(c -> {
                            var choice = new LinkedHashMap<String, @Nullable Object>();
                            choice.put("measure", c.measure);
                            choice.put("step", c.chosen == null ? null : c.chosen.step);
                            choice.put("spearman", c.spearman);
                            choice.put("n", rows.size());
                            return choice;
                        })
                        .toList());
        return map;
    }

    private static SequencedMap<String, Object> toMap(Row row) {
        var map = new LinkedHashMap<String, Object>();
        map.put("checkpoint", row.checkpoint);
        map.put("step", row.step);
        map.putAll(toMap("representation.", row.representation));
        map.putAll(toMap("embedding.", row.embedding));
        if (row.knn != null) {
            map.put("kNN", row.knn.share());
        }
        return map;
    }

    private static SequencedMap<String, Object> toMap(String place, Measures m) {
        var map = new LinkedHashMap<String, Object>();
        map.put(place + "rankme", m.rankMe);
        map.put(place + "lidar", m.lidar);
        map.put(place + "alpha", m.alpha);
        return map;
    }
}
