package org.fullrank.compare;

import java.nio.file.Path;
import org.fullrank.run.Recipe;

/// One training of a comparison.
///
/// @param label label of its candidate
/// @param recipe recipe with the seed of this training
/// @param folder run folder of this training
public record Cell(String label, Recipe recipe, Path folder) {
    /// The seed of this training.
    public long seed() {
        return recipe.seed();
    }
}
