package org.fullrank.view;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.fullrank.engine.InputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ViewSettingsTest {

    record Case(String found, ThrowingCallable settings) {}

    static Stream<Case> wrongSettings() {
        ImageViews views = (ImageViews) ViewPresets.named("vicreg");
        ImagePipeline pipeline = views.pipeline(0);
        return Stream.of(
                new Case("flip is 1.5", () -> pipeline.withFlip(1.5)),
                new Case("verticalFlip is -0.1", () -> pipeline.withVerticalFlip(-0.1)),
                new Case("gray is NaN", () -> pipeline.withGray(Double.NaN)),
                new Case("jitter.p is 2.0", () -> new Jitter(2, 0, 0, 0, 0)),
                new Case("jitter.contrast is -1.0", () -> new Jitter(1, 0, -1, 0, 0)),
                new Case("jitter.hue is 0.6", () -> new Jitter(1, 0, 0, 0, 0.6)),
                new Case("blur.p is -1.0", () -> Blur.of(-1)),
                new Case("blur.sigmaMin is -0.5", () -> new Blur(1, -0.5, 2)),
                new Case("blur.sigmaMin is 3.0 and blur.sigmaMax is 2.0", () -> new Blur(1, 3, 2)),
                new Case("taps: found 4", () -> new BlurKernel.Taps(4)),
                new Case("taps: found 1", () -> new BlurKernel.Taps(1)),
                new Case(
                        "blur.kernel reaches 6 pixels to either side, expected less than the size of a view, 6",
                        () -> new ImageViews(
                                6,
                                2,
                                Normalize.NONE,
                                List.of(pipeline.withBlur(new Blur(1, 0.1, 2, new BlurKernel.Pil()))))),
                new Case("solarize.threshold is 1.2", () -> new Solarize(0.1, 1.2)),
                new Case("crop.scaleMin is 0.9 and", () -> new Crop(0.9, 0.5, 1, 1, Filter.BICUBIC)),
                new Case("crop.scaleMin is 0.0", () -> new Crop(0, 0.5, 1, 1, Filter.BICUBIC)),
                new Case("crop.scaleMax is 1.5", () -> new Crop(0.5, 1.5, 1, 1, Filter.BICUBIC)),
                new Case("crop.ratioMin is 2.0 and", () -> new Crop(0.5, 1, 2, 1, Filter.BICUBIC)),
                new Case("size is 0", () -> views.withSize(0)),
                new Case("views is 0", () -> views.withViews(0)),
                new Case("views is 0", () -> new VectorViews(0, 0, 0, 0, true)),
                new Case("noise is -0.1", () -> new VectorViews(2, -0.1, 0, 0, true)),
                new Case("corruption is 1.1", () -> new VectorViews(2, 0, 0, 1.1, true)),
                new Case(
                        "expected sizes that increase and stay below views.size, 32",
                        () -> grown(views, new Growth(32, 0.5))),
                new Case(
                        "found views of 16 pixels after 24",
                        () -> grown(views, new Growth(24, 0.2), new Growth(16, 0.2))),
                new Case("growth: found shares of 1.0", () -> grown(views, new Growth(16, 0.5), new Growth(24, 0.5))),
                new Case("growth.share is 0.0", () -> new Growth(16, 0)),
                new Case("growth.size is 3", () -> new Growth(3, 0.5)),
                new Case("pipelines is empty", () -> new ImageViews(32, 2, Normalize.NONE, List.of())),
                new Case("normalize has 2 means", () -> new Normalize(List.of(0.1, 0.2), List.of(1.0, 1.0))),
                new Case("normalize.std is 0.0", () -> new Normalize(List.of(0.1), List.of(0.0))),
                new Case("normalize is 'mnist'", () -> Normalize.named("mnist")),
                new Case("no view preset 'vicrag'", () -> ViewPresets.named("vicrag")));
    }

    private static ImageViews grown(ImageViews views, Growth... growth) {
        return new ImageViews(32, 2, views.normalize(), views.pipelines(), List.of(growth));
    }

    @Test
    void theMeanAreaCountsThePixelsOfAllSteps() {
        var views = (ImageViews) ViewPresets.named("small");
        assertThat(views.meanArea()).isEqualTo(1);
        ImageViews grown = grown(views, new Growth(16, 0.5), new Growth(24, 0.25));
        assertThat(grown.meanArea()).isCloseTo(0.5 / 4 + 0.25 * 9 / 16 + 0.25, within(1e-15));
        assertThat(grown.withViews(3).growth()).isEqualTo(grown.growth());
        assertThat(grown.withSize(20)).isEqualTo(views.withSize(20));
    }

    @ParameterizedTest
    @MethodSource("wrongSettings")
    void wrongSettingsAreNamedInOneLine(Case wrong) {
        assertThatExceptionOfType(InputException.class)
                .isThrownBy(wrong.settings)
                .withMessageContaining(wrong.found)
                .withMessageContaining("expected")
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("\n"));
    }

    @Test
    void blurReachesOverATenthOfTheViewUnlessTold() {
        BlurKernel kernel = Blur.of(1).kernel();
        assertThat(Stream.of(28, 32, 96, 224).map(size -> kernel.radius(2, size)))
                .containsExactly(1, 1, 4, 11);
        assertThat(new BlurKernel.Taps(5).radius(2, 224)).isEqualTo(2);
        assertThat(new BlurKernel.Pil().radius(2, 32)).isEqualTo(6);
    }

    /// solo-learn, SimSiam and VICReg blur with Pillow, LPL with three taps of OpenCV, SimCLR and BYOL over a
    /// tenth.
    @Test
    void presetsBlurAsTheirSources() {
        assertThat(kernels("simclr-cifar-strong")).containsOnly(new BlurKernel.Pil());
        assertThat(kernels("simsiam-cifar")).containsOnly(new BlurKernel.Pil());
        assertThat(kernels("vicreg")).containsOnly(new BlurKernel.Pil());
        assertThat(kernels("simclr-cifar-lpl")).containsOnly(new BlurKernel.Taps(3));
        assertThat(kernels("simclr")).containsOnly(new BlurKernel.Tenth());
        assertThat(kernels("byol")).containsOnly(new BlurKernel.Tenth());
    }

    private static Stream<BlurKernel> kernels(String preset) {
        return ((ImageViews) ViewPresets.named(preset))
                .pipelines().stream().map(ImagePipeline::blur).map(Blur::kernel);
    }
}
