package org.fullrank.view;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.fullrank.engine.InputException;

/// The view settings of well-known recipes, by name. A preset is a starting point: size, number of views and
/// normalisation are set to the data with [ImageViews#withSize(int)] and its like.
public final class ViewPresets {
    /// Side of a view in the ImageNet recipes.
    public static final int IMAGENET_SIZE = 224;
    /// Side of a view in the CIFAR recipes.
    public static final int CIFAR_SIZE = 32;
    /// Smallest share of the area in a crop of the preset `small`: half-way between what grey and colour pictures
    /// bear.
    public static final double SMALL_SCALE_MIN = 0.25;
    /// Probability of grey in the W-MSE code.
    public static final double WMSE_GREY = 0.1;
    /// Side of a Fashion-MNIST image.
    public static final int GREY_SIZE = 28;
    /// Grey pictures of one centred object (clothes, digits) keep at least this share in a crop: they fill their
    /// frame, and a smaller part of a coat is a part of anything.
    public static final double GREY_SCALE_MIN = 0.3;
    /// Built-in shapes keep at least this share in a crop, so that most of the outline, which is the class, stays
    /// in.
    public static final double SHAPES_SCALE_MIN = 0.4;
    /// Colours of the built-in shapes say nothing of their class: every view gets others, of any hue.
    public static final Jitter SHAPES_JITTER = new Jitter(1, 0.6, 0.6, 0.8, 0.5);
    /// Probability of solarisation on built-in shapes, which turns light on dark into dark on light.
    public static final double SHAPES_SOLARISE = 0.2;
    /// Strength of brightness and contrast on grey pictures, as in BYOL.
    public static final double GREY_STRENGTH = 0.4;
    /// Probability of blur on the second BYOL and VICReg view.
    public static final double SECOND_BLUR = 0.1;
    /// Probability of solarisation on the second BYOL and VICReg view.
    public static final double SECOND_SOLARISE = 0.2;
    /// Probability of solarisation in solo-learn's VICReg recipe for CIFAR, on both views.
    public static final double CIFAR_SOLARISE = 0.1;
    /// Probability of blur in SimCLR.
    public static final double SIMCLR_BLUR = 0.5;

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
        ViewSpec spec = PRESETS.get(name);
        if (spec == null) {
            throw new InputException(
                    "no view preset '%s', expected one of %s".formatted(name, String.join(", ", PRESETS.keySet())));
        }
        return spec;
    }

    private static SequencedMap<String, ViewSpec> presets() {
        SequencedMap<String, ViewSpec> presets = new LinkedHashMap<>();
        presets.put("vicreg", imagenet(byol().withBlur(Blur.of(1)), second()));
        presets.put("vicreg-cifar", cifar(vicregCifar()));
        presets.put("byol", imagenet(byol().withBlur(Blur.of(1)), second()));
        presets.put("byol-cifar", cifar(byol(), byol().withSolarise(Solarize.of(SECOND_SOLARISE))));
        presets.put("simclr", imagenet(simclr()));
        presets.put("simclr-cifar", cifar(simclrCifar()));
        presets.put("simclr-cifar-strong", cifar(simclr()));
        presets.put("simsiam-cifar", cifar(simclrCifar().withBlur(Blur.of(SIMCLR_BLUR))));
        presets.put("w-mse-cifar", cifar(wmseCifar()));
        presets.put("small", cifar(small()).withNormalise(Normalize.HALF));
        presets.put("shapes", cifar(shapes()).withNormalise(Normalize.HALF));
        presets.put("grey", new ImageViews(GREY_SIZE, ViewSpec.TWO, Normalize.HALF, List.of(grey())));
        presets.put("vector", VectorViews.DEFAULT);
        return Collections.unmodifiableSequencedMap(presets);
    }

    private static ImageViews imagenet(ImagePipeline... pipelines) {
        return new ImageViews(IMAGENET_SIZE, ViewSpec.TWO, Normalize.IMAGENET, List.of(pipelines));
    }

    private static ImageViews cifar(ImagePipeline... pipelines) {
        return new ImageViews(CIFAR_SIZE, ViewSpec.TWO, Normalize.CIFAR10, List.of(pipelines));
    }

    private static ImagePipeline photo(Crop crop, Jitter jitter) {
        return ImagePipeline.of(crop)
                .withFlip(ImagePipeline.FLIP)
                .withJitter(jitter)
                .withGrey(ImagePipeline.GREY);
    }

    private static ImagePipeline byol() {
        return photo(Crop.from(Crop.SCALE_MIN), Jitter.BYOL);
    }

    private static ImagePipeline second() {
        return byol().withBlur(Blur.of(SECOND_BLUR)).withSolarise(Solarize.of(SECOND_SOLARISE));
    }

    private static ImagePipeline vicregCifar() {
        return photo(Crop.from(Crop.SCALE_MIN_SMALL), Jitter.BYOL).withSolarise(Solarize.of(CIFAR_SOLARISE));
    }

    private static ImagePipeline simclr() {
        return photo(Crop.from(Crop.SCALE_MIN), Jitter.SIMCLR).withBlur(Blur.of(SIMCLR_BLUR));
    }

    private static ImagePipeline simclrCifar() {
        return photo(Crop.from(Crop.SCALE_MIN), Jitter.SIMCLR_CIFAR);
    }

    private static ImagePipeline wmseCifar() {
        return photo(Crop.from(Crop.SCALE_MIN_SMALL), Jitter.SIMCLR_CIFAR).withGrey(WMSE_GREY);
    }

    /// One setting for small grey and small colour pictures, so that a recipe can be tried on either.
    private static ImagePipeline small() {
        return photo(Crop.from(SMALL_SCALE_MIN), Jitter.BYOL);
    }

    /// The built-in shapes differ in outline only, so colour may change at will and the crop must keep the outline.
    private static ImagePipeline shapes() {
        return ImagePipeline.of(Crop.from(SHAPES_SCALE_MIN))
                .withFlip(ImagePipeline.FLIP)
                .withJitter(SHAPES_JITTER)
                .withGrey(ImagePipeline.GREY)
                .withSolarise(Solarize.of(SHAPES_SOLARISE));
    }

    private static ImagePipeline grey() {
        return ImagePipeline.of(Crop.from(GREY_SCALE_MIN))
                .withFlip(ImagePipeline.FLIP)
                .withJitter(new Jitter(Jitter.P, GREY_STRENGTH, GREY_STRENGTH, 0, 0))
                .withBlur(new Blur(SIMCLR_BLUR, Blur.SIGMA_MIN, 1));
    }
}
