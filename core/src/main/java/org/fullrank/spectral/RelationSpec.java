package org.fullrank.spectral;

import java.nio.file.Path;
import org.fullrank.engine.InputException;

/// The settings of a [Relation]: which samples belong together.
public sealed interface RelationSpec {
    /// The views of one item. Each view is a sample.
    record Views() implements RelationSpec {}

    /// Each item and its nearest ones by Euclidean distance.
    ///
    /// @param count of nearest items, at least 1
    record Neighbors(int count) implements RelationSpec {
        public Neighbors {
            InputException.unless(count >= 1, "neighbors: found %d, expected at least 1; raise it", count);
        }
    }

    /// All items with the same label.
    record Labels() implements RelationSpec {}

    /// The items that a file lists: see [EdgeFile].
    record Edges(Path file) implements RelationSpec {}
}
