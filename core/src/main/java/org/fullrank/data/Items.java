package org.fullrank.data;

import org.jspecify.annotations.Nullable;

/// The items of one split, decoded and mapped into memory.
public sealed interface Items extends AutoCloseable permits Images, Vectors {
    /// Number of items N.
    int size();

    /// The classes of the items, or null when they have none.
    @Nullable
    Labels labels();

    /// The items `indices`, in that order; an index may occur more than once. The result uses the storage of
    /// this object. Closing it has no effect, and it becomes invalid when this object is closed.
    ///
    /// @param indices each in `[0, size())`
    /// @throws IndexOutOfBoundsException when an index is outside
    Items subset(int[] indices);

    /// Releases the mapping. Reading afterwards throws IllegalStateException.
    @Override
    void close();
}
