package org.fullrank.diagnose;

import static org.fullrank.diagnose.ScaleRules.text;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.fullrank.diagnose.Figures.ClassSpread;
import org.fullrank.diagnose.Figures.Pairs;
import org.fullrank.diagnose.Verdict.Kind;
import org.jspecify.annotations.Nullable;

/// Rules for faults of classes and of pairs of views.
final class RelationRules {
    /// If the spread of a class, as a share of the spread of all rows, is below this value, the class is a
    /// point. Classes of healthy trainings had at least 0.27. A class of Gaussian rows with the same mean as
    /// all others has 1.
    static final double POINT = 0.1;

    /// Smallest number of rows of a class for which its spread is used.
    static final int CLASS_ROWS = 8;

    /// If the distance of two views, as a share of the distance of unrelated rows, is below this value, the
    /// views are too similar. In healthy trainings, it was 0.09 to 0.6.
    static final double ALIKE = 0.01;

    /// The smallest part that views must have in common. It is one minus their distance as a share of the
    /// distance of unrelated rows. In trainings without an alignment term, it was 0.15.
    static final double COMMON = 0.05;

    /// If views share nothing, the nearest neighbor is the other view at most this many times as often as by
    /// chance.
    static final double LUCK = 5;

    private static final int NAMED = 10;

    private RelationRules() {}

    static @Nullable Finding classWise(Figures f) {
        List<ClassSpread> known =
                f.classes().stream().filter(c -> c.rows() >= CLASS_ROWS).toList();
        if (known.size() < 2) {
            return null;
        }
        double degree = 0;
        for (ClassSpread c : known) {
            degree = Math.max(degree, point(c));
        }
        List<ClassSpread> points =
                known.stream().filter(c -> point(c) > Finding.VERDICT).toList();
        boolean most = 2 * points.size() >= known.size();
        return new Finding(
                Kind.CLASS_WISE,
                degree,
                text(
                        "%d of %d classes are points: %s (spread below %s of the spread of all rows)",
                        points.size(), known.size(), names(points), POINT),
                "keep samples of a class apart: lower the pull, method.objective.invariance",
                most ? Set.of(Kind.DIMENSIONAL, Kind.REDUNDANT) : Set.of());
    }

    private static double point(ClassSpread c) {
        return Confidence.below(c.spread(), POINT, 1 / Math.sqrt(2.0 * c.rows()));
    }

    private static String names(List<ClassSpread> points) {
        String all = points.stream()
                .limit(NAMED)
                .map(c -> text("%s (%.2g)", c.name(), c.spread()))
                .collect(Collectors.joining(", "));
        return points.size() > NAMED ? all + ", ..." : all;
    }

    static @Nullable Finding shortcut(Figures f) {
        Pairs pairs = f.pairs();
        if (pairs == null) {
            return null;
        }
        return new Finding(
                Kind.SHORTCUT,
                Confidence.below(pairs.distance(), ALIKE, f.errors().plain()),
                text(
                        "the squared distance of the two views of a row is %.2g of the squared distance of unrelated"
                                + " rows (too similar: below %s)",
                        pairs.distance(), ALIKE),
                "make the views differ more: lower views.pipelines.0.crop.scaleMin, or for vectors raise views.noise");
    }

    static @Nullable Finding overAugmented(Figures f) {
        Pairs pairs = f.pairs();
        if (pairs == null) {
            return null;
        }
        double common = 1 - pairs.distance();
        double luck = pairs.matches() * pairs.rows();
        double degree = Math.min(Confidence.below(common, COMMON, f.errors().plain()), Confidence.below(luck, LUCK, 0));
        return new Finding(
                Kind.OVER_AUGMENTED,
                degree,
                text(
                        "views have %.2g of a distance in common (nothing: below %s), and are each other's nearest"
                                + " neighbors %.1f times as often as by chance",
                        common, COMMON, luck),
                "make the views weaker: raise views.pipelines.0.crop.scaleMin, or for vectors lower views.corruption");
    }
}
