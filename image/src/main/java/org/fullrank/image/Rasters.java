package org.fullrank.image;

import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.ComponentSampleModel;
import java.awt.image.DataBufferByte;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.IOException;

/**
 * Reads the samples of Java images, which have many layouts, as they are stored. Java's own color conversion
 * is slow, and it brightens gray images.
 */
final class Rasters {
    private Rasters() {}

    /** The samples of a raster of 1, 3 or 4 channels, all of which are colors. */
    static Picture picture(Raster raster) throws IOException {
        int bands = raster.getNumBands();
        if (bands != 1 && bands != 3 && bands != 4) {
            throw new IOException("it has " + bands + " channels, expected 1, 3 or 4");
        }
        return Picture.opaque(raster.getHeight(), raster.getWidth(), bands, samples(raster, bands));
    }

    /** The colors of an image: gray or RGB with or without opacity, or a palette. */
    static Picture picture(BufferedImage image) throws IOException {
        ColorModel colors = image.getColorModel();
        if (colors instanceof IndexColorModel) {
            return indexed(image);
        }
        Raster raster = image.getRaster();
        if (!colors.hasAlpha()) {
            return picture(raster);
        }
        int bands = raster.getNumBands();
        if (bands != 2 && bands != 4) {
            throw new IOException("it has " + bands + " channels with the opacity, expected 2 or 4");
        }
        return new Picture(
                image.getHeight(), image.getWidth(), bands - 1, samples(raster, bands - 1), band(raster, bands - 1));
    }

    /** The first {@code channels} bands as uint8 {@code [height, width, channels]}. */
    private static byte[] samples(Raster raster, int channels) {
        int width = raster.getWidth();
        int height = raster.getHeight();
        byte[] out = new byte[Math.multiplyExact(Math.multiplyExact(width, height), channels)];
        if (raster.getSampleModel() instanceof ComponentSampleModel model
                && raster.getDataBuffer() instanceof DataBufferByte data
                && data.getNumBanks() == 1
                && data.getOffset() == 0
                && raster.getSampleModelTranslateX() == 0
                && raster.getSampleModelTranslateY() == 0) {
            bytes(model, data.getData(), width, channels, out);
            return out;
        }
        int bands = raster.getNumBands();
        int[] bits = raster.getSampleModel().getSampleSize();
        int[] row = new int[width * bands];
        for (int y = 0, to = 0; y < height; y++) {
            raster.getPixels(raster.getMinX(), raster.getMinY() + y, width, 1, row);
            for (int x = 0; x < width; x++) {
                for (int c = 0; c < channels; c++) {
                    out[to++] = (byte) eightBits(row[x * bands + c], bits[c]);
                }
            }
        }
        return out;
    }

    private static void bytes(ComponentSampleModel model, byte[] data, int width, int channels, byte[] out) {
        int[] band = model.getBandOffsets();
        int step = model.getPixelStride();
        for (int y = 0, to = 0; to < out.length; y++) {
            int from = y * model.getScanlineStride();
            for (int x = 0; x < width; x++, from += step) {
                for (int c = 0; c < channels; c++) {
                    out[to++] = data[from + band[c]];
                }
            }
        }
    }

    private static byte[] band(Raster raster, int band) {
        int width = raster.getWidth();
        int bits = raster.getSampleModel().getSampleSize(band);
        byte[] out = new byte[Math.multiplyExact(width, raster.getHeight())];
        int[] row = new int[width];
        for (int y = 0; y < raster.getHeight(); y++) {
            raster.getSamples(raster.getMinX(), raster.getMinY() + y, width, 1, band, row);
            for (int x = 0; x < width; x++) {
                out[y * width + x] = (byte) eightBits(row[x], bits);
            }
        }
        return out;
    }

    private static Picture indexed(BufferedImage image) {
        int width = image.getWidth();
        int height = image.getHeight();
        byte[] rgb = new byte[Math.multiplyExact(Math.multiplyExact(width, height), 3)];
        byte[] alpha = image.getColorModel().hasAlpha() ? new byte[width * height] : null;
        int[] row = new int[width];
        for (int y = 0; y < height; y++) {
            image.getRGB(0, y, width, 1, row, 0, width);
            for (int x = 0; x < width; x++) {
                int at = y * width + x;
                rgb[3 * at] = (byte) (row[x] >> 16);
                rgb[3 * at + 1] = (byte) (row[x] >> 8);
                rgb[3 * at + 2] = (byte) row[x];
                if (alpha != null) {
                    alpha[at] = (byte) (row[x] >>> 24);
                }
            }
        }
        return new Picture(height, width, 3, rgb, alpha);
    }

    /** The upper 8 bits of a sample. A sample with fewer bits is scaled to 0 to 255. */
    static int eightBits(int sample, int bits) {
        if (bits > 8) {
            return sample >>> bits - 8 & 0xFF;
        }
        return bits == 8 ? sample & 0xFF : sample * 255 / ((1 << bits) - 1);
    }
}
