package org.fullrank.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.fullrank.data.ImageAssertions.assertFirst;
import static org.fullrank.data.ImageAssertions.assertRefused;
import static org.fullrank.data.ImageAssertions.decode;
import static org.fullrank.data.ImageAssertions.pixel;

import java.awt.color.ColorSpace;
import java.awt.color.ICC_Profile;
import java.io.IOException;
import java.util.Arrays;
import java.util.stream.Stream;
import org.fullrank.image.Pixels;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What the components of a JPEG mean.
class JpegImageTest {
    /// Red as luma and chroma.
    private static final byte[] LUMA = JpegSample.raw(76, 85, 255);

    /// Linear light in the primaries of sRGB: a profile that changes colors.
    private static final byte[] LINEAR =
            ICC_Profile.getInstance(ColorSpace.CS_LINEAR_RGB).getData();

    @Test
    void threeComponentsAreLumaAndChromaWhateverTheyAreCalled() throws IOException {
        for (int[] names : new int[][] {{0, 1, 2}, {1, 2, 3}, {5, 6, 7}, {'Y', 'C', 'c'}}) {
            assertFirst(JpegSample.named(LUMA, names), 3, 255, 0, 0);
        }
        assertFirst(JpegSample.with(LUMA, JpegSample.adobe(1)), 3, 255, 0, 0);
    }

    @Test
    void rgbIsWhatIsCalledSo() throws IOException {
        byte[] rgb = JpegSample.raw(200, 100, 50);
        assertFirst(JpegSample.named(rgb, 'R', 'G', 'B'), 2, 200, 100, 50);
        assertFirst(JpegSample.with(rgb, JpegSample.adobe(0)), 2, 200, 100, 50);
    }

    /// Inks are stored inverted: 255 is no ink.
    @Test
    void cmykAndYcckAreInverted() throws IOException {
        byte[] red = JpegSample.raw(255, 0, 0, 255);
        assertFirst(JpegSample.with(red, JpegSample.adobe(0)), 2, 255, 0, 0);
        assertFirst(red, 2, 255, 0, 0);
        byte[] ycck = JpegSample.raw(179, 171, 0, 255);
        assertFirst(JpegSample.with(ycck, JpegSample.adobe(2)), 4, 255, 0, 0);
        byte[] dark = JpegSample.raw(255, 255, 255, 100);
        assertFirst(JpegSample.with(dark, JpegSample.adobe(0)), 2, 100, 100, 100);
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 6, 8})
    void orientationOfXmpCountsAfterExif(int orientation) throws IOException {
        byte[] stored = SampleFiles.encode(JpegSample.corner(), "jpg");
        Pixels upright =
                decode(JpegSample.with(stored, JpegSample.exif(orientation))).pixels();
        Pixels byXmp = decode(JpegSample.with(stored, JpegSample.xmpSegment(orientation)))
                .pixels();
        assertThat(byXmp.rgb()).isEqualTo(upright.rgb());
        assertThat(upright.rgb()).isNotEqualTo(decode(stored).pixels().rgb());
        byte[] both = JpegSample.with(stored, JpegSample.xmpSegment(2), JpegSample.exif(orientation));
        assertThat(decode(both).pixels().rgb()).isEqualTo(upright.rgb());
    }

    @Test
    void aProfileIsApplied() throws IOException {
        byte[] gray = JpegSample.raw(55, 128, 128);
        byte[] one = JpegSample.with(gray, JpegSample.profile(1, 1, LINEAR));
        int half = LINEAR.length / 2;
        byte[] two = JpegSample.with(
                gray,
                JpegSample.profile(2, 2, Arrays.copyOfRange(LINEAR, half, LINEAR.length)),
                JpegSample.profile(1, 2, Arrays.copyOf(LINEAR, half)));
        // 55 of 255 is the light that sRGB stores as 128.
        assertFirst(one, 2, 128, 128, 128);
        assertFirst(two, 2, 128, 128, 128);
        byte[] srgb = ICC_Profile.getInstance(ColorSpace.CS_sRGB).getData();
        assertFirst(JpegSample.with(gray, JpegSample.profile(1, 1, srgb)), 0, 55, 55, 55);
    }

    static Stream<Arguments> damagedProfiles() {
        byte[] first = Arrays.copyOf(LINEAR, LINEAR.length / 2);
        byte[] second = Arrays.copyOfRange(LINEAR, LINEAR.length / 2, LINEAR.length);
        byte[] gray = ICC_Profile.getInstance(ColorSpace.CS_GRAY).getData();
        return Stream.of(
                Arguments.of("a piece is missing", "misnumbered", new byte[][] {JpegSample.profile(1, 2, first)}),
                Arguments.of("twice the same number", "misnumbered", new byte[][] {
                    JpegSample.profile(1, 2, first), JpegSample.profile(1, 2, second)
                }),
                Arguments.of("counted from zero", "misnumbered", new byte[][] {JpegSample.profile(0, 1, LINEAR)}),
                Arguments.of("two counts", "misnumbered", new byte[][] {
                    JpegSample.profile(1, 2, first), JpegSample.profile(2, 3, second)
                }),
                Arguments.of("garbage", "damaged", new byte[][] {JpegSample.profile(1, 1, new byte[300])}),
                Arguments.of("of gray", "not one of images with 3", new byte[][] {JpegSample.profile(1, 1, gray)}));
    }

    @ParameterizedTest
    @MethodSource("damagedProfiles")
    void aDamagedProfileIsIgnoredWithARemark(String what, String says, byte[][] pieces) throws IOException {
        byte[] image = JpegSample.with(LUMA, pieces);
        assertFirst(image, 3, 255, 0, 0);
        assertThat(decode(image).remark())
                .as(what)
                .contains("color profile is ignored")
                .contains(says);
        assertThat(decode(LUMA).remark()).isNull();
    }

    @ParameterizedTest
    @CsvSource({"0xC9,arithmetic", "0xC5,hierarchical"})
    void otherCodingsAreNamed(String marker, String says) {
        assertRefused(withFrame(Integer.decode(marker), 8), says);
    }

    @Test
    void twelveBitsAndTwoChannelsAreNamed() {
        assertRefused(withFrame(0xC1, 12), "12 bits");
        assertRefused(JpegSample.raw(10, 20), "2 channels");
    }

    private static byte[] withFrame(int marker, int bits) {
        byte[] jpeg = LUMA.clone();
        for (int at = 2; ; at++) {
            if (jpeg[at] == (byte) 0xFF && jpeg[at + 1] == (byte) 0xC0) {
                jpeg[at + 1] = (byte) marker;
                jpeg[at + 4] = (byte) bits;
                return jpeg;
            }
        }
    }

    @Test
    void grayIsGray() throws IOException {
        assertThat(pixel(JpegSample.raw(77), 3, 3)).containsOnly(77);
    }
}
