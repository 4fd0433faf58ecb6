package org.fullrank.view;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.fullrank.engine.InputException;
import org.fullrank.settings.OldSpelling;

/// The view settings of well-known recipes, by name. A preset is a starting point. Adapt the size, the number
/// of views and the normalization to your data with [ImageViews#withSize(int)] and similar methods.
public final class ViewPresets {
    /// Side of a view in the ImageNet recipes.
    public static final int IMAGENET_SIZE = 224;
    /// Side of a view in the CIFAR recipes.
    public static final int CIFAR_SIZE = 32;
    /// Smallest share of the area in a crop of the preset `small`: half-way between suitable values for gray
    /// and for color pictures.
    public static final double SMALL_SCALE_MIN = 0.25;
    /// Probability of gray in the W-MSE code.
    public static final double WMSE_GRAY = 0.1;
    /// Side of a Fashion-MNIST image.
    public static final int GRAY_SIZE = 28;
    /// Crops of gray pictures of one centered object (clothes, digits) keep at least this share of the
    /// picture. They fill the image, and a smaller part is not recognizable.
    public static final double GRAY_SCALE_MIN = 0.3;
    /// Crops of built-in shapes keep at least this share. So most of the outline is visible, which defines
    /// the class.
    public static final double SHAPES_SCALE_MIN = 0.4;
    /// Colors of the built-in shapes do not depend on their class. So views may change to colors of any hue.
    public static final Jitter SHAPES_JITTER = new Jitter(1, 0.6, 0.6, 0.8, 0.5);
    /// Probability of solarization on built-in shapes, which exchanges light and dark.
    public static final double SHAPES_SOLARIZE = 0.2;
    /// Strength of brightness and contrast on gray pictures, as in BYOL.
    public static final double GRAY_STRENGTH = 0.4;
    /// Probability of blur on the second BYOL and VICReg view.
    public static final double SECOND_BLUR = 0.1;
    /// Probability of solarization on the second BYOL and VICReg view.
    public static final double SECOND_SOLARIZE = 0.2;
    /// Probability of solarization in solo-learn's VICReg recipe for CIFAR, on both views.
    public static final double CIFAR_SOLARIZE = 0.1;
    /// Probability of blur in SimCLR.
    public static final double SIMCLR_BLUR = 0.5;
    /// Pillow's `GaussianBlur`, which VICReg, SimSiam and solo-learn use.
    private static final BlurKernel PIL = new BlurKernel.Pil();
    /// OpenCV's kernel for 32 pixels in the official LPL code: an odd number near a tenth of the side.
    private static final BlurKernel LPL = BlurKernel.Taps.defaults();

    private static final SequencedMap<String, ViewSpec> PRESETS = presets();

    private ViewPresets() {}

    /// The names, in the order of listings.
    public static List<String> names() {
        return List.copyOf(PRESETS.keySet());
    }

    /// The settings of this name.
    ///
    /// @throws InputException when there is none
    public static ViewSpec named(String name) {
        ViewSpec spec = PRESETS.get(OldSpelling.current("views", name, PRESETS.keySet()));
        if (spec == null) {
            throw new InputException(
                    "no view preset '%s', expected one of %s".formatted(name, String.join(", ", PRESETS.keySet())));
        }
        return spec;
    }

    private static SequencedMap<String, ViewSpec> presets() {
        SequencedMap<String, ViewSpec> presets = new LinkedHashMap<>();
        presets.put("vicreg", imagenet(byol().withBlur(Blur.of(1, PIL)), second(PIL)));
        presets.put("vicreg-cifar", cifar(vicregCifar()));
        presets.put("vicreg-cifar-torch", torch(vicregCifar()));
        presets.put("byol", imagenet(byol().withBlur(Blur.of(1)), second(Blur.DEFAULT_KERNEL)));
        presets.put("byol-cifar", cifar(byol(), byol().withSolarize(Solarize.of(SECOND_SOLARIZE))));
        presets.put("simclr", imagenet(simclr(Blur.DEFAULT_KERNEL)));
        presets.put("simclr-cifar", cifar(simclrCifar()));
        presets.put("simclr-cifar-torch", torch(simclrCifar()));
        presets.put("simclr-cifar-strong", cifar(simclr(PIL)));
        presets.put("simclr-cifar-lpl", cifar(bilinear(simclr(LPL))));
        presets.put("simsiam-cifar", cifar(simclrCifar().withBlur(Blur.of(SIMCLR_BLUR, PIL))));
        presets.put("w-mse-cifar", cifar(wmseCifar()).withNormalize(Normalize.CIFAR10_IMAGE_STD));
        presets.put("small", cifar(small()).withNormalize(Normalize.HALF));
        presets.put("shapes", cifar(shapes()).withNormalize(Normalize.HALF));
        presets.put("gray", new ImageViews(GRAY_SIZE, ViewSpec.TWO, Normalize.HALF, List.of(gray())));
        presets.put("vector", VectorViews.DEFAULT);
        presets.put("series", SeriesViews.DEFAULT);
        return Collections.unmodifiableSequencedMap(presets);
    }

    private static ImageViews imagenet(ImagePipeline... pipelines) {
        return new ImageViews(IMAGENET_SIZE, ViewSpec.TWO, Normalize.IMAGENET, List.of(pipelines));
    }

    private static ImageViews cifar(ImagePipeline... pipelines) {
        return new ImageViews(CIFAR_SIZE, ViewSpec.TWO, Normalize.CIFAR10, List.of(pipelines));
    }

    /// With the default filter of torchvision's resize, and with the deviation of the codes that use this
    /// filter.
    private static ImageViews torch(ImagePipeline pipeline) {
        return cifar(bilinear(pipeline)).withNormalize(Normalize.CIFAR10_IMAGE_STD);
    }

    private static ImagePipeline bilinear(ImagePipeline pipeline) {
        return pipeline.withCrop(pipeline.crop().withFilter(Filter.BILINEAR));
    }

    private static ImagePipeline photo(Crop crop, Jitter jitter) {
        return ImagePipeline.of(crop)
                .withFlip(ImagePipeline.FLIP)
                .withJitter(jitter)
                .withGray(ImagePipeline.GRAY);
    }

    private static ImagePipeline byol() {
        return photo(Crop.from(Crop.SCALE_MIN), Jitter.BYOL);
    }

    private static ImagePipeline second(BlurKernel kernel) {
        return byol().withBlur(Blur.of(SECOND_BLUR, kernel)).withSolarize(Solarize.of(SECOND_SOLARIZE));
    }

    private static ImagePipeline vicregCifar() {
        return photo(Crop.from(Crop.SCALE_MIN_SMALL), Jitter.BYOL).withSolarize(Solarize.of(CIFAR_SOLARIZE));
    }

    private static ImagePipeline simclr(BlurKernel kernel) {
        return photo(Crop.from(Crop.SCALE_MIN), Jitter.SIMCLR).withBlur(Blur.of(SIMCLR_BLUR, kernel));
    }

    private static ImagePipeline simclrCifar() {
        return photo(Crop.from(Crop.SCALE_MIN), Jitter.SIMCLR_CIFAR);
    }

    private static ImagePipeline wmseCifar() {
        return photo(Crop.from(Crop.SCALE_MIN_SMALL), Jitter.SIMCLR_CIFAR)
                .withGray(WMSE_GRAY)
                .withColorFirst(true);
    }

    /// One pipeline for small gray and small color pictures, so that a recipe works with both.
    private static ImagePipeline small() {
        return photo(Crop.from(SMALL_SCALE_MIN), Jitter.BYOL);
    }

    /// The pipeline for the built-in shapes. The shapes differ only in outline. So colors may change freely,
    /// but the crop must keep the outline.
    private static ImagePipeline shapes() {
        return ImagePipeline.of(Crop.from(SHAPES_SCALE_MIN))
                .withFlip(ImagePipeline.FLIP)
                .withJitter(SHAPES_JITTER)
                .withGray(ImagePipeline.GRAY)
                .withSolarize(Solarize.of(SHAPES_SOLARIZE));
    }

    private static ImagePipeline gray() {
        return ImagePipeline.of(Crop.from(GRAY_SCALE_MIN))
                .withFlip(ImagePipeline.FLIP)
                .withJitter(new Jitter(Jitter.P, GRAY_STRENGTH, GRAY_STRENGTH, 0, 0))
                .withBlur(new Blur(SIMCLR_BLUR, Blur.SIGMA_MIN, 1));
    }
}
