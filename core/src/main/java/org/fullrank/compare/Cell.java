package org.fullrank.compare;

import java.nio.file.Path;
import org.fullrank.run.Recipe;

/// One training of a comparison.
///
/// @param label of its candidate
/// @param recipe with the seed of this training
/// @param folder its run folder
public record Cell(String label, Recipe recipe, Path folder) {
    /// The seed of this training.
    public long seed() {
        return recipe.seed();
    }
}
