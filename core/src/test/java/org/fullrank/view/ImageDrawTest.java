package org.fullrank.view;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.function.Predicate;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.fullrank.engine.Keyed;
import org.junit.jupiter.api.Test;

class ImageDrawTest {
    private static final int DRAWS = 20_000;
    /// Four standard errors of a share near 1/2.
    private static final double FOUR_ERRORS = 4 * 0.5 / Math.sqrt(DRAWS);

    private final ImagePipeline second =
            ((ImageViews) ViewPresets.named("vicreg")).pipeline(1).withVerticalFlip(0.3);

    private static Stream<ImageDraw> draws(ImagePipeline pipeline, int height, int width) {
        return IntStream.range(0, DRAWS).mapToObj(i -> ImageDraw.of(pipeline, height, width, 32, Keyed.of(5, i)));
    }

    @Test
    void eachChangeHappensWithItsProbability() {
        assertShare(ImageDraw::flip, 0.5);
        assertShare(ImageDraw::verticalFlip, 0.3);
        assertShare(ImageDraw::jitter, 0.8);
        assertShare(ImageDraw::gray, 0.2);
        assertShare(draw -> draw.sigma() > 0, 0.1);
        assertShare(ImageDraw::solarize, 0.2);
    }

    private void assertShare(Predicate<ImageDraw> happens, double p) {
        double share = (double) draws(second, 40, 40).filter(happens).count() / DRAWS;
        assertThat(share).isCloseTo(p, within(FOUR_ERRORS));
    }

    @Test
    void certainAndImpossibleChangesAreJustThat() {
        ImagePipeline always = second.withFlip(1).withGray(0).withBlur(Blur.of(1));
        assertThat(draws(always, 40, 40)).allMatch(draw -> draw.flip() && !draw.gray() && draw.sigma() >= 0.1);
    }

    @Test
    void cropAreaIsUniformBetweenTheScales() {
        // A narrow range of ratios and areas up to a half, so that the first try nearly always fits.
        Crop crop = new Crop(0.1, 0.5, 0.8, 1.25, Filter.BICUBIC);
        double[] shares = draws(ImagePipeline.of(crop), 1000, 1000)
                .map(ImageDraw::placement)
                .mapToDouble(place -> place.height() * place.width() / 1e6)
                .sorted()
                .toArray();
        double worst = 0;
        for (int i = 0; i < DRAWS; i++) {
            worst = Math.max(worst, Math.abs((shares[i] - 0.1) / 0.4 - (i + 0.5) / DRAWS));
        }
        // Kolmogorov and Smirnov's bound at one in a million is 2.7 / sqrt(n); rounding to pixels adds a little.
        assertThat(worst).isLessThan(2.7 / Math.sqrt(DRAWS) + 0.003);
    }

    @Test
    void logarithmOfTheCropRatioIsCenteredAndBounded() {
        double[] logs = draws(ImagePipeline.of(new Crop(0.1, 0.5, 0.75, 4.0 / 3, Filter.BICUBIC)), 1000, 1000)
                .map(ImageDraw::placement)
                .mapToDouble(place -> Math.log((double) place.width() / place.height()))
                .toArray();
        double bound = Math.log(4.0 / 3);
        double error = 4 * bound / Math.sqrt(3.0 * DRAWS);
        assertThat(IntStream.range(0, DRAWS).mapToDouble(i -> logs[i]).average().orElseThrow())
                .isCloseTo(0, within(error));
        assertThat(DoubleStream.of(logs)).allMatch(log -> Math.abs(log) < bound + 0.01);
    }

    @Test
    void cropsLieInsideTheImage() {
        int[][] sizes = {{1, 1}, {2, 3}, {32, 32}, {1, 400}, {400, 1}, {7, 90}};
        for (int[] size : sizes) {
            assertThat(draws(second, size[0], size[1]).limit(2000).map(ImageDraw::placement))
                    .allMatch(place -> place.top() >= 0
                            && place.left() >= 0
                            && place.height() >= 1
                            && place.width() >= 1
                            && place.top() + place.height() <= size[0]
                            && place.left() + place.width() <= size[1]);
        }
    }

    @Test
    void anImageTooLongForTheRatiosIsCroppedAtItsCenter() {
        Crop whole = new Crop(1, 1, 0.75, 4.0 / 3, Filter.BICUBIC);
        Placement wide =
                ImageDraw.of(ImagePipeline.of(whole), 30, 300, 32, Keyed.of(1)).placement();
        assertThat(wide).isEqualTo(new Placement(0, 130, 30, 40, 32, 32, 0, 0));
        Placement tall =
                ImageDraw.of(ImagePipeline.of(whole), 300, 30, 32, Keyed.of(1)).placement();
        assertThat(tall).isEqualTo(new Placement(130, 0, 40, 30, 32, 32, 0, 0));
    }

    @Test
    void factorsCoverTheirRange() {
        double[] brightness = draws(second, 40, 40)
                .mapToDouble(ImageDraw::brightness)
                .sorted()
                .toArray();
        assertThat(brightness[0]).isCloseTo(0.6, within(0.002));
        assertThat(brightness[DRAWS / 2]).isCloseTo(1, within(0.02));
        assertThat(brightness[DRAWS - 1]).isCloseTo(1.4, within(0.002));
        double[] hue =
                draws(second, 40, 40).mapToDouble(ImageDraw::hue).sorted().toArray();
        assertThat(hue[0]).isCloseTo(-0.1, within(0.001));
        assertThat(hue[DRAWS - 1]).isCloseTo(0.1, within(0.001));
    }

    @Test
    void strengthsAboveOneDoNotMakeNegativeFactors() {
        ImagePipeline strong = second.withJitter(new Jitter(1, 2, 2, 2, 0.5));
        assertThat(draws(strong, 40, 40)).allMatch(draw -> draw.brightness() >= 0 && draw.brightness() <= 3);
    }

    @Test
    void allOrdersAreEquallyLikely() {
        int[] counts = new int[24];
        draws(second, 40, 40).forEach(draw -> counts[draw.order()]++);
        double expected = DRAWS / 24.0;
        double chiSquare = IntStream.of(counts)
                .mapToDouble(n -> (n - expected) * (n - expected) / expected)
                .sum();
        // The 99.99 % point of 23 degrees of freedom.
        assertThat(chiSquare).isLessThan(55.0);
    }

    @Test
    void changingOneSettingLeavesTheOtherDrawsAlone() {
        ImageDraw before = ImageDraw.of(second, 40, 40, 32, Keyed.of(9));
        ImageDraw after = ImageDraw.of(second.withBlur(Blur.of(1)).withJitter(Jitter.NONE), 40, 40, 32, Keyed.of(9));
        assertThat(after.placement()).isEqualTo(before.placement());
        assertThat(after.flip()).isEqualTo(before.flip());
        assertThat(after.solarize()).isEqualTo(before.solarize());
    }

    @Test
    void aTurnLeavesAllOtherDrawsAlone() {
        ImageDraw before = ImageDraw.of(second, 40, 40, 32, Keyed.of(9));
        ImageDraw after = ImageDraw.of(second.withRotation(30), 40, 40, 32, Keyed.of(9));
        assertThat(before.rotation()).isZero();
        assertThat(after.rotation()).isNotZero().isBetween(-30.0, 30.0);
        assertThat(after.toString().replaceFirst("rotation=[^,]+", "rotation=0.0"))
                .isEqualTo(before.toString().replaceFirst("rotation=[^,]+", "rotation=0.0"));
    }

    @Test
    void turnsAreSpreadEvenlyOverBothDirections() {
        double sum = 0;
        double squares = 0;
        for (int i = 0; i < 20_000; i++) {
            double turn = ImageDraw.of(second.withRotation(180), 40, 40, 32, Keyed.of(9, i))
                    .rotation();
            sum += turn;
            squares += turn * turn;
        }
        assertThat(sum / 20_000).isBetween(-3.0, 3.0);
        assertThat(Math.sqrt(squares / 20_000)).isBetween(102.0, 106.0); // 180 / sqrt(3)
    }
}
