package org.fullrank.view;

import java.util.List;
import org.fullrank.engine.InputException;
import org.fullrank.settings.Named;

/// Settings of views of images. View v uses pipeline v modulo the number of pipelines. So two different
/// pipelines make two kinds of views.
///
/// @param size side of a view in pixels
/// @param views number of views of each image, at least 1
/// @param normalize the last step of every view
/// @param pipelines at least one sequence of changes
@Named("images")
public record ImageViews(int size, int views, Normalize normalize, List<ImagePipeline> pipelines) implements ViewSpec {
    /// Smallest side. A smaller view has no room for the mirrored border of a blur.
    public static final int MIN_SIZE = 4;
    /// Largest side, far above any recipe. A larger side is probably a mistake.
    public static final int MAX_SIZE = 2048;

    public ImageViews {
        Check.between("size", size, MIN_SIZE, MAX_SIZE);
        Check.views(views);
        Check.present("normalize", normalize);
        Check.present("pipelines", pipelines);
        pipelines = List.copyOf(pipelines);
        if (pipelines.isEmpty()) {
            throw new InputException("pipelines is empty, expected at least one; add one or name a preset");
        }
        for (ImagePipeline pipeline : pipelines) {
            requireRoom(pipeline.blur(), size);
        }
    }

    /// Refuses a blur that reaches over the whole view, because then its border cannot be mirrored.
    private static void requireRoom(Blur blur, int size) {
        int radius = blur.kernel().radius(blur.sigmaMax(), size);
        InputException.when(
                blur.p() > 0 && radius >= size,
                "blur.kernel reaches %d pixels to either side, expected less than the size of a view, %d; lower"
                        + " blur.sigmaMax or blur.kernel.taps, or raise size",
                radius,
                size);
    }

    /// The pipeline of view `view`.
    public ImagePipeline pipeline(int view) {
        return pipelines.get(view % pipelines.size());
    }

    public ImageViews withSize(int value) {
        return new ImageViews(value, views, normalize, pipelines);
    }

    public ImageViews withViews(int value) {
        return new ImageViews(size, value, normalize, pipelines);
    }

    public ImageViews withNormalize(Normalize value) {
        return new ImageViews(size, views, value, pipelines);
    }
}
