package org.fullrank.data;

import java.awt.image.BufferedImage;
import java.awt.image.DataBuffer;
import java.awt.image.Raster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;

/// Builds JPEG files with other markers, components and profiles.
final class JpegSample {
    private JpegSample() {}

    /// A JPEG of these samples as they are, one color everywhere, without a marker that says what they mean.
    /// Its components are called 1, 2, 3, ...
    static byte[] raw(int... samples) {
        var raster = Raster.createInterleavedRaster(DataBuffer.TYPE_BYTE, 16, 16, samples.length, null);
        for (int i = 0; i < 256; i++) {
            raster.setPixel(i % 16, i / 16, samples);
        }
        return raw(raster);
    }

    static byte[] raw(Raster raster) {
        var out = new ByteArrayOutputStream();
        var writer = ImageIO.getImageWritersByFormatName("jpeg").next();
        ImageWriteParam parameters = writer.getDefaultWriteParam();
        parameters.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
        parameters.setCompressionQuality(1);
        try (var stream = ImageIO.createImageOutputStream(out)) {
            writer.setOutput(stream);
            writer.write(null, new IIOImage(raster, null, null), parameters);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    /// The same with other names of the components.
    static byte[] named(byte[] jpeg, int... names) {
        byte[] out = jpeg.clone();
        for (int at = 2; ; at += 2 + ByteBuffer.wrap(out).getShort(at + 2)) {
            int marker = out[at + 1] & 0xFF;
            for (int i = 0; i < names.length; i++) {
                if (marker == 0xC0) {
                    out[at + 10 + 3 * i] = (byte) names[i];
                } else if (marker == 0xDA) {
                    out[at + 5 + 2 * i] = (byte) names[i];
                }
            }
            if (marker == 0xDA) {
                return out;
            }
        }
    }

    /// The same with segments behind its start.
    static byte[] with(byte[] jpeg, byte[]... segments) {
        var out = new ByteArrayOutputStream();
        out.write(jpeg, 0, 2);
        for (byte[] segment : segments) {
            out.writeBytes(segment);
        }
        out.write(jpeg, 2, jpeg.length - 2);
        return out.toByteArray();
    }

    static byte[] segment(int marker, byte[] body) {
        return ByteBuffer.allocate(4 + body.length)
                .put((byte) 0xFF)
                .put((byte) marker)
                .putShort((short) (body.length + 2))
                .put(body)
                .array();
    }

    /// The marker of Adobe: 0 as stored, 1 YCbCr, 2 YCCK.
    static byte[] adobe(int transformation) {
        return segment(0xEE, new byte[] {'A', 'd', 'o', 'b', 'e', 0, 100, 0, 0, 0, 0, (byte) transformation});
    }

    static byte[] exif(int orientation) {
        byte[] block = exifBlock(orientation);
        byte[] body = ByteBuffer.allocate(6 + block.length)
                .put(new byte[] {'E', 'x', 'i', 'f', 0, 0})
                .put(block)
                .array();
        return segment(0xE1, body);
    }

    /// An EXIF block that states an orientation.
    static byte[] exifBlock(int orientation) {
        return ByteBuffer.allocate(26)
                .put(new byte[] {'M', 'M', 0, 42, 0, 0, 0, 8, 0, 1})
                .putShort((short) 0x0112)
                .putShort((short) 3)
                .putInt(1)
                .putShort((short) orientation)
                .array();
    }

    static String xmp(int orientation) {
        return "<rdf:Description xmlns:tiff='http://ns.adobe.com/tiff/1.0/' tiff:Orientation=\"" + orientation + "\"/>";
    }

    static byte[] xmpSegment(int orientation) {
        return segment(
                0xE1, ("http://ns.adobe.com/xap/1.0/\0" + xmp(orientation)).getBytes(StandardCharsets.ISO_8859_1));
    }

    /// A piece of a color profile.
    static byte[] profile(int number, int count, byte[] piece) {
        byte[] body = ByteBuffer.allocate(14 + piece.length)
                .put("ICC_PROFILE\0".getBytes(StandardCharsets.US_ASCII))
                .put((byte) number)
                .put((byte) count)
                .put(piece)
                .array();
        return segment(0xE2, body);
    }

    /// White with a black corner at the stored top left: 24 x 16 pixels.
    static BufferedImage corner() {
        var image = new BufferedImage(24, 16, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < 24 * 16; i++) {
            image.setRGB(i % 24, i / 24, i % 24 < 8 && i / 24 < 8 ? 0 : 0xFFFFFF);
        }
        return image;
    }
}
