package org.fullrank.objective;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.fullrank.engine.InputException;
import org.fullrank.settings.Choices;
import org.fullrank.settings.Nearest;
import org.jspecify.annotations.Nullable;

/// The function that training minimizes. An objective depends only on the embeddings of the whole batch, the
/// key of its random draws, and its memory. An objective does not depend on chunks, workers or devices. Each
/// record of this type contains the settings of its paper and describes the loss.
public sealed interface Objective
        permits Vicreg, //
                NtXent,
                AlignmentUniformity,
                Svmax,
                Lpl,
                LogDet,
                LeJepa,
                BarlowTwins,
                WMse,
                Mmcr,
                Tico {
    /// The terms for the views of one batch. The caller's scope owns the tensors.
    Terms evaluate(Views views);

    /// Idea, paper and healthy ranges.
    Card card();

    /// Whether `rows` rows are enough for `width` columns.
    Need need(long rows, long width);

    /// The shape of the memory that goes from batch to batch, for embeddings of `width` columns; empty if
    /// there is no memory. For the first batch, the memory is all zeros.
    default long[] memory(long width) {
        return new long[0];
    }

    /// Other published forms of this objective by their names, with their defaults.
    default SequencedMap<String, Objective> forms() {
        return new LinkedHashMap<>();
    }

    /// The closed form whose optimum stands for the optimum of this objective; null if there is none.
    ///
    /// @param views number of views of each sample
    /// @param width columns of the embeddings
    /// @throws InputException when these settings have no optimum
    default @Nullable Relaxation relaxation(int views, int width) {
        return null;
    }

    /// The names of the objectives that have a closed form.
    static List<String> withClosedForm() {
        return all().entrySet().stream()
                .filter(entry -> entry.getValue().relaxation(2, 1) != null)
                .map(Map.Entry::getKey)
                .toList();
    }

    /// The objective with this name and its defaults.
    ///
    /// @throws InputException when there is none
    static Objective named(String name) {
        SequencedMap<String, Objective> all = all();
        Objective found = all.get(name);
        if (found == null) {
            throw new InputException("no objective '%s', expected one of %s%s"
                    .formatted(name, String.join(", ", all.keySet()), Nearest.hint(name, all.keySet())));
        }
        return found;
    }

    /// Every objective by name with its defaults, in the order of the `permits` list. Each objective is
    /// followed by its other forms.
    static SequencedMap<String, Objective> all() {
        var all = new LinkedHashMap<String, Objective>();
        Choices.of(Objective.class).forEach(choice -> {
            all.put(choice.name(), choice.defaults());
            all.putAll(choice.defaults().forms());
        });
        return all;
    }
}
