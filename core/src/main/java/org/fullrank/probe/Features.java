package org.fullrank.probe;

import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.data.Items;
import org.fullrank.data.Labels;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Tensors;
import org.jspecify.annotations.Nullable;

/// The cached features of a split, one row per item. If the classes of the items are known, they are
/// included. The arrays are not copied, so do not change them.
///
/// @param values float32 `[rows, width]`, row-major, all finite
/// @param width features of a row, at least 1
/// @param classes one class for each row, in [0, names.size()); null when the items are unlabeled
/// @param names the names of the classes; empty when the items are unlabeled
/// @param paths the path of each item, see [Items#paths]; empty when the items have none
public record Features(float[] values, int width, int @Nullable [] classes, List<String> names, List<String> paths) {
    public Features {
        names = List.copyOf(names);
        paths = List.copyOf(paths);
        if (width < 1 || values.length == 0 || values.length % width != 0) {
            throw new InputException("features: found %d values for rows of %d, expected whole rows and at least one;"
                            .formatted(values.length, width)
                    + " check the split and the width of the encoder");
        }
        requireFinite(values, width);
        if (classes != null) {
            requireClasses(classes, values.length / width, names.size());
        }
        InputException.when(
                !paths.isEmpty() && paths.size() != values.length / width,
                "features: found %d paths for %d rows, expected one for each or none; check that both come from the"
                        + " same split",
                paths.size(),
                values.length / width);
    }

    /// Features of items without paths.
    public Features(float[] values, int width, int @Nullable [] classes, List<String> names) {
        this(values, width, classes, names, List.of());
    }

    /// Features of items without labels.
    public static Features unlabeled(float[] values, int width) {
        return new Features(values, width, null, List.of());
    }

    /// Features of these items, with their classes and paths.
    static Features of(float[] values, int width, Items items) {
        Labels labels = items.labels();
        return labels == null
                ? new Features(values, width, null, List.of(), items.paths())
                : new Features(values, width, labels.classes(), labels.names(), items.paths());
    }

    /// Number of items.
    public int rows() {
        return values.length / width;
    }

    /// The same items with other features.
    ///
    /// @param values float32 `[rows, width]`
    public Features with(float[] values, int width) {
        return new Features(values, width, classes, names, paths);
    }

    /// The same features of items with these paths.
    public Features withPaths(List<String> paths) {
        return new Features(values, width, classes, names, paths);
    }

    /// The name of the class of a row; null when the item is unlabeled.
    public @Nullable String className(int row) {
        return classes == null || classes[row] == Labels.UNLABELED ? null : names.get(classes[row]);
    }

    /// The class of each row.
    ///
    /// @throws InputException when an item has no label
    public int[] labels() {
        if (classes == null) {
            throw new InputException("evaluation: found no labels, expected a class for each item; use data that has"
                    + " them: a folder for each class, IDX with its label file, CIFAR or STL-10 binary, .npz with"
                    + " labels, CSV with --set data.labelColumn=NAME");
        }
        for (int c : classes) {
            if (c == Labels.UNLABELED) {
                throw new InputException(
                        "evaluation: found an item without a label, expected a class for each item; leave"
                                + " such items out");
            }
        }
        return classes;
    }

    /// A new tensor `[rows, width]` on the host; the caller's scope owns it.
    Tensor tensor() {
        return Tensors.of(values, rows(), width);
    }

    /// Refuses features of another kind.
    ///
    /// @param probe the subject of the message
    /// @throws InputException when the widths or the classes differ
    public void requireLike(Features other, String probe) {
        if (width != other.width || !names.equals(other.names)) {
            throw new InputException(
                    "%s: found test features %d wide with %d classes, expected the train features' %d and"
                                    .formatted(probe, other.width, other.names.size(), width)
                            + " %d with the same names; take both splits from one data set and one encoder"
                                    .formatted(names.size()));
        }
    }

    private static void requireFinite(float[] values, int width) {
        for (int i = 0; i < values.length; i++) {
            if (!Float.isFinite(values[i])) {
                throw new InputException(
                        "features: found %s in row %d, column %d, expected finite numbers; check the data"
                                        .formatted(values[i], i / width, i % width)
                                + " and that the encoder's weights are finite");
            }
        }
    }

    private static void requireClasses(int[] classes, int rows, int count) {
        if (classes.length != rows) {
            throw new InputException(
                    "features: found %d labels for %d rows, expected one for each; check that both come"
                                    .formatted(classes.length, rows)
                            + " from the same split");
        }
        for (int i = 0; i < classes.length; i++) {
            if (classes[i] < Labels.UNLABELED || classes[i] >= count) {
                throw new InputException("features: found class %d in row %d, expected 0 to %d; check the label file"
                        .formatted(classes[i], i, count - 1));
            }
        }
    }
}
