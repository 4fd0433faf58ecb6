package org.fullrank.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.awt.image.BufferedImage;
import java.awt.image.DataBuffer;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import org.fullrank.image.ImageDecoder;
import org.fullrank.image.Pixels;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImageDecoderTest {
    private final ImageDecoder decoder = new ImageDecoder(DataSpec.of("x").imageLimits());

    private int[] first(BufferedImage image, String format) throws IOException {
        Pixels pixels = decoder.decode(SampleFiles.encode(image, format)).pixels();
        return new int[] {pixels.rgb()[0] & 0xFF, pixels.rgb()[1] & 0xFF, pixels.rgb()[2] & 0xFF};
    }

    private static BufferedImage filled(int type, int... samples) {
        var image = new BufferedImage(3, 2, type);
        for (int i = 0; i < 6; i++) {
            image.getRaster().setPixel(i % 3, i / 3, samples);
        }
        return image;
    }

    @Test
    void grayStaysAsDarkAsItIs() throws IOException {
        assertThat(first(filled(BufferedImage.TYPE_BYTE_GRAY, 50), "png")).containsExactly(50, 50, 50);
        assertThat(first(filled(BufferedImage.TYPE_BYTE_GRAY, 50), "jpg")).containsExactly(50, 50, 50);
    }

    @Test
    void cmykBecomesRgb() throws IOException {
        assertThat(cmyk(0, 0, 0, 0)).as("no ink").allMatch(value -> value > 230);
        assertThat(cmyk(255, 255, 255, 255)).as("all ink").allMatch(value -> value < 60);
        assertThat(cmyk(0, 255, 255, 0)).satisfies(red -> {
            assertThat(red.get(0)).isGreaterThan(180);
            assertThat(red.get(1)).isLessThan(100);
        });
    }

    /// A CMYK image as Adobe writes it: inverted, with its marker.
    private List<Integer> cmyk(int... ink) throws IOException {
        var raster = Raster.createInterleavedRaster(DataBuffer.TYPE_BYTE, 16, 16, 4, null);
        for (int i = 0; i < 256; i++) {
            raster.setPixel(i % 16, i / 16, new int[] {255 - ink[0], 255 - ink[1], 255 - ink[2], 255 - ink[3]});
        }
        var out = new ByteArrayOutputStream();
        var writer = ImageIO.getImageWritersByFormatName("jpeg").next();
        try (var stream = ImageIO.createImageOutputStream(out)) {
            writer.setOutput(stream);
            writer.write(null, new IIOImage(raster, null, null), null);
        }
        byte[] jpeg = out.toByteArray();
        ByteBuffer adobe = ByteBuffer.allocate(jpeg.length + 16);
        adobe.put(jpeg, 0, 2).putShort((short) 0xFFEE).putShort((short) 14);
        adobe.put(new byte[] {'A', 'd', 'o', 'b', 'e', 0, 100, 0, 0, 0, 0, 0}).put(jpeg, 2, jpeg.length - 2);
        byte[] rgb = decoder.decode(adobe.array()).pixels().rgb();
        return List.of(rgb[0] & 0xFF, rgb[1] & 0xFF, rgb[2] & 0xFF);
    }

    @Test
    void sixteenBitsBecomeEight() throws IOException {
        assertThat(first(filled(BufferedImage.TYPE_USHORT_GRAY, 0x8140), "png")).containsExactly(0x81, 0x81, 0x81);
    }

    @Test
    void transparencyIsLaidOnWhite() throws IOException {
        assertThat(first(filled(BufferedImage.TYPE_4BYTE_ABGR, 0, 100, 200, 0), "png"))
                .containsExactly(255, 255, 255);
        assertThat(first(filled(BufferedImage.TYPE_4BYTE_ABGR, 0, 100, 200, 51), "png"))
                .containsExactly(204, 224, 244);
        byte[] red = {10, 20};
        var palette = new IndexColorModel(1, 2, red, red, red, 1);
        var image = new BufferedImage(3, 2, BufferedImage.TYPE_BYTE_BINARY, palette);
        assertThat(first(image, "png")).containsExactly(10, 10, 10);
        image.getRaster().setSample(0, 0, 0, 1);
        assertThat(first(image, "png")).as("the transparent entry").containsExactly(255, 255, 255);
    }

    @ParameterizedTest
    @ValueSource(strings = {"png", "bmp", "gif"})
    void colorChannelsKeepTheirOrder(String format) throws IOException {
        assertThat(first(filled(BufferedImage.TYPE_INT_RGB, 255, 128, 0), format))
                .containsExactly(255, 128, 0);
    }

    /// The bright corner of the stored image appears where EXIF says.
    @ParameterizedTest
    @CsvSource({"1,0,0,24", "2,0,23,24", "3,15,23,24", "4,15,0,24", "5,0,0,16", "6,0,15,16", "7,23,15,16", "8,23,0,16"})
    void orientationIsApplied(int orientation, int y, int x, int width) throws IOException {
        var image = new BufferedImage(24, 16, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < 64; i++) {
            image.setRGB(i % 8, i / 8, 0xFFFFFF);
        }
        Pixels upright = decoder.decode(JpegSample.with(SampleFiles.encode(image, "jpg"), JpegSample.exif(orientation)))
                .pixels();
        assertThat(upright.width()).isEqualTo(width);
        for (int corner = 0; corner < 4; corner++) {
            int cy = corner / 2 * (upright.height() - 1);
            int cx = corner % 2 * (upright.width() - 1);
            int value = upright.rgb()[3 * (cy * width + cx)] & 0xFF;
            assertThat(value > 128).as("corner %d, %d", cy, cx).isEqualTo(cy == y && cx == x);
        }
    }

    @Test
    void largeImagesAreScaledToTheStoredSideWithTheirMean() throws IOException {
        var image = new BufferedImage(64, 32, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < 64 * 32; i++) {
            image.setRGB(i % 64, i / 64, (i + i / 64) % 2 == 0 ? 0xFFFFFF : 0);
        }
        var small = new ImageDecoder(DataSpec.of("x").withStoredShorterSide(8).imageLimits());
        Pixels pixels = small.decode(SampleFiles.encode(image, "png")).pixels();
        assertThat(pixels.height()).isEqualTo(8);
        assertThat(pixels.width()).isEqualTo(16);
        for (byte value : pixels.rgb()) {
            assertThat((value & 0xFF) / 255.0)
                    .as("a fine checkerboard becomes gray")
                    .isEqualTo(0.5, within(0.05));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"png", "jpg", "gif", "bmp"})
    void aTruncatedImageIsRefusedWhereverItIsCut(String format) {
        var image = new BufferedImage(48, 40, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < 48 * 40; i++) {
            image.setRGB(i % 48, i / 48, i * 7919 & 0xFFFFFF);
        }
        byte[] whole = SampleFiles.encode(image, format);
        for (int length : new int[] {0, 1, 4, 30, whole.length / 3, whole.length / 2, whole.length * 9 / 10}) {
            assertThatThrownBy(() -> decoder.decode(Arrays.copyOf(whole, length)))
                    .as("%s cut to %d of %d bytes", format, length, whole.length)
                    .isInstanceOf(IOException.class);
        }
    }

    @Test
    void sizesThatHeadersClaimAreLimitedBeforeDecoding() {
        byte[] png = SampleFiles.image("png", 4, 4, 0);
        ByteBuffer header = ByteBuffer.wrap(png);
        header.putInt(16, 60_000).putInt(20, 60_000);
        var crc = new CRC32();
        crc.update(png, 12, 17);
        header.putInt(29, (int) crc.getValue());
        assertThatThrownBy(() -> decoder.decode(png)).hasMessageContaining("60000 x 60000");
        byte[] jpeg = SampleFiles.image("jpg", 16, 16, 0);
        for (int i = 0; i < jpeg.length - 8; i++) {
            if ((jpeg[i] & 0xFF) == 0xFF && (jpeg[i + 1] & 0xFF) == 0xC0) {
                ByteBuffer.wrap(jpeg).putShort(i + 5, (short) 60_000).putShort(i + 7, (short) 60_000);
            }
        }
        assertThatThrownBy(() -> decoder.decode(jpeg)).hasMessageContaining("60000 x 60000");
    }

    @Test
    void noFlippedByteBreaksTheDecoder() throws IOException {
        for (String format : new String[] {"png", "jpg", "gif", "bmp"}) {
            byte[] good = SampleFiles.image(format, 12, 12, 0x4080C0);
            for (int at = 0; at < Math.min(good.length, 700); at++) {
                byte[] bad = good.clone();
                bad[at] ^= (byte) 0xA5;
                try {
                    decoder.decode(bad);
                } catch (IOException expected) {
                    assertThat(expected.getMessage()).isNotBlank();
                }
            }
            assertThat(decoder.decode(good).pixels().height()).isEqualTo(12);
        }
    }
}
