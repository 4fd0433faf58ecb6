package org.fullrank.data;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.fullrank.engine.InputException;
import org.fullrank.settings.Nearest;
import org.fullrank.settings.OldSpelling;

/// A part of a data set, as defined by its authors.
public enum Split {
    TRAIN,
    VALIDATION,
    TEST,
    /// Items without labels that are meant for pre-training only, such as the 100,000 of STL-10.
    UNLABELED;

    /// The split of a folder of this name: `train`, `val`, `valid`, `validation`, `test`, `unlabeled` and
    /// their usual variants, in upper or lower case; empty if the name is not a split.
    static Optional<Split> ofFolder(String name) {
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "train", "training" -> Optional.of(TRAIN);
            case "val", "valid", "validation", "dev" -> Optional.of(VALIDATION);
            case "test", "testing" -> Optional.of(TEST);
            case "unlabeled", "unlabelled" -> Optional.of(UNLABELED);
            default -> Optional.empty();
        };
    }

    /// The split of a name from the user.
    ///
    /// @param subject where the name was given, such as `--split`, for error messages
    /// @throws InputException when there is no such split
    public static Split named(String subject, String wanted) {
        List<String> names = Arrays.stream(values()).map(Split::label).toList();
        String name = OldSpelling.current(subject, wanted.toLowerCase(Locale.ROOT), names);
        if (!names.contains(name)) {
            throw new InputException("%s: found %s, expected one of %s%s"
                    .formatted(subject, wanted, String.join(", ", names), Nearest.hint(name, names)));
        }
        return values()[names.indexOf(name)];
    }

    /// The name as users write it, in lower case.
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
