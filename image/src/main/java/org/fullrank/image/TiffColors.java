package org.fullrank.image;

import java.io.IOException;
import java.util.Arrays;
import org.fullrank.image.TiffLayout.Photometric;
import org.jspecify.annotations.Nullable;

/**
 * Turns samples of a TIFF file into gray, RGB or CMYK of 8 bits.
 *
 * <p>Source: TIFF 6.0, Adobe, 1992, sections 16, 18, 20, 21 and 23; for ICC Lab the Photoshop TIFF technical
 * notes, 2002.
 */
final class TiffColors {
    private static final double[] LUMA = {0.299, 0.587, 0.114};
    private static final double[] FULL_RANGE = {0, 255, 128, 255, 128, 255};

    private final TiffLayout layout;
    private final int bits;
    private final Photometric meaning;
    private final int @Nullable [] palette;
    private final double[] luma;
    private final double[] range;

    private TiffColors(
            TiffLayout layout, Photometric meaning, int @Nullable [] palette, double[] luma, double[] range) {
        this.layout = layout;
        this.bits = layout.isFloat() ? 8 : layout.bits();
        this.meaning = meaning;
        this.palette = palette;
        this.luma = luma;
        this.range = range;
    }

    static TiffColors of(TiffDirectory tags, TiffLayout layout) throws IOException {
        boolean decoded = layout.photometric() == Photometric.YCBCR
                && layout.compression() == TiffCompression.JPEG
                && layout.planes() == 1;
        double[] luma = tags.fractions(529);
        double[] range = tags.fractions(532);
        return new TiffColors(
                layout,
                decoded ? Photometric.RGB : layout.photometric(),
                layout.photometric() == Photometric.PALETTE ? palette(tags, layout.bits()) : null,
                luma.length == 3 && luma[1] > 0 ? luma : LUMA,
                range.length == 6 && range[1] > range[0] && range[3] > range[2] && range[5] > range[4]
                        ? range
                        : FULL_RANGE);
    }

    /** The color map: red, green and blue values of 8 bits each. */
    private static int[] palette(TiffDirectory tags, int bits) throws IOException {
        long[] map = tags.numbers(320);
        if (map.length < 3 << bits) {
            throw new IOException("its palette has " + map.length + " values, expected " + (3 << bits));
        }
        // Some writers store 8 bits where the standard asks for 16.
        int shift = Arrays.stream(map).max().orElse(0) > 255 ? 8 : 0;
        return Arrays.stream(map)
                .mapToInt(value -> (int) (value >> shift) & 0xFF)
                .toArray();
    }

    /** 1 gray, 3 RGB, 4 CMYK. */
    int channels() {
        return switch (meaning) {
            case WHITE_IS_ZERO, BLACK_IS_ZERO -> 1;
            case RGB, PALETTE, YCBCR, CIE_LAB, ICC_LAB -> 3;
            case CMYK -> 4;
        };
    }

    /** Converts {@code count} pixels and stores them from pixel {@code first} on. */
    void convert(int[] row, int count, byte[] out, byte @Nullable [] alpha, int first) throws IOException {
        int channels = channels();
        for (int x = 0; x < count; x++) {
            int from = x * layout.samples();
            int to = (first + x) * channels;
            switch (meaning) {
                case WHITE_IS_ZERO -> out[to] = (byte) (255 - eightBits(row[from]));
                case BLACK_IS_ZERO -> out[to] = (byte) eightBits(row[from]);
                case RGB, CMYK -> {
                    for (int c = 0; c < channels; c++) {
                        out[to + c] = (byte) eightBits(row[from + c]);
                    }
                }
                case PALETTE -> entry(row[from], out, to);
                case YCBCR -> fromLuma(row, from, out, to);
                case CIE_LAB, ICC_LAB -> lab(row, from, out, to);
            }
            if (alpha != null) {
                int opacity = eightBits(row[from + layout.alpha()]);
                alpha[first + x] = (byte) opacity;
                if (layout.premultiplied() && opacity > 0) {
                    for (int c = 0; c < channels; c++) {
                        out[to + c] = (byte) Math.min(255, ((out[to + c] & 0xFF) * 255 + opacity / 2) / opacity);
                    }
                }
            }
        }
    }

    private int eightBits(int sample) {
        return Rasters.eightBits(sample, bits);
    }

    private void entry(int index, byte[] out, int to) {
        int size = 1 << bits;
        if (palette != null) {
            for (int c = 0; c < 3; c++) {
                out[to + c] = (byte) palette[c * size + index];
            }
        }
    }

    private void fromLuma(int[] row, int from, byte[] out, int to) {
        double y = (row[from] - range[0]) * 255 / (range[1] - range[0]);
        double cb = (row[from + 1] - range[2]) * 127 / (range[3] - range[2]);
        double cr = (row[from + 2] - range[4]) * 127 / (range[5] - range[4]);
        double red = y + cr * (2 - 2 * luma[0]);
        double blue = y + cb * (2 - 2 * luma[2]);
        out[to] = clamp(red);
        out[to + 1] = clamp((y - luma[0] * red - luma[2] * blue) / luma[1]);
        out[to + 2] = clamp(blue);
    }

    private void lab(int[] row, int from, byte[] out, int to) {
        boolean signed = meaning == Photometric.CIE_LAB;
        double white = bits == 8 ? 255 : signed ? 65535 : 65280;
        Lab.toRgb(100 * row[from] / white, chroma(row[from + 1], signed), chroma(row[from + 2], signed), out, to);
    }

    private double chroma(int sample, boolean signed) {
        double value = bits == 8 ? sample : sample / 256.0;
        return !signed ? value - 128 : value >= 128 ? value - 256 : value;
    }

    private static byte clamp(double value) {
        return (byte) Java17.byteOf(value);
    }
}
