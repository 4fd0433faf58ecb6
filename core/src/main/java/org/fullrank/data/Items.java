package org.fullrank.data;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The items of one split, decoded and mapped into memory.
public sealed interface Items extends AutoCloseable permits Images, Vectors {
    /// Number of items N.
    int size();

    /// The classes of the items; null when no item has a class.
    @Nullable
    Labels labels();

    /// The path of each item in its folder or archive, in order; empty for items without paths, such as the
    /// rows of a table.
    List<String> paths();

    /// The items `indices` in this order. An index may occur more than once. The result uses the storage of
    /// this object. Closing the result has no effect. The result becomes invalid when this object is closed.
    ///
    /// @param indices each in `[0, size())`
    /// @throws IndexOutOfBoundsException when an index is outside this range
    Items subset(int[] indices);

    /// The items that have a label. This object is returned if all items have a label, or if there are no
    /// labels at all.
    default Items labeled() {
        Labels labels = labels();
        return labels == null || labels.unlabeled() == 0 ? this : subset(labels.labeledItems());
    }

    /// The paths of the items `indices`.
    static List<String> chosen(List<String> paths, int[] indices) {
        return paths.isEmpty()
                ? paths
                : Arrays.stream(indices).mapToObj(paths::get).toList();
    }

    /// Releases the mapping. Reading afterwards throws IllegalStateException.
    @Override
    void close();
}
