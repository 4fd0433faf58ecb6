package org.fullrank.data;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.fullrank.engine.InputException;

/// The classes of the items of one split.
///
/// @param classes class of item i, in `[0, names.size())`, or [#UNLABELED]; shape `[N]`; not copied, so it
///     must not be changed
/// @param names name of each class; all splits of a data set share one list
public record Labels(int[] classes, List<String> names) {
    /// The class of an item that has no class.
    public static final int UNLABELED = -1;

    public Labels {
        names = List.copyOf(names);
        for (int i = 0; i < classes.length; i++) {
            if (classes[i] < UNLABELED || classes[i] >= names.size()) {
                throw new InputException("label of item " + i + " is " + classes[i] + ", expected 0 to "
                        + (names.size() - 1) + "; correct the labels or the list of class names");
            }
        }
    }

    /// The number of items of each class, shape `[names.size()]`.
    public int[] counts() {
        int[] counts = new int[names.size()];
        for (int c : classes) {
            if (c != UNLABELED) {
                counts[c]++;
            }
        }
        return counts;
    }

    /// How many items have no label.
    public int unlabeled() {
        return (int) Arrays.stream(classes).filter(c -> c == UNLABELED).count();
    }

    /// Whether each labeled item, of at least three, has a class of its own. Then the labels are names of the items,
    /// not classes.
    public boolean differ() {
        int labeled = classes.length - unlabeled();
        return labeled > 2 && names.size() == labeled;
    }

    /// The items that have a label, in ascending order.
    public int[] labeledItems() {
        return IntStream.range(0, classes.length)
                .filter(i -> classes[i] != UNLABELED)
                .toArray();
    }

    /// The labels of the items `indices`, in this order.
    Labels subset(int[] indices) {
        int[] chosen = new int[indices.length];
        for (int i = 0; i < indices.length; i++) {
            chosen[i] = classes[indices[i]];
        }
        return new Labels(chosen, names);
    }
}
