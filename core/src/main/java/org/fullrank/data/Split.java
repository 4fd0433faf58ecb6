package org.fullrank.data;

import java.util.Locale;
import java.util.Optional;

/// A part of a data set, as divided by its makers.
public enum Split {
    TRAIN,
    VALIDATION,
    TEST,
    /// Items without labels that are meant for pre-training only, as the 100,000 of STL-10.
    UNLABELED;

    /// The split that a folder of this name holds: `train`, `val`, `valid`, `validation`, `test`, `unlabeled` and
    /// their usual variants, in any case; empty when the name is no split.
    static Optional<Split> ofFolder(String name) {
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "train", "training" -> Optional.of(TRAIN);
            case "val", "valid", "validation", "dev" -> Optional.of(VALIDATION);
            case "test", "testing" -> Optional.of(TEST);
            case "unlabeled", "unlabelled" -> Optional.of(UNLABELED);
            default -> Optional.empty();
        };
    }

    /// The name as users write it, in lower case.
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
