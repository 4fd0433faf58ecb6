package org.fullrank.diagnose;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.function.Predicate;
import org.fullrank.text.Numbers;
import org.fullrank.text.Table;
import org.jspecify.annotations.Nullable;

/// Whether the embeddings of noisy copies of an item are Gaussian, for several levels of noise.
///
/// @param items number of items
/// @param copies noisy copies of each item
/// @param unit the noise 1: standard deviation of an input value over the items
/// @param curved the first operation of the network that is not piecewise linear; null if the network is
///     piecewise linear
/// @param levels what was found for each noise, rising
public record NoiseReport(
        int items, int copies, double unit, @Nullable String curved, List<Level> levels) {
    /// An item is not Gaussian if a test says so at this level, corrected for the number of dimensions.
    public static final double SIGNIFICANCE = 0.01;

    /// A noise is not Gaussian if chance gives this many such items less often.
    private static final double CHANCE = 0.05;

    public NoiseReport {
        levels = List.copyOf(levels);
    }

    /// One level of noise.
    ///
    /// @param noise in units
    /// @param sameRegion share of the copies in the linear region of their item; NaN if there are no regions
    /// @param tested items with a dimension that changes with the noise by more than rounding
    /// @param gaussian those of them whose copies pass the test in each tested dimension
    /// @param distance root mean square of the distance of a copy from its item, divided by that of two items
    public record Level(double noise, double sameRegion, int tested, int gaussian, double distance) {
        /// Whether no more items fail the test than chance explains.
        public boolean isGaussian() {
            return tested > 0 && tested - gaussian <= byChance(tested);
        }

        /// The smallest number of failures that chance exceeds in less than [#CHANCE] of all cases.
        private static int byChance(int tests) {
            double term = Math.pow(1 - SIGNIFICANCE, tests);
            double sum = term;
            int failures = 0;
            while (1 - sum >= CHANCE) {
                term *= (double) (tests - failures) / (failures + 1) * SIGNIFICANCE / (1 - SIGNIFICANCE);
                sum += term;
                failures++;
            }
            return failures;
        }

        /// For JSON.
        SequencedMap<String, Object> toMap() {
            var map = new LinkedHashMap<String, Object>();
            map.put("noise", noise);
            map.put("sameRegion", sameRegion);
            map.put("tested", tested);
            map.put("gaussian", gaussian);
            map.put("isGaussian", isGaussian());
            map.put("distance", distance);
            return map;
        }
    }

    /// The largest noise for which it and all smaller ones are Gaussian for all items, up to chance. It is 0 if
    /// the smallest one is not. Levels that are lost in rounding do not count.
    public double upTo() {
        return last(Level::isGaussian);
    }

    /// The same for at least half of the items.
    public double halfUpTo() {
        return last(level -> 2 * level.gaussian >= level.tested);
    }

    private double last(Predicate<Level> holds) {
        return levels.stream()
                .filter(level -> level.tested > 0)
                .takeWhile(holds)
                .mapToDouble(Level::noise)
                .max()
                .orElse(0);
    }

    /// The answer in a sentence or two.
    String answer() {
        Level first =
                levels.stream().filter(level -> level.tested > 0).findFirst().orElse(levels.getFirst());
        double all = upTo();
        double half = halfUpTo();
        if (all == levels.getLast().noise) {
            return "yes, up to the largest noise of %s".formatted(Numbers.compact(all));
        }
        if (all > 0) {
            return "yes, up to noise %s; for at least half of the items, up to noise %s"
                    .formatted(Numbers.compact(all), Numbers.compact(half));
        }
        return "%s. Even with the smallest noise of %s, the copies of %d of %d items are not Gaussian"
                .formatted(
                        half == 0 ? "no" : "for at least half of the items, up to noise " + Numbers.compact(half),
                        Numbers.compact(first.noise),
                        first.tested - first.gaussian,
                        first.tested);
    }

    /// A section for a terminal: several lines, each with a line end.
    public String text() {
        var text = new StringBuilder("noise: are the embeddings of noisy copies of an item Gaussian?\n");
        text.append(DiagnosisText.paragraph("  answer  ", answer()));
        text.append(DiagnosisText.paragraph("  means   ", meaning()));
        text.append(DiagnosisText.paragraph(
                "  copies  ",
                "%d of each of %d items. Each input value gets Gaussian noise. Noise 1 is the standard deviation of an"
                                .formatted(copies, items)
                        + " input value, %s".formatted(Numbers.number(unit))));
        text.append('\n').append(table()).append('\n').append(legend());
        return text.toString();
    }

    private static String meaning() {
        return "Up to this noise, formulas that take an item for a Gaussian hold, such as entropies and likelihoods."
                + " Beyond it, they are approximations. Neither is a fault";
    }

    private String table() {
        var table = new Table();
        table.row("  noise", "Gaussian items", "same region", "distance");
        for (Level level : levels) {
            table.row(
                    "  " + Numbers.compact(level.noise),
                    level.tested == 0 ? "-" : "%d of %d".formatted(level.gaussian, level.tested),
                    Double.isNaN(level.sameRegion) ? "-" : Numbers.percent(level.sameRegion),
                    Numbers.number(level.distance));
        }
        return table.toString();
    }

    private String legend() {
        String lost = levels.stream().anyMatch(level -> level.tested == 0)
                ? "-               the noise is lost in the rounding of float32\n"
                : "";
        String region = curved == null
                ? """
                same region     copies for which each ReLU is on or off as for the item. The network is linear there, so
                                the embeddings of such noise are Gaussian
                """
                : "same region     none: the network has %s, so it is linear nowhere\n".formatted(curved);
        return """
                Gaussian items  items whose copies pass the test of D'Agostino and Pearson in up to 32 dimensions; 1 %
                                fail by chance
                """ + region + "distance        of a copy from its item, divided by the distance of two items\n" + lost;
    }

    /// For JSON.
    public SequencedMap<String, @Nullable Object> toMap() {
        var map = new LinkedHashMap<String, @Nullable Object>();
        map.put("items", items);
        map.put("copies", copies);
        map.put("unit", unit);
        map.put("curved", curved);
        map.put("significance", SIGNIFICANCE);
        map.put("upTo", upTo());
        map.put("halfUpTo", halfUpTo());
        map.put("answer", answer());
        map.put("meaning", meaning());
        map.put("levels", levels.stream().map(Level::toMap).toList());
        return map;
    }
}
