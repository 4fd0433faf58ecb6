package org.fullrank.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.fullrank.data.ImageAssertions.assertFirst;
import static org.fullrank.data.ImageAssertions.assertRefused;
import static org.fullrank.data.ImageAssertions.decode;
import static org.fullrank.data.ImageAssertions.pixel;
import static org.fullrank.data.TiffSample.FRACTION;
import static org.fullrank.data.TiffSample.LONG;
import static org.fullrank.data.TiffSample.SHORT;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import org.fullrank.image.Pixels;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What the samples of a TIFF file mean.
class TiffImageTest {
    private static byte[] bytes(int... values) {
        byte[] out = new byte[values.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = (byte) values[i];
        }
        return out;
    }

    private static byte[] shorts(ByteOrder order, int... values) {
        ByteBuffer out = ByteBuffer.allocate(2 * values.length).order(order);
        Arrays.stream(values).forEach(value -> out.putShort((short) value));
        return out.array();
    }

    private static byte[] floats(float... values) {
        ByteBuffer out = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : values) {
            out.putFloat(value);
        }
        return out.array();
    }

    @Test
    void cmykIsInk() throws IOException {
        assertFirst(TiffSample.of(5, 1, 1, 4, 8, bytes(0, 255, 255, 0)).build(), 0, 255, 0, 0);
        assertFirst(TiffSample.of(5, 1, 1, 4, 8, bytes(0, 0, 0, 0)).build(), 0, 255, 255, 255);
        assertFirst(TiffSample.of(5, 1, 1, 4, 8, bytes(100, 0, 0, 128)).build(), 0, 77, 127, 127);
        byte[] deep = shorts(ByteOrder.LITTLE_ENDIAN, 0, 65535, 65535, 0);
        assertFirst(TiffSample.of(5, 1, 1, 4, 16, deep).build(), 0, 255, 0, 0);
        byte[] planes = TiffSample.of(5, 1, 1, 4, 8, bytes(0), bytes(255), bytes(255), bytes(0))
                .with(284, SHORT, 2)
                .build();
        assertFirst(planes, 0, 255, 0, 0);
        assertRefused(
                TiffSample.of(5, 1, 1, 4, 8, new byte[4]).with(332, SHORT, 2).build(), "inks are not cyan");
    }

    /// L*a*b* of sRGB's red is 54.29, 80.80, 69.89 under D50.
    @Test
    void labIsConverted() throws IOException {
        assertFirst(TiffSample.of(8, 1, 1, 3, 8, bytes(255, 0, 0)).build(), 0, 255, 255, 255);
        assertFirst(TiffSample.of(8, 1, 1, 3, 8, bytes(138, 81, 70)).build(), 4, 255, 0, 0);
        assertFirst(TiffSample.of(9, 1, 1, 3, 8, bytes(138, 128 + 81, 128 + 70)).build(), 4, 255, 0, 0);
        byte[] deep = shorts(ByteOrder.LITTLE_ENDIAN, 35579, 20685, 17892);
        assertFirst(TiffSample.of(8, 1, 1, 3, 16, deep).build(), 1, 255, 0, 0);
        byte[] profiled = TiffSample.of(8, 1, 1, 3, 8, bytes(255, 0, 0))
                .with(34675, TiffSample.BYTES, 1, 2, 3, 4, 5)
                .build();
        assertThat(decode(profiled).remark()).isNull();
        byte[] gray = shorts(ByteOrder.LITTLE_ENDIAN, 35082, 0, 0);
        assertFirst(TiffSample.of(8, 1, 1, 3, 16, gray).build(), 1, 128, 128, 128);
    }

    @Test
    void floatsGoFromBlackToWhite() throws IOException {
        byte[] image = TiffSample.of(1, 1, 3, 1, 32, floats(0, 0.5f, 1))
                .with(339, SHORT, 3)
                .build();
        assertThat(pixel(image, 0, 0)).containsOnly(0);
        assertThat(pixel(image, 0, 1)).containsOnly(128);
        assertThat(pixel(image, 0, 2)).containsOnly(255);
        byte[] half = shorts(ByteOrder.BIG_ENDIAN, Float.floatToFloat16(0.25f));
        assertFirst(
                TiffSample.of(ByteOrder.BIG_ENDIAN, 1, 1, 1, 1, 16, half)
                        .with(339, SHORT, 3)
                        .build(),
                0,
                64,
                64,
                64);
    }

    @ParameterizedTest
    @ValueSource(floats = {255, -0.1f, 1.001f, Float.NaN, Float.POSITIVE_INFINITY})
    void otherFloatsAreRefusedWithTheirValue(float value) {
        byte[] image = TiffSample.of(1, 1, 2, 1, 32, floats(0.5f, value))
                .with(339, SHORT, 3)
                .build();
        assertRefused(image, "floating-point sample " + (double) value, "0 (black) to 1 (white)");
    }

    @ParameterizedTest
    @CsvSource({"32,1,integers of 32 bits", "32,2,signed integers", "16,2,signed integers", "64,6,complex"})
    void numbersWithoutAWhiteAreRefused(int bits, int format, String says) {
        byte[] image = TiffSample.of(1, 1, 1, 1, bits, new byte[bits / 8])
                .with(339, SHORT, format)
                .build();
        assertRefused(image, says);
    }

    @Test
    void bothOrdersOfSixteenBitsKeepTheUpperEight() throws IOException {
        for (ByteOrder order : new ByteOrder[] {ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN}) {
            byte[] image = TiffSample.of(order, 2, 1, 1, 3, 16, shorts(order, 0x80FF, 0x1234, 0xFF00))
                    .build();
            assertFirst(image, 0, 0x80, 0x12, 0xFF);
        }
    }

    @ParameterizedTest
    @CsvSource({"1,0,255", "2,85,170", "4,17,204", "12,18,86"})
    void anyNumberOfBitsIsSpread(int bits, int first, int second) throws IOException {
        byte[] stored = bits == 1
                ? bytes(0b01000000)
                : bits == 2 ? bytes(0b01100000) : bits == 4 ? bytes(0x1C) : bytes(0x12, 0x35, 0x67);
        byte[] image = TiffSample.of(1, 1, 2, 1, bits, stored).build();
        assertThat(pixel(image, 0, 0)).containsOnly(first);
        assertThat(pixel(image, 0, 1)).containsOnly(second);
    }

    @Test
    void whiteIsZeroIsInverted() throws IOException {
        assertFirst(TiffSample.of(0, 1, 1, 1, 8, bytes(50)).build(), 0, 205, 205, 205);
        assertFirst(TiffSample.of(0, 1, 1, 1, 1, bytes(0)).build(), 0, 255, 255, 255);
    }

    @Test
    void paletteEntriesAreColors() throws IOException {
        long[] map = new long[12];
        map[1] = 0x1200;
        map[5] = 0x3400;
        map[9] = 0x5600;
        byte[] image = TiffSample.of(3, 1, 1, 1, 2, bytes(0b01000000))
                .with(320, SHORT, map)
                .build();
        assertFirst(image, 0, 0x12, 0x34, 0x56);
        assertRefused(
                TiffSample.of(3, 1, 1, 1, 2, bytes(0)).with(320, SHORT, 1, 2).build(), "palette has 2 values");
    }

    /// Two lumas and one pair of chromas for two pixels; the coefficients of Rec. 709 give red another luma.
    @Test
    void lumaAndChromaBecomeRgb() throws IOException {
        byte[] pair = TiffSample.of(6, 1, 2, 3, 8, bytes(76, 150, 85, 255))
                .with(530, SHORT, 2, 1)
                .build();
        assertFirst(pair, 2, 254, 0, 0);
        assertThat(pixel(pair, 0, 1)[0]).isEqualTo(255);
        byte[] other = TiffSample.of(6, 1, 1, 3, 8, bytes(54, 99, 255))
                .with(530, SHORT, 1, 1)
                .with(529, FRACTION, 2126, 10000, 7152, 10000, 722, 10000)
                .build();
        assertFirst(other, 2, 254, 0, 0);
    }

    /// 0 says nothing, 1 is opacity that the colors are multiplied by, 2 is opacity alone.
    @ParameterizedTest
    @CsvSource({"0,100,165,100", "1,40,100,195", "2,100,165,155"})
    void extraSamplesAreOpacityOnlyWhenTheySaySo(int kind, int stored, int extra, int shown) throws IOException {
        byte[] image = TiffSample.of(2, 1, 1, 4, 8, bytes(stored, stored, stored, extra))
                .with(338, SHORT, kind)
                .build();
        assertFirst(image, 0, shown, shown, shown);
    }

    @Test
    void channelsWithoutAMeaningAreDroppedOrRefused() throws IOException {
        assertFirst(TiffSample.of(2, 1, 1, 5, 8, bytes(1, 2, 3, 4, 5)).build(), 0, 1, 2, 3);
        assertRefused(TiffSample.of(1, 1, 1, 6, 8, new byte[6]).build(), "6 channels of which one is gray");
    }

    /// The first stored pixel appears where the orientation says.
    @ParameterizedTest
    @CsvSource({"1,0,0", "2,0,1", "3,2,1", "4,2,0", "5,0,0", "6,0,2", "7,1,2", "8,1,0"})
    void orientationIsApplied(int orientation, int y, int x) throws IOException {
        byte[] image = TiffSample.of(1, 3, 2, 1, 8, bytes(200, 0, 0, 0, 0, 0))
                .with(274, SHORT, orientation)
                .build();
        assertThat(pixel(image, y, x)).containsOnly(200);
    }

    @Test
    void planesAndStripsAndTilesAreJoined() throws IOException {
        byte[] planes = TiffSample.of(2, 2, 1, 3, 8, bytes(1), bytes(2), bytes(3), bytes(4), bytes(5), bytes(6))
                .with(284, SHORT, 2)
                .with(278, LONG, 1)
                .build();
        assertThat(pixel(planes, 1, 0)).containsExactly(2, 4, 6);
        byte[] left = new byte[256];
        byte[] right = new byte[256];
        right[16] = 77;
        byte[] tiles = TiffSample.of(1, 2, 17, 1, 8, left, right)
                .with(322, SHORT, 16)
                .with(323, SHORT, 16)
                .build();
        assertThat(pixel(tiles, 1, 16)).containsOnly(77);
    }

    @ParameterizedTest
    @ValueSource(strings = {"LZW", "Deflate", "ZLib", "PackBits", "JPEG"})
    void compressedFilesOfTheJdkAreRead(String compression) throws IOException {
        var image = new BufferedImage(91, 67, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < 91 * 67; i++) {
            int x = i % 91;
            image.setRGB(x, i / 91, compression.equals("JPEG") ? 0x302010 * (x / 16) : i * 7919 & 0xFFFFFF);
        }
        Pixels pixels = decode(written(image, compression)).pixels();
        int most = 0;
        for (int i = 0; i < 91 * 67; i++) {
            for (int c = 0; c < 3; c++) {
                int expected = image.getRGB(i % 91, i / 91) >> 16 - 8 * c & 0xFF;
                most = Math.max(most, Math.abs((pixels.rgb()[3 * i + c] & 0xFF) - expected));
            }
        }
        assertThat(most).isLessThanOrEqualTo(compression.equals("JPEG") ? 60 : 0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"CCITT RLE", "CCITT T.4", "CCITT T.6"})
    void faxIsRead(String compression) throws IOException {
        var image = new BufferedImage(45, 30, BufferedImage.TYPE_BYTE_BINARY);
        for (int i = 0; i < 45 * 30; i++) {
            image.setRGB(i % 45, i / 45, i * i / 3 % 5 == 0 ? 0xFFFFFF : 0);
        }
        Pixels pixels = decode(written(image, compression)).pixels();
        for (int i = 0; i < 45 * 30; i++) {
            assertThat(pixels.rgb()[3 * i]).isEqualTo((byte) image.getRGB(i % 45, i / 45));
        }
    }

    private static byte[] written(BufferedImage image, String compression) throws IOException {
        var writer = ImageIO.getImageWritersByFormatName("tiff").next();
        ImageWriteParam parameters = writer.getDefaultWriteParam();
        parameters.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
        parameters.setCompressionType(compression);
        var out = new ByteArrayOutputStream();
        try (var stream = ImageIO.createImageOutputStream(out)) {
            writer.setOutput(stream);
            writer.write(null, new IIOImage(image, null, null), parameters);
        }
        return out.toByteArray();
    }

    @Test
    void horizontalDifferencesAreAddedUp() throws IOException {
        byte[] packed = SampleFiles.zlib(bytes(10, 20, 30, 5, 250, 1));
        byte[] image = TiffSample.of(2, 1, 2, 3, 8, packed)
                .with(259, SHORT, 8)
                .with(317, SHORT, 2)
                .build();
        assertThat(pixel(image, 0, 1)).containsExactly(15, 14, 31);
    }

    @ParameterizedTest
    @CsvSource({"6,old-style JPEG", "50000,ZSTD", "34925,LZMA", "4711,4711"})
    void otherCompressionsAreNamed(int tag, String name) {
        assertRefused(
                TiffSample.of(1, 1, 1, 1, 8, new byte[1]).with(259, SHORT, tag).build(), "compression " + name);
    }

    @Test
    void otherMeaningsAreRefused() {
        assertRefused(TiffSample.of(32803, 1, 1, 1, 8, new byte[1]).build(), "raw file");
        assertRefused(TiffSample.of(4, 1, 1, 1, 1, new byte[1]).build(), "the meaning 4");
        assertRefused(
                TiffSample.of(2, 1, 1, 3, 8, new byte[3]).with(254, LONG, 1).build(), "preview");
        assertRefused(
                TiffSample.of(2, 1, 1, 3, 8, new byte[3])
                        .with(258, SHORT, 5, 6, 5)
                        .build(),
                "[5, 6, 5] bits");
        assertRefused(TiffSample.of(2, 1, 1, 3, 8, new byte[3]).without(262).build(), "what its samples mean");
    }
}
