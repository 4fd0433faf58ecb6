package org.fullrank.view;

import org.fullrank.engine.InputException;

/// The settings of views. These settings are the section `views` of a recipe. The `type` of the section is
/// `images`, `vectors` or `series`. The section can also be the name of one of the [ViewPresets].
public sealed interface ViewSpec permits ImageViews, VectorViews, SeriesViews {
    /// Views per sample in every joint-embedding recipe.
    int TWO = 2;

    /// Number of views of each sample, at least 1. Methods without labels need 2.
    int views();

    /// The preset of this name, as recipes name it.
    ///
    /// @throws InputException when there is none
    static ViewSpec named(String name) {
        return ViewPresets.named(name);
    }
}
