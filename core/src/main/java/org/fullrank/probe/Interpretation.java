package org.fullrank.probe;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.fullrank.probe.ProbeTable.Result;

/// Says in one line what the accuracies of an encoder mean compared with its baselines, and what to try.
///
/// The encoder is above a baseline if at least one of its accuracies is clearly higher and none is clearly
/// lower. A difference is clear if the 95 % intervals do not overlap.
final class Interpretation {
    private static final String UNEQUAL =
            "The classes are unequal, so the accuracy says little: look at each class with" + " --protocol classes.";

    private Interpretation() {}

    /// @param results the results; the encoder comes first
    /// @param trained whether the encoder was trained, and not fitted by a closed form
    /// @return empty if there is no baseline
    static String of(List<Result> results, boolean trained) {
        Result encoder = results.getFirst();
        List<String> names = new ArrayList<>();
        boolean untrained = false;
        for (Result baseline : results.subList(1, results.size())) {
            if (!isAbove(encoder, baseline)) {
                names.add(baseline.features() + lower(encoder, baseline));
                untrained |= baseline.features().equals(ProbeTable.UNTRAINED);
            }
        }
        if (results.size() == 1) {
            return "";
        }
        if (names.isEmpty()) {
            return "The encoder is clearly above all baselines.";
        }
        String advice = names.equals(List.of(ProbeTable.LARGEST_CLASS)) ? UNEQUAL : advice(trained, untrained);
        return "The encoder is not clearly above %s. %s".formatted(String.join(", ", names), advice);
    }

    /// What to try.
    ///
    /// @param untrained whether the encoder is not above its untrained form
    private static String advice(boolean trained, boolean untrained) {
        if (!trained) {
            return "It keeps less than the input itself offers: try another kernel or relation, more dimensions or more"
                    + " landmarks.";
        }
        return untrained
                ? "The training did not clearly help. If fullrank diagnose finds no collapse, let fullrank pretrain"
                        + " --preflight check the learning rate, or raise train.epochs."
                : "It learned, but less than the input itself offers: raise train.epochs, choose views"
                        + " that change only what does not matter, or use a wider encoder.";
    }

    private static boolean isAbove(Result encoder, Result baseline) {
        return pairs(encoder, baseline).values().stream().anyMatch(p -> p[0].lower() > p[1].upper())
                && lower(encoder, baseline).isEmpty();
    }

    /// Which accuracies of the encoder are clearly lower than those of a baseline, in parentheses; empty if none is.
    private static String lower(Result encoder, Result baseline) {
        List<String> probes = new ArrayList<>();
        pairs(encoder, baseline).forEach((probe, pair) -> {
            if (pair[0].upper() < pair[1].lower()) {
                probes.add(probe);
            }
        });
        return switch (probes.size()) {
            case 0 -> "";
            case 1 -> " (its %s is lower)".formatted(probes.getFirst());
            default -> " (its %s are lower)".formatted(String.join(" and ", probes));
        };
    }

    private static Map<String, Accuracy[]> pairs(Result encoder, Result baseline) {
        var pairs = new LinkedHashMap<String, Accuracy[]>();
        if (encoder.knn() != null && baseline.knn() != null) {
            pairs.put("kNN", new Accuracy[] {encoder.knn(), baseline.knn()});
        }
        if (encoder.linear() != null && baseline.linear() != null) {
            pairs.put("linear", new Accuracy[] {
                encoder.linear().accuracy(), baseline.linear().accuracy()
            });
        }
        return pairs;
    }
}
