package org.fullrank.data;

import java.awt.image.BufferedImage;
import java.awt.image.ComponentSampleModel;
import java.awt.image.DataBufferByte;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.IOException;

/// Converts Java images with any memory layout to RGB bytes. It uses the samples as they are stored:
/// converting colors through the image class is slow and brightens gray images.
final class Rasters {
    private static final int WHITE = 255;

    private Rasters() {}

    static Pixels rgb(BufferedImage image) throws IOException {
        Raster raster = image.getRaster();
        byte[] rgb = new byte[Math.multiplyExact(Math.multiplyExact(image.getWidth(), image.getHeight()), 3)];
        if (image.getColorModel() instanceof IndexColorModel) {
            indexed(image, rgb);
        } else if (raster.getSampleModel() instanceof ComponentSampleModel model
                && raster.getDataBuffer() instanceof DataBufferByte data
                && data.getNumBanks() == 1
                && data.getOffset() == 0
                && raster.getSampleModelTranslateX() == 0
                && raster.getSampleModelTranslateY() == 0
                && (model.getNumBands() == 1 || model.getNumBands() == 3)) {
            bytes(model, data.getData(), image.getWidth(), image.getHeight(), rgb);
        } else {
            samples(image, raster, rgb);
        }
        return new Pixels(image.getHeight(), image.getWidth(), rgb);
    }

    private static void bytes(ComponentSampleModel model, byte[] data, int width, int height, byte[] rgb) {
        int[] band = model.getBandOffsets();
        int red = band[0];
        int green = band[band.length == 3 ? 1 : 0];
        int blue = band[band.length == 3 ? 2 : 0];
        int step = model.getPixelStride();
        int to = 0;
        for (int y = 0; y < height; y++) {
            int from = y * model.getScanlineStride();
            for (int x = 0; x < width; x++, from += step, to += 3) {
                rgb[to] = data[from + red];
                rgb[to + 1] = data[from + green];
                rgb[to + 2] = data[from + blue];
            }
        }
    }

    private static void indexed(BufferedImage image, byte[] rgb) {
        int width = image.getWidth();
        int[] row = new int[width];
        int to = 0;
        for (int y = 0; y < image.getHeight(); y++) {
            image.getRGB(0, y, width, 1, row, 0, width);
            for (int argb : row) {
                int alpha = argb >>> 24;
                rgb[to++] = onWhite(argb >> 16 & 0xFF, alpha);
                rgb[to++] = onWhite(argb >> 8 & 0xFF, alpha);
                rgb[to++] = onWhite(argb & 0xFF, alpha);
            }
        }
    }

    /// Reads samples with any number of bits. One or two bands are gray (and alpha), three or four are RGB
    /// (and alpha).
    private static void samples(BufferedImage image, Raster raster, byte[] rgb) throws IOException {
        int width = image.getWidth();
        int bands = raster.getNumBands();
        if (bands > 4) {
            throw new IOException("it has " + bands + " channels, expected 1 to 4");
        }
        int[] bits = raster.getSampleModel().getSampleSize();
        boolean alpha = bands == 2 || bands == 4;
        int[] row = new int[width * bands];
        int to = 0;
        for (int y = 0; y < image.getHeight(); y++) {
            raster.getPixels(raster.getMinX(), raster.getMinY() + y, width, 1, row);
            for (int x = 0; x < width; x++) {
                int from = x * bands;
                int opacity = alpha ? eightBits(row[from + bands - 1], bits[bands - 1]) : 255;
                for (int c = 0; c < 3; c++) {
                    int band = bands >= 3 ? c : 0;
                    rgb[to++] = onWhite(eightBits(row[from + band], bits[band]), opacity);
                }
            }
        }
    }

    private static int eightBits(int sample, int bits) {
        if (bits > 8) {
            return sample >>> bits - 8 & 0xFF;
        }
        return bits == 8 ? sample & 0xFF : sample * 255 / ((1 << bits) - 1);
    }

    private static byte onWhite(int value, int alpha) {
        return (byte) (alpha == 255 ? value : (value * alpha + WHITE * (255 - alpha) + 127) / 255);
    }
}
