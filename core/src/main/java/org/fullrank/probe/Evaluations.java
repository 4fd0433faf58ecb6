package org.fullrank.probe;

import java.util.ArrayList;
import java.util.List;
import org.fullrank.engine.InputException;
import org.fullrank.settings.Nearest;

/// The list of all evaluations.
public final class Evaluations {
    /// The name that selects all evaluations.
    public static final String ALL = "all";

    private Evaluations() {}

    /// Every evaluation with its defaults, in the order in which they run. The first is the default.
    public static List<Evaluation> all() {
        return List.of(
                Probes.defaults(),
                FineTuneProtocol.defaults(),
                RetrievalProtocol.defaults(),
                LayersProtocol.defaults(),
                ClassesProtocol.defaults(),
                new LabelFreeProtocol(),
                new IndependenceProtocol(),
                new NearestCentroid());
    }

    /// The names that [#named] knows, without [#ALL].
    public static List<String> names() {
        return all().stream().flatMap(e -> e.parts().stream()).toList();
    }

    /// The evaluations of these names, in the order in which they run.
    ///
    /// @param names of evaluations or parts, or [#ALL]; the default if empty
    /// @throws InputException for an unknown name
    public static List<Evaluation> named(List<String> names) {
        if (names.isEmpty()) {
            return List.of(all().getFirst());
        }
        names.forEach(Evaluations::requireKnown);
        var chosen = new ArrayList<Evaluation>();
        for (Evaluation evaluation : all()) {
            List<String> parts = evaluation.parts().stream()
                    .filter(part -> names.contains(part) || names.contains(ALL))
                    .toList();
            if (!parts.isEmpty()) {
                chosen.add(evaluation.only(parts));
            }
        }
        return chosen;
    }

    private static void requireKnown(String name) {
        var known = new ArrayList<>(names());
        known.add(ALL);
        if (!known.contains(name)) {
            throw new InputException("--protocol: found \"%s\", expected one of %s%s"
                    .formatted(name, String.join(", ", known), Nearest.hint(name, known)));
        }
    }
}
