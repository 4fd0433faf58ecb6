package org.fullrank.image;

import java.awt.image.Raster;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Decodes PNG. The meaning of the samples follows from color type, palette, transparency and gamma.
 *
 * <p>Source: PNG specification, third edition, W3C, 2025, chapters 11 and 13.
 */
final class PngDecoder {
    private static final int GRAY = 0;
    private static final int RGB = 2;
    private static final int PALETTE = 3;

    private final PngHeader header;
    private final byte @Nullable [] palette;
    private final byte @Nullable [] transparent;

    private PngDecoder(PngHeader header) {
        this.header = header;
        this.palette = header.chunks().get("PLTE");
        this.transparent = header.chunks().get("tRNS");
    }

    /** Decodes an image after its size was checked. */
    static Picture decode(PngHeader header, ImageReaders readers) throws IOException {
        byte[] cicp = header.chunks().get("cICP");
        if (cicp != null && cicp.length == 4 && (cicp[1] == 16 || cicp[1] == 18)) {
            throw new IOException("it is of high dynamic range (cICP); convert it to sRGB");
        }
        return new PngDecoder(header)
                .picture(readers.read(ImageFormat.PNG, header.bare()).getRaster());
    }

    private Picture picture(Raster raster) throws IOException {
        boolean colors = header.colorType() == GRAY || header.colorType() == RGB;
        Picture picture = colors && header.bits() == 8 && transparent == null ? Rasters.picture(raster) : meant(raster);
        byte[] curve = curve();
        byte[] samples = picture.samples();
        for (int i = 0; curve != null && i < samples.length; i++) {
            samples[i] = curve[samples[i] & 0xFF];
        }
        return picture;
    }

    /** Computes each pixel from palette and transparency. */
    private Picture meant(Raster raster) throws IOException {
        int width = raster.getWidth();
        int height = raster.getHeight();
        int bands = raster.getNumBands();
        int colors = header.colorType() == PALETTE ? 3 : bands >= 3 ? 3 : 1;
        boolean opacity = bands == 2 || bands == 4;
        int pixels = Math.multiplyExact(width, height);
        byte[] samples = new byte[Math.multiplyExact(pixels, colors)];
        byte[] alpha = opacity || transparent != null ? new byte[pixels] : null;
        int[] row = new int[width * bands];
        for (int y = 0; y < height; y++) {
            raster.getPixels(0, y, width, 1, row);
            for (int x = 0; x < width; x++) {
                int at = y * width + x;
                int from = x * bands;
                if (header.colorType() == PALETTE) {
                    entry(row[from], samples, 3 * at);
                } else {
                    for (int c = 0; c < colors; c++) {
                        samples[colors * at + c] = (byte) Rasters.eightBits(row[from + c], header.bits());
                    }
                }
                if (alpha != null) {
                    alpha[at] = (byte)
                            (opacity
                                    ? Rasters.eightBits(row[from + bands - 1], header.bits())
                                    : opacity(row, from, colors));
                }
            }
        }
        return new Picture(height, width, colors, samples, alpha);
    }

    private void entry(int index, byte[] samples, int to) throws IOException {
        if (palette == null || 3 * index + 2 >= palette.length) {
            throw new IOException("it uses color " + index + " of its palette, expected less than "
                    + (palette == null ? 0 : palette.length / 3) + "; it is damaged");
        }
        System.arraycopy(palette, 3 * index, samples, to, 3);
    }

    /** The opacity from tRNS: one value for each color of a palette, or opacity 0 for one color. */
    private int opacity(int[] row, int from, int colors) {
        byte[] stated = transparent;
        if (stated == null) {
            return 255;
        }
        if (header.colorType() == PALETTE) {
            return row[from] < stated.length ? stated[row[from]] & 0xFF : 255;
        }
        int count = header.colorType() == GRAY ? 1 : colors;
        if (stated.length < 2 * count) {
            return 255;
        }
        int mask = (1 << header.bits()) - 1;
        for (int c = 0; c < count; c++) {
            if (row[from + c] != (ByteBuffer.wrap(stated).getShort(2 * c) & mask)) {
                return 255;
            }
        }
        return 0;
    }

    /** The value that sRGB stores for each value of this file; null when they are equal. */
    private byte @Nullable [] curve() {
        double gamma = header.gamma();
        if (Double.isNaN(gamma)) {
            return null;
        }
        byte[] curve = new byte[256];
        for (int i = 0; i < curve.length; i++) {
            curve[i] = (byte) Math.round(255 * Lab.encoded(Math.pow(i / 255.0, 1 / gamma)));
        }
        return curve;
    }
}
