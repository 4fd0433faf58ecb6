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
/// @param growth parts of a training with smaller views; empty if all views have the same size
@Named("images")
public record ImageViews(int size, int views, Normalize normalize, List<ImagePipeline> pipelines, List<Growth> growth)
        implements ViewSpec {
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
        growth = List.copyOf(growth);
        Growth.require(growth, size);
        if (pipelines.isEmpty()) {
            throw new InputException("pipelines is empty, expected at least one; add one or name a preset");
        }
        for (ImagePipeline pipeline : pipelines) {
            requireRoom(pipeline.blur(), size);
            growth.forEach(part -> requireRoom(pipeline.blur(), part.size()));
        }
    }

    /// All views have the same size.
    public ImageViews(int size, int views, Normalize normalize, List<ImagePipeline> pipelines) {
        this(size, views, normalize, pipelines, List.of());
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

    /// The same settings, but all views have this size: there is no growth.
    public ImageViews withSize(int value) {
        return new ImageViews(value, views, normalize, pipelines);
    }

    public ImageViews withViews(int value) {
        return new ImageViews(size, value, normalize, pipelines, growth);
    }

    public ImageViews withNormalize(Normalize value) {
        return new ImageViews(size, views, value, pipelines, growth);
    }

    /// The mean number of pixels of a view over the training, relative to a view of full size.
    public double meanArea() {
        double area = 1;
        for (Growth part : growth) {
            double side = (double) part.size() / size;
            area -= part.share() * (1 - side * side);
        }
        return area;
    }
}
