package org.fullrank.view;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;

/// How views are made: the view section of a recipe, its `kind` being `images` or `vectors`.
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
    @JsonSubTypes.Type(value = ImageViews.class, name = "images"),
    @JsonSubTypes.Type(value = VectorViews.class, name = "vectors")
})
public sealed interface ViewSpec permits ImageViews, VectorViews {
    /// Views per sample in every joint-embedding recipe.
    int TWO = 2;

    /// Number of views of each sample, at least 2.
    int views();
}
