package org.fullrank.data;

import java.util.List;
import org.fullrank.engine.InputException;

/// The classes of the items of one split.
///
/// @param classes class of item i, in `[0, names.size())`, shape `[N]`; not copied, so it must not be changed
/// @param names name of each class; all splits of a data set share one list
public record Labels(int[] classes, List<String> names) {
    public Labels {
        names = List.copyOf(names);
        for (int i = 0; i < classes.length; i++) {
            if (classes[i] < 0 || classes[i] >= names.size()) {
                throw new InputException("label of item " + i + " is " + classes[i] + ", expected 0 to "
                        + (names.size() - 1) + "; correct the labels or the list of class names");
            }
        }
    }

    /// How many items each class has, shape `[names.size()]`.
    public int[] counts() {
        int[] counts = new int[names.size()];
        for (int c : classes) {
            counts[c]++;
        }
        return counts;
    }

    /// The labels of the items `indices`, in that order.
    Labels subset(int[] indices) {
        int[] chosen = new int[indices.length];
        for (int i = 0; i < indices.length; i++) {
            chosen[i] = classes[indices[i]];
        }
        return new Labels(chosen, names);
    }
}
