package org.fullrank.view;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.fullrank.engine.Keyed;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImageKernelTest {
    private static final double TOLERANCE = 2e-6;

    private final Keyed random = Keyed.of(7);

    record Box(int height, int width, int top, int left, int cropHeight, int cropWidth, int size) {}

    static Stream<Box> boxes() {
        return Stream.of(
                new Box(32, 32, 0, 0, 32, 32, 32),
                new Box(32, 32, 3, 5, 20, 27, 32),
                new Box(50, 37, 2, 1, 45, 30, 12),
                new Box(64, 48, 10, 0, 50, 47, 21),
                new Box(5, 3, 1, 1, 2, 2, 16),
                new Box(1, 1, 0, 0, 1, 1, 8),
                new Box(1, 90, 0, 20, 1, 60, 9),
                new Box(200, 2, 5, 0, 190, 2, 10));
    }

    @ParameterizedTest
    @MethodSource("boxes")
    void bicubicResizeEqualsItsDefinition(Box box) {
        resizeEqualsDefinition(box, 3, Filter.BICUBIC);
    }

    @ParameterizedTest
    @MethodSource("boxes")
    void bilinearResizeOfGrayImagesEqualsItsDefinition(Box box) {
        resizeEqualsDefinition(box, 1, Filter.BILINEAR);
    }

    private void resizeEqualsDefinition(Box box, int channels, Filter filter) {
        byte[] pixels = ReferenceImage.randomPixels(box.height, box.width, channels, random);
        Placement place = new Placement(box.top, box.left, box.cropHeight, box.cropWidth, box.size, box.size, 0, 0);
        float[] view = make(pixels, box.width, channels, box.size, new Draw(place).done(), filter, Normalize.NONE);
        ReferenceImage expected = ReferenceImage.of(pixels, box.height, box.width, channels)
                .crop(box.top, box.left, box.cropHeight, box.cropWidth)
                .resize(box.size, box.size, filter);
        assertClose(view, expected);
    }

    @Test
    void resizeToTheSameSizeKeepsEveryPixel() {
        byte[] pixels = ReferenceImage.randomPixels(24, 24, 3, random);
        float[] view = whole(pixels, 24, 3, draw -> draw);
        for (int i = 0; i < view.length; i++) {
            assertThat(view[i]).isEqualTo((pixels[i] & 0xFF) / 255f);
        }
    }

    @Test
    void plainViewIsTheCenterOfTheImageScaledByItsShorterSide() {
        byte[] pixels = ReferenceImage.randomPixels(30, 51, 3, random);
        float[] view = plain(pixels, 30, 51, 3, 20);
        ReferenceImage scaled = ReferenceImage.of(pixels, 30, 51, 3).resize(20, 34, Filter.BICUBIC);
        assertClose(view, scaled.crop(0, 7, 20, 20));
    }

    @Test
    void plainViewOfLargeSizesLeavesAMarginAround() {
        byte[] pixels = ReferenceImage.randomPixels(40, 40, 1, random);
        float[] view = plain(pixels, 40, 40, 1, 112);
        ReferenceImage scaled = ReferenceImage.of(pixels, 40, 40, 1).resize(128, 128, Filter.BICUBIC);
        assertClose(view, scaled.crop(8, 8, 112, 112));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 500})
    void plainViewTakesExtremeAspectRatios(int height) {
        int width = 501 - height;
        byte[] pixels = ReferenceImage.randomPixels(height, width, 1, random);
        assertThat(plain(pixels, height, width, 1, 8)).hasSize(64).doesNotContain(Float.NaN);
    }

    @Test
    void flipsAreExactMirrors() {
        byte[] pixels = ReferenceImage.randomPixels(24, 24, 3, random);
        ReferenceImage image = ReferenceImage.of(pixels, 24, 24, 3);
        assertThat(whole(pixels, 24, 3, draw -> draw.flip(true))).containsExactly(floats(image.flip()));
        assertThat(whole(pixels, 24, 3, draw -> draw.verticalFlip(true))).containsExactly(floats(image.verticalFlip()));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void jitterAppliesItsFourChangesInTheDrawnOrder(int channels) {
        byte[] pixels = ReferenceImage.randomPixels(16, 16, channels, random);
        ReferenceImage image = ReferenceImage.of(pixels, 16, 16, channels);
        for (int order = 0; order < 24; order++) {
            int drawn = order;
            float[] view = whole(pixels, 16, channels, draw -> draw.jitter(1.3f, 0.7f, 1.2f, -0.08f, drawn));
            ReferenceImage expected = image;
            for (int operation : permutation(order)) {
                expected = switch (operation) {
                    case 0 -> expected.brightness(1.3f);
                    case 1 -> expected.contrast(0.7f);
                    case 2 -> channels == 1 ? expected : expected.saturation(1.2f);
                    default -> channels == 1 ? expected : expected.hue(-0.08f);
                };
            }
            assertClose(view, expected);
        }
    }

    @Test
    void jitterHasTwentyFourOrders() {
        assertThat(Stream.iterate(0, i -> i + 1)
                        .limit(24)
                        .map(ImageKernelTest::permutation)
                        .distinct())
                .hasSize(24);
    }

    private static List<Integer> permutation(int order) {
        List<Integer> left = new ArrayList<>(List.of(0, 1, 2, 3));
        List<Integer> permutation = new ArrayList<>();
        for (int code = order; !left.isEmpty(); ) {
            int place = code % left.size();
            code /= left.size();
            permutation.add(left.get(place));
            left.subList(place, place + 1).clear();
        }
        return permutation;
    }

    @Test
    void grayIsTheLumaInAllChannels() {
        byte[] pixels = ReferenceImage.randomPixels(16, 16, 3, random);
        float[] view = whole(pixels, 16, 3, draw -> draw.gray(true));
        assertClose(view, ReferenceImage.of(pixels, 16, 16, 3).gray());
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.1, 0.5, 1.1, 2})
    void blurEqualsItsDefinition(double sigma) {
        for (int size : new int[] {4, 13, 32, 70}) {
            byte[] pixels = ReferenceImage.randomPixels(size, size, 3, random);
            float[] view = whole(pixels, size, 3, draw -> draw.sigma(sigma));
            assertClose(view, ReferenceImage.of(pixels, size, size, 3).blur(sigma));
        }
    }

    @Test
    void blurLeavesAConstantImageAlone() {
        byte[] pixels = new byte[40 * 40];
        Arrays.fill(pixels, (byte) 51);
        float[] view = whole(pixels, 40, 1, draw -> draw.sigma(1.7));
        for (float value : view) {
            assertThat(value).isCloseTo(0.2f, within(1e-6f));
        }
    }

    @Test
    void blurWeightsSumToOne() {
        for (double sigma = 0.1; sigma < 3; sigma += 0.1) {
            for (BlurKernel kernel : List.of(new BlurKernel.Tenth(), new BlurKernel.Taps(7), new BlurKernel.Pil())) {
                float[] weights = kernel.weights(sigma, 64);
                assertThat(weights).hasSizeLessThanOrEqualTo(kernel.radius(sigma, 64) + 1);
                assertThat(moment(weights, 0)).as("%s", kernel).isCloseTo(1, within(1e-6));
            }
        }
    }

    /// What a blur adds to the variance of a picture's edges: all of sigma^2 where nothing is cut off, little
    /// of it with 3 taps.
    @Test
    void pilAddsTheWholeVarianceAndThreeTapsDoNot() {
        double[] added = new double[3];
        int count = 0;
        for (double sigma = 0.1; sigma <= 2; sigma += 0.001, count++) {
            assertThat(moment(new BlurKernel.Pil().weights(sigma, 32), 2)).isCloseTo(sigma * sigma, within(2e-6));
            added[0] += moment(new BlurKernel.Pil().weights(sigma, 32), 2);
            added[1] += moment(new BlurKernel.Taps(3).weights(sigma, 32), 2);
            added[2] += moment(new BlurKernel.Tenth().weights(sigma, 32), 2);
        }
        assertThat(added[0] / count).isCloseTo(1.40, within(0.01));
        assertThat(added[1] / count).isCloseTo(0.44, within(0.01));
        assertThat(added[2]).isEqualTo(added[1]);
    }

    private static double moment(float[] weights, int power) {
        double sum = power == 0 ? weights[0] : 0;
        for (int i = 1; i < weights.length; i++) {
            sum += 2 * Math.pow(i, power) * weights[i];
        }
        return sum;
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.1, 0.5, 0.87, 1.1, 2})
    void pilEqualsThreeBoxes(double sigma) {
        for (int size : new int[] {8, 13, 32}) {
            byte[] pixels = ReferenceImage.randomPixels(size, size, 3, random);
            float[] view = whole(pixels, size, 3, draw -> draw.sigma(sigma).kernel(new BlurKernel.Pil()));
            assertClose(view, ReferenceImage.of(pixels, size, size, 3).boxes(sigma));
        }
    }

    @Test
    void aNumberOfTapsCutsTheGaussian() {
        byte[] pixels = ReferenceImage.randomPixels(32, 32, 3, random);
        float[] view = whole(pixels, 32, 3, draw -> draw.sigma(1.5).kernel(new BlurKernel.Taps(9)));
        assertClose(view, ReferenceImage.of(pixels, 32, 32, 3).blur(1.5, 4));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void colorThatComesFirstIsThatOfTheWholeImage(int channels) {
        byte[] pixels = ReferenceImage.randomPixels(30, 41, channels, random);
        Placement place = new Placement(5, 2, 17, 22, 16, 16, 0, 0);
        ImageDraw draw = new Draw(place)
                .flip(true)
                .rotation(31)
                .jitter(1.2f, 0.6f, 1.3f, 0.07f, 9)
                .sigma(0.8)
                .colorFirst()
                .done();
        float[] view = make(pixels, 41, channels, 16, draw, Filter.BICUBIC, Normalize.NONE);
        ReferenceImage expected = ReferenceImage.of(pixels, 30, 41, channels);
        for (int operation : permutation(9)) {
            expected = switch (operation) {
                case 0 -> expected.brightness(1.2f);
                case 1 -> expected.contrast(0.6f);
                case 2 -> channels == 1 ? expected : expected.saturation(1.3f);
                default -> channels == 1 ? expected : expected.hue(0.07f);
            };
        }
        expected = expected.crop(5, 2, 17, 22)
                .resize(16, 16, Filter.BICUBIC)
                .flip()
                .rotate(31)
                .blur(0.8);
        assertClose(view, expected, 2e-5);
    }

    @Test
    void solarizeInvertsFromTheThresholdOn() {
        byte[] pixels = new byte[256];
        for (int i = 0; i < 256; i++) {
            pixels[i] = (byte) i;
        }
        float[] view = whole(pixels, 16, 1, draw -> draw.solarize(128 / 255f));
        for (int i = 0; i < 256; i++) {
            assertThat(view[i]).isCloseTo(i >= 128 ? 1 - i / 255f : i / 255f, within(1e-6f));
        }
    }

    @ParameterizedTest
    @EnumSource(Filter.class)
    void theWholeChainEqualsItsDefinition(Filter filter) {
        byte[] pixels = ReferenceImage.randomPixels(45, 52, 3, random);
        Placement place = new Placement(4, 9, 30, 37, 32, 32, 0, 0);
        ImageDraw draw = new Draw(place)
                .flip(true)
                .rotation(-28)
                .jitter(0.8f, 1.3f, 1.15f, 0.1f, 17)
                .gray(false)
                .sigma(1.3)
                .done();
        Normalize normalize = Normalize.IMAGENET;
        float[] view = make(pixels, 52, 3, 32, draw, filter, normalize);
        ReferenceImage expected = ReferenceImage.of(pixels, 45, 52, 3)
                .crop(4, 9, 30, 37)
                .resize(32, 32, filter)
                .flip()
                .rotate(-28);
        for (int operation : permutation(17)) {
            expected = switch (operation) {
                case 0 -> expected.brightness(0.8f);
                case 1 -> expected.contrast(1.3f);
                case 2 -> expected.saturation(1.15f);
                default -> expected.hue(0.1f);
            };
        }
        assertClose(view, expected.blur(1.3).normalize(normalize), 2e-5);
    }

    @Test
    void aKernelForgetsTheImageBefore() {
        byte[] large = ReferenceImage.randomPixels(90, 70, 3, random);
        byte[] small = ReferenceImage.randomPixels(9, 8, 3, random);
        ImageKernel used = new ImageKernel(16, 3, Normalize.NONE);
        MemorySegment out = Arena.ofAuto().allocate(16 * 16 * 3 * 4L, 4);
        used.plain(new ImageKernel.Image(MemorySegment.ofArray(large), 0, 90, 70), out, 0);
        used.plain(new ImageKernel.Image(MemorySegment.ofArray(small), 0, 9, 8), out, 0);
        assertThat(out.toArray(ValueLayout.JAVA_FLOAT)).containsExactly(plain(small, 9, 8, 3, 16));
    }

    @ParameterizedTest
    @CsvSource({"17, 3", "-131.5, 1", "180, 3", "0.4, 1", "45, 3"})
    void aTurnEqualsItsDefinition(double degrees, int channels) {
        byte[] pixels = ReferenceImage.randomPixels(24, 24, channels, random);
        ReferenceImage image = ReferenceImage.of(pixels, 24, 24, channels);
        assertClose(
                whole(pixels, 24, channels, draw -> draw.flip(true).rotation(degrees)),
                image.flip().rotate(degrees));
    }

    @Test
    void aQuarterTurnBringsTheRightSideUp() {
        byte[] pixels = new byte[16 * 16];
        pixels[8 * 16 + 15] = (byte) 255;
        float[] turned = whole(pixels, 16, 1, draw -> draw.rotation(90));
        assertThat(turned[8]).isCloseTo(1, within(1e-5f));
    }

    @Test
    void whatComesFromOutsideThePictureIsBlack() {
        byte[] white = new byte[20 * 20];
        Arrays.fill(white, (byte) 255);
        float[] turned = whole(white, 20, 1, draw -> draw.rotation(45));
        assertThat(turned[0]).isZero();
        assertThat(turned[10 * 20 + 10]).isCloseTo(1, within(1e-6f));
    }

    private static float[] whole(byte[] pixels, int size, int channels, UnaryOperator<Draw> change) {
        Draw draw = change.apply(new Draw(new Placement(0, 0, size, size, size, size, 0, 0)));
        return make(pixels, size, channels, size, draw.done(), Filter.BICUBIC, Normalize.NONE);
    }

    private static float[] plain(byte[] pixels, int height, int width, int channels, int size) {
        ImageDraw draw = ImageDraw.plain(height, width, size);
        return make(pixels, width, channels, size, draw, Filter.BICUBIC, Normalize.NONE);
    }

    private static float[] make(
            byte[] pixels, int width, int channels, int size, ImageDraw draw, Filter filter, Normalize normalize) {
        float[] out = new float[size * size * channels];
        new ImageKernel(size, channels, normalize)
                .make(
                        new ImageKernel.Image(
                                MemorySegment.ofArray(pixels), 0, pixels.length / width / channels, width),
                        draw,
                        filter,
                        MemorySegment.ofArray(out),
                        0);
        return out;
    }

    private static float[] floats(ReferenceImage image) {
        double[] flat = image.flat();
        float[] floats = new float[flat.length];
        for (int i = 0; i < flat.length; i++) {
            floats[i] = (float) flat[i];
        }
        return floats;
    }

    private static void assertClose(float[] view, ReferenceImage expected) {
        assertClose(view, expected, TOLERANCE);
    }

    private static void assertClose(float[] view, ReferenceImage expected, double tolerance) {
        double[] flat = expected.flat();
        assertThat(view).hasSameSizeAs(flat);
        double worst = 0;
        for (int i = 0; i < flat.length; i++) {
            worst = Math.max(worst, Math.abs(view[i] - flat[i]));
        }
        assertThat(worst).isLessThan(tolerance);
    }

    /// A plain draw with single changes.
    private static final class Draw {
        private final Placement place;
        private boolean flip;
        private boolean verticalFlip;
        private double rotation;
        private boolean jitter;
        private float[] factors = {1, 1, 1, 0};
        private int order;
        private boolean gray;
        private double sigma;
        private BlurKernel kernel = Blur.DEFAULT_KERNEL;
        private boolean colorFirst;
        private boolean solarize;
        private float threshold = 0.5f;

        Draw(Placement place) {
            this.place = place;
        }

        Draw flip(boolean value) {
            flip = value;
            return this;
        }

        Draw verticalFlip(boolean value) {
            verticalFlip = value;
            return this;
        }

        Draw rotation(double degrees) {
            rotation = degrees;
            return this;
        }

        Draw jitter(float brightness, float contrast, float saturation, float hue, int drawnOrder) {
            jitter = true;
            factors = new float[] {brightness, contrast, saturation, hue};
            order = drawnOrder;
            return this;
        }

        Draw gray(boolean value) {
            gray = value;
            return this;
        }

        Draw sigma(double value) {
            sigma = value;
            return this;
        }

        Draw kernel(BlurKernel value) {
            kernel = value;
            return this;
        }

        Draw colorFirst() {
            colorFirst = true;
            return this;
        }

        Draw solarize(float value) {
            solarize = true;
            threshold = value;
            return this;
        }

        ImageDraw done() {
            return new ImageDraw(
                    place,
                    flip,
                    verticalFlip,
                    rotation,
                    jitter,
                    factors[0],
                    factors[1],
                    factors[2],
                    factors[3],
                    order,
                    gray,
                    sigma,
                    kernel,
                    solarize,
                    threshold,
                    colorFirst);
        }
    }
}
