package org.fullrank.export;

import org.fullrank.engine.InputException;
import org.fullrank.file.SafeTensors;
import org.fullrank.net.EncoderSpec;
import org.fullrank.net.ResNet;
import org.fullrank.settings.Yaml;
import org.fullrank.view.ImageViews;
import org.fullrank.view.Normalize;
import org.jspecify.annotations.Nullable;

/// What a safetensors file of Fullrank says about its weights. It is one JSON object in the metadata of the file.
///
/// @param encoder the architecture
/// @param channels 3 for color images, 1 for gray ones
/// @param size side of the images in pixels
/// @param normalize means and deviations of the pixels
public record WeightCard(EncoderSpec encoder, int channels, int size, Normalize normalize) {
    /// Key of the metadata entry.
    public static final String KEY = "fullrank";

    public WeightCard {
        InputException.unless(
                channels == 1 || channels == 3, "channels: found %d, expected 1 (gray) or 3 (color)", channels);
        InputException.unless(
                size >= ImageViews.MIN_SIZE && size <= ImageViews.MAX_SIZE,
                "size: found %d, expected %d to %d pixels",
                size,
                ImageViews.MIN_SIZE,
                ImageViews.MAX_SIZE);
    }

    /// The values of missing keys.
    public static WeightCard defaults() {
        return new WeightCard(ResNet.defaults(), 3, 224, Normalize.IMAGENET);
    }

    /// The card of a file; null if another project wrote the file.
    ///
    /// @throws InputException when the card is damaged
    static @Nullable WeightCard of(SafeTensors file) {
        String json = file.metadata().get(KEY);
        return json == null ? null : Yaml.readJson(file.path() + ", metadata " + KEY, json, WeightCard.class);
    }

    /// The content of the metadata entry.
    public String json() {
        return Yaml.json(this);
    }
}
