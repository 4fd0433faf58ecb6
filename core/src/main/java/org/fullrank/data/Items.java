package org.fullrank.data;

import org.jspecify.annotations.Nullable;

/// The items of one split, decoded and mapped into memory.
public sealed interface Items extends AutoCloseable permits Images, Vectors {
    /// Number of items N.
    int size();

    /// The classes of the items; null when no item has a class.
    @Nullable
    Labels labels();

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

    /// Releases the mapping. Reading afterwards throws IllegalStateException.
    @Override
    void close();
}
