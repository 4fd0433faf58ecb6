package org.fullrank.data;

import org.jspecify.annotations.Nullable;

/// The items of one split, decoded and mapped into memory.
public sealed interface Items extends AutoCloseable permits Images, Vectors {
    /// Number of items N.
    int size();

    /// The classes of the items, or null when none has one.
    @Nullable
    Labels labels();

    /// The items `indices`, in that order; an index may occur more than once. The result uses the storage of
    /// this object. Closing it has no effect, and it becomes invalid when this object is closed.
    ///
    /// @param indices each in `[0, size())`
    /// @throws IndexOutOfBoundsException when an index is outside
    Items subset(int[] indices);

    /// The items that have a label: this object when all have one, or when none can have one.
    default Items labeled() {
        Labels labels = labels();
        return labels == null || labels.unlabeled() == 0 ? this : subset(labels.labeledItems());
    }

    /// Releases the mapping. Reading afterwards throws IllegalStateException.
    @Override
    void close();
}
