package org.fullrank.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.fullrank.engine.InputException;
import org.fullrank.settings.Nearest;

/// The protocols of `evaluate` by their names.
enum EvaluationName {
    KNN,
    LINEAR,
    FINETUNE,
    RETRIEVAL,
    LAYERS,
    CLASSES,
    LABEL_FREE;

    private static final String ALL = "all";

    /// What is measured when nothing is named.
    static final Set<EvaluationName> DEFAULT = Set.of(KNN, LINEAR);

    /// As it is typed.
    String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /// The protocols of these names, in the order of this enum.
    ///
    /// @throws InputException for a name that is none
    static Set<EvaluationName> of(List<String> names) {
        if (names.isEmpty()) {
            return DEFAULT;
        }
        var chosen = EnumSet.noneOf(EvaluationName.class);
        for (String name : names) {
            if (name.equals(ALL)) {
                chosen.addAll(EnumSet.allOf(EvaluationName.class));
            } else {
                chosen.add(of(name));
            }
        }
        return chosen;
    }

    private static EvaluationName of(String name) {
        return Arrays.stream(values())
                .filter(p -> p.label().equals(name))
                .findFirst()
                .orElseThrow(() -> {
                    var known = new ArrayList<>(
                            Arrays.stream(values()).map(EvaluationName::label).toList());
                    known.add(ALL);
                    return new InputException("--protocol: found \"%s\", expected one of %s%s"
                            .formatted(name, String.join(", ", known), Nearest.hint(name, known)));
                });
    }
}
