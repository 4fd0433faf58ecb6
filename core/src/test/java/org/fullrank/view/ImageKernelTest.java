package org.fullrank.view;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.fullrank.view.KernelCheck.assertClose;
import static org.fullrank.view.KernelCheck.floats;
import static org.fullrank.view.KernelCheck.make;
import static org.fullrank.view.KernelCheck.plain;
import static org.fullrank.view.KernelCheck.whole;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.fullrank.engine.Keyed;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImageKernelTest {
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
        float[] view = make(pixels, box.width, channels, box.size, new PlainDraw(place).done(), filter, Normalize.NONE);
        ReferenceImage expected = ReferenceImage.of(pixels, box.height, box.width, channels)
                .crop(box.top, box.left, box.cropHeight, box.cropWidth)
                .resize(box.size, box.size, filter);
        assertClose(view, expected);
    }

    /// At some ratios, the first weight of an output is zero and that of the next one is not. So the next one begins
    /// before it.
    @Test
    void plainViewsOfAllRatiosEqualTheirDefinition() {
        for (int size : new int[] {16, 96}) {
            int side = ImageViewGenerator.scaledSide(size);
            for (int height = 1; height <= 140; height += size == 16 ? 1 : 3) {
                int width = height + 3;
                int scaledWidth = (int) ((long) side * width / height);
                byte[] pixels = ReferenceImage.randomPixels(height, width, 1, random);
                float[] view = plain(pixels, height, width, 1, size);
                ReferenceImage scaled =
                        ReferenceImage.of(pixels, height, width, 1).resize(side, scaledWidth, Filter.BICUBIC);
                int top = (int) Math.rint((side - size) / 2.0);
                int left = (int) Math.rint((scaledWidth - size) / 2.0);
                assertClose(view, scaled.crop(top, left, size, size));
            }
        }
    }

    @Test
    void outputsMayBeginBeforeTheOnesBeforeThem() {
        var axis = new ResampleAxis();
        boolean backwards = false;
        for (int in = 1; in <= 300; in++) {
            for (int out : new int[] {16, 110, 256}) {
                axis.prepare(Filter.BICUBIC, in, out, 0, out);
                int widest = axis.widest();
                int read = axis.low();
                for (int k = 0; k < out; k++) {
                    backwards |= k > 0 && axis.start(k) < axis.start(k - 1);
                    read = Math.max(read, axis.start(k) + axis.taps(k));
                    assertThat(axis.start(k)).isBetween(Math.max(axis.low(), read - widest), axis.high() - 1);
                    assertThat(axis.start(k) + axis.taps(k)).isLessThanOrEqualTo(axis.high());
                }
            }
        }
        assertThat(backwards).isTrue();
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
    @ValueSource(ints = {1, 3})
    void colorThatComesFirstIsThatOfTheWholeImage(int channels) {
        byte[] pixels = ReferenceImage.randomPixels(30, 41, channels, random);
        Placement place = new Placement(5, 2, 17, 22, 16, 16, 0, 0);
        ImageDraw draw = new PlainDraw(place)
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
        ImageDraw draw = new PlainDraw(place)
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
}
