package org.fullrank.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The decoder on the oldest Java that it supports. The module core tests every format. */
class PixelsTest {
    private static final ImageDecoder.Limits LIMITS = new ImageDecoder.Limits(100, 10_000, "limit");

    private static BufferedImage image(int type) {
        var image = new BufferedImage(3, 2, type);
        for (int i = 0; i < 6; i++) {
            image.setRGB(i % 3, i / 3, 0xFF000000 | 40 * i << 16 | 10 * i << 8 | 255 - i);
        }
        return image;
    }

    private static byte[] encoded(String format, BufferedImage image) throws IOException {
        var out = new ByteArrayOutputStream();
        assertThat(ImageIO.write(image, format, out)).isTrue();
        return out.toByteArray();
    }

    @ParameterizedTest
    @ValueSource(strings = {"png", "bmp"})
    void aLosslessFileHasThePixelsOfTheImage(String format) throws IOException {
        BufferedImage image = image(BufferedImage.TYPE_INT_RGB);
        ImageDecoder.Decoded decoded = new ImageDecoder(LIMITS).decode(encoded(format, image));
        assertThat(decoded.remark()).isNull();
        assertThat(decoded.pixels().height()).isEqualTo(2);
        assertThat(decoded.pixels().width()).isEqualTo(3);
        for (int i = 0; i < 6; i++) {
            assertThat(decoded.pixels().rgb()).containsSequence((byte) (40 * i), (byte) (10 * i), (byte) (255 - i));
        }
        assertThat(decoded.pixels().rgb()).isEqualTo(Pixels.of(image).rgb());
    }

    @Test
    void aJpegIsDecoded() throws IOException {
        var gray = new BufferedImage(9, 7, BufferedImage.TYPE_BYTE_GRAY);
        Pixels pixels = new ImageDecoder(LIMITS).decode(encoded("jpg", gray)).pixels();
        assertThat(pixels.gray()).hasSize(63).containsOnly(0);
    }

    @Test
    void theLayoutOfAJavaImageDoesNotMatter() throws IOException {
        byte[] expected = Pixels.of(image(BufferedImage.TYPE_INT_RGB)).rgb();
        for (int type : new int[] {
            BufferedImage.TYPE_3BYTE_BGR,
            BufferedImage.TYPE_4BYTE_ABGR,
            BufferedImage.TYPE_INT_ARGB_PRE,
            BufferedImage.TYPE_INT_BGR
        }) {
            assertThat(Pixels.of(image(type)).rgb()).as("type %d", type).isEqualTo(expected);
        }
    }

    @Test
    void transparentPixelsAreWhite() throws IOException {
        assertThat(Pixels.of(new BufferedImage(2, 2, BufferedImage.TYPE_INT_ARGB))
                        .rgb())
                .containsOnly(-1);
    }

    @Test
    void colorsAreNotGray() throws IOException {
        Pixels colors = Pixels.of(image(BufferedImage.TYPE_INT_RGB));
        assertThatThrownBy(colors::gray).isInstanceOf(IOException.class).hasMessageContaining("found colors");
    }

    @Test
    void aLargeImageIsScaledDownOrRefused() throws IOException {
        Pixels wide = new Pixels(40, 60, new byte[3 * 40 * 60]);
        assertThat(wide.shrunkTo(20).width()).isEqualTo(30);
        assertThat(wide.shrunkTo(20).height()).isEqualTo(20);
        byte[] file = encoded("png", new BufferedImage(200, 60, BufferedImage.TYPE_INT_RGB));
        assertThatThrownBy(() -> new ImageDecoder(LIMITS).decode(file))
                .isInstanceOf(IOException.class)
                .hasMessage("it claims 200 x 60 pixels, expected 1 to 10000 in all (limit)");
    }

    /** Scaled by its shorter side, such an image would take gigabytes. */
    @Test
    void aVeryLongImageIsRefused() throws IOException {
        var decoder = new ImageDecoder(LIMITS);
        assertThat(decoder.decode(encoded("png", new BufferedImage(300, 3, BufferedImage.TYPE_INT_RGB)))
                        .pixels()
                        .width())
                .isEqualTo(300);
        for (BufferedImage image : new BufferedImage[] {
            new BufferedImage(301, 3, BufferedImage.TYPE_INT_RGB), new BufferedImage(1, 101, BufferedImage.TYPE_INT_RGB)
        }) {
            byte[] file = encoded("png", image);
            assertThatThrownBy(() -> decoder.decode(file))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("at most 100 times as long");
            assertThatThrownBy(() -> Pixels.of(image)).hasMessageContaining("at most 100 times as long");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "0x3C00, 1",
        "0xC000, -2",
        "0x7BFF, 65504",
        "0x0400, 6.1035156E-5",
        "0x0001, 5.9604645E-8",
        "0x8000, -0.0",
        "0x7C00, Infinity",
        "0xFC00, -Infinity",
        "0x7E00, NaN",
        "0x3555, 0.33325195"
    })
    void halfFloats(String bits, float value) {
        assertThat(Java17.half(Integer.decode(bits).shortValue())).isEqualTo(Float.valueOf(value));
    }

    @Test
    void divisionRoundsUp() {
        assertThat(Java17.ceilDiv(10, 5)).isEqualTo(2);
        assertThat(Java17.ceilDiv(11, 5)).isEqualTo(3);
        assertThat(Java17.ceilDiv(Integer.MAX_VALUE, 2)).isEqualTo(1 << 30);
        assertThat(Java17.byteOf(-3)).isZero();
        assertThat(Java17.byteOf(254.5)).isEqualTo(255);
        assertThat(Java17.byteOf(1e9)).isEqualTo(255);
    }
}
