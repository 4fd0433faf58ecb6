package org.fullrank.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.fullrank.data.ImageAssertions.assertRefused;
import static org.fullrank.data.ImageAssertions.decode;
import static org.fullrank.data.ImageAssertions.pixel;

import java.awt.color.ColorSpace;
import java.awt.color.ICC_Profile;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import org.fullrank.image.Pixels;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// GIF and WebP, and formats that are named but not read.
class WebImageTest {
    private static BufferedImage noise(int width, int height, int type) {
        var image = new BufferedImage(width, height, type);
        for (int i = 0; i < width * height; i++) {
            image.setRGB(i % width, i / width, 0xFF000000 | i * 7919);
        }
        return image;
    }

    /// A red GIF of 4 x 3 pixels, moved to a place of another screen.
    private static byte[] gif(int left, int top, int screenWidth, int screenHeight) {
        byte[] gif = SampleFiles.image("gif", 3, 4, 0xFF0000);
        ByteBuffer file = ByteBuffer.wrap(gif).order(ByteOrder.LITTLE_ENDIAN);
        file.putShort(6, (short) screenWidth).putShort(8, (short) screenHeight);
        int at = 13 + ((gif[10] & 0x80) == 0 ? 0 : 3 << (gif[10] & 7) + 1);
        while (gif[at] != 0x2C) {
            at += 2;
            while (gif[at] != 0) {
                at += 1 + (gif[at] & 0xFF);
            }
            at++;
        }
        file.putShort(at + 1, (short) left).putShort(at + 3, (short) top);
        return gif;
    }

    @Test
    void aGifShowsItsScreen() throws IOException {
        byte[] gif = gif(2, 1, 9, 7);
        Pixels pixels = decode(gif).pixels();
        assertThat(new int[] {pixels.height(), pixels.width()}).containsExactly(7, 9);
        assertThat(pixel(gif, 0, 0)).containsExactly(255, 255, 255);
        assertThat(pixel(gif, 1, 2)).containsExactly(255, 0, 0);
        assertThat(pixel(gif, 3, 5)).containsExactly(255, 0, 0);
        assertThat(pixel(gif, 4, 6)).containsExactly(255, 255, 255);
        assertThat(decode(gif(0, 0, 0, 0)).pixels().width()).isEqualTo(4);
        assertRefused(gif(60_000, 60_000, 9, 7), "60004 x 60003");
    }

    private static byte[] webp(BufferedImage image, String compression) throws IOException {
        var writer = ImageIO.getImageWritersByFormatName("webp").next();
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

    /// The same with more chunks, in the extended layout.
    private static byte[] extended(byte[] webp, int width, int height, String name, byte[] content) {
        var out = new ByteArrayOutputStream();
        ByteBuffer head = ByteBuffer.allocate(10).order(ByteOrder.LITTLE_ENDIAN);
        head.putInt(0x2C).put((byte) (width - 1)).put(7, (byte) (height - 1));
        out.writeBytes("WEBP".getBytes(StandardCharsets.US_ASCII));
        out.writeBytes(chunk("VP8X", head.array()));
        out.writeBytes(Arrays.copyOfRange(webp, 12, webp.length));
        out.writeBytes(chunk(name, content));
        return chunk("RIFF", out.toByteArray());
    }

    private static byte[] chunk(String name, byte[] content) {
        return ByteBuffer.allocate(8 + content.length + (content.length & 1))
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(name.getBytes(StandardCharsets.US_ASCII))
                .putInt(content.length)
                .put(content)
                .array();
    }

    @Test
    void losslessWebpIsReadAsItIs() throws IOException {
        BufferedImage image = noise(31, 17, BufferedImage.TYPE_INT_RGB);
        Pixels pixels = decode(webp(image, "Lossless")).pixels();
        for (int i = 0; i < 31 * 17; i++) {
            int rgb = (pixels.rgb()[3 * i] & 0xFF) << 16
                    | (pixels.rgb()[3 * i + 1] & 0xFF) << 8
                    | pixels.rgb()[3 * i + 2] & 0xFF;
            assertThat(rgb).isEqualTo(image.getRGB(i % 31, i / 31) & 0xFFFFFF);
        }
    }

    @Test
    void transparentWebpIsLaidOnWhite() throws IOException {
        var image = new BufferedImage(16, 16, BufferedImage.TYPE_INT_ARGB);
        for (int i = 0; i < 256; i++) {
            image.setRGB(i % 16, i / 16, i / 16 < 8 ? 0xA5646464 : 0);
        }
        for (String compression : new String[] {"Lossless", "Lossy"}) {
            byte[] webp = webp(image, compression);
            assertThat(pixel(webp, 2, 2)[0]).as(compression).isBetween(150, 160);
            assertThat(pixel(webp, 15, 15)).as(compression).containsOnly(255);
        }
    }

    @ParameterizedTest
    @CsvSource({"3,EXIF", "6,EXIF", "8,EXIF", "5,XMP"})
    void orientationOfWebpIsApplied(int orientation, String kind) throws IOException {
        byte[] content = kind.equals("EXIF")
                ? JpegSample.exifBlock(orientation)
                : JpegSample.xmp(orientation).getBytes(StandardCharsets.US_ASCII);
        byte[] webp = webp(JpegSample.corner(), "Lossless");
        byte[] turned = extended(webp, 24, 16, kind.equals("EXIF") ? "EXIF" : "XMP ", content);
        assertThat(decode(turned).pixels().rgb())
                .isEqualTo(decode(webp).pixels().upright(orientation).rgb());
    }

    @Test
    void theProfileOfWebpIsApplied() throws IOException {
        var image = new BufferedImage(4, 4, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < 16; i++) {
            image.setRGB(i % 4, i / 4, 0x373737);
        }
        byte[] profile = ICC_Profile.getInstance(ColorSpace.CS_LINEAR_RGB).getData();
        byte[] webp = extended(webp(image, "Lossless"), 4, 4, "ICCP", profile);
        assertThat(pixel(webp, 0, 0)[0]).isBetween(126, 130);
    }

    @Test
    void aTruncatedWebpIsRefused() throws IOException {
        byte[] webp = webp(noise(31, 17, BufferedImage.TYPE_INT_RGB), "Lossy");
        for (int length : new int[] {12, 20, 29, webp.length / 2, webp.length - 1}) {
            assertRefused(Arrays.copyOf(webp, length), "WebP");
        }
    }

    @ParameterizedTest
    @CsvSource({"avif,AVIF", "heic,HEIC"})
    void formatsThatAreNotReadAreNamed(String brand, String name) {
        byte[] head = ("\0\0\0\30ftyp" + brand + "\0\0\0\0").getBytes(StandardCharsets.ISO_8859_1);
        assertRefused(head, name + " cannot be read; convert it to PNG or JPEG");
    }
}
