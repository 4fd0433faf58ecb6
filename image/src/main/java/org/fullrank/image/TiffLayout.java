package org.fullrank.image;

import java.io.IOException;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * How the samples of a TIFF image are stored. If an object of this class exists, its image can be read.
 * Files with unknown features were refused with the reason.
 *
 * <p>The samples are stored in blocks, which are strips over the whole width, or tiles. If the planes are
 * separate, each block holds one sample of each pixel. The blocks of the first plane come first.
 *
 * @param photometric what the samples mean
 * @param samples per pixel
 * @param colors how many samples of a pixel are colors; the others are extra samples
 * @param alpha which sample is the opacity, or -1
 * @param premultiplied whether the colors are multiplied by the opacity
 * @param bits of each sample
 * @param isFloat whether samples are floating-point numbers
 * @param planes 1 when the samples of a pixel are stored together, otherwise {@code samples}
 * @param offsets of the blocks in the file
 * @param counts of encoded bytes of the blocks
 */
record TiffLayout(
        int width,
        int height,
        Photometric photometric,
        int samples,
        int colors,
        int alpha,
        boolean premultiplied,
        int bits,
        boolean isFloat,
        int planes,
        TiffCompression compression,
        int predictor,
        boolean reversedBits,
        int blockWidth,
        int blockHeight,
        long[] offsets,
        long[] counts,
        ByteOrder order) {

    /** Pixels with more samples than this are measurements, not pictures. */
    private static final int MOST_SAMPLES = 16;

    /**
     * Largest number of decoded bytes of a block. It is enough for an image of 2^26 pixels of 8 bytes in one
     * block.
     */
    private static final long MOST_BLOCK_BYTES = 1L << 29;

    /**
     * Largest number of decoded bytes of all blocks together. Tiles may extend beyond the image, but only up
     * to this limit.
     */
    private static final long MOST_BYTES = 1L << 31;

    /** What the samples mean: PhotometricInterpretation. */
    enum Photometric {
        WHITE_IS_ZERO,
        BLACK_IS_ZERO,
        RGB,
        PALETTE,
        CMYK,
        YCBCR,
        CIE_LAB,
        ICC_LAB;

        private static Photometric of(TiffDirectory tags) throws IOException {
            int value = (int) tags.number(262, -1);
            return switch (value) {
                case 0 -> WHITE_IS_ZERO;
                case 1 -> BLACK_IS_ZERO;
                case 2 -> RGB;
                case 3 -> PALETTE;
                case 5 -> CMYK;
                case 6 -> YCBCR;
                case 8 -> CIE_LAB;
                case 9 -> ICC_LAB;
                case -1 -> throw new IOException("it does not say what its samples mean (PhotometricInterpretation)");
                case 32803, 34892 -> throw new IOException("it is a camera's raw file; develop it to RGB");
                default ->
                    throw new IOException("its samples have the meaning " + value
                            + " (PhotometricInterpretation), expected gray, RGB, palette, CMYK, YCbCr or Lab");
            };
        }

        private int colors() {
            return switch (this) {
                case WHITE_IS_ZERO, BLACK_IS_ZERO, PALETTE -> 1;
                case RGB, YCBCR, CIE_LAB, ICC_LAB -> 3;
                case CMYK -> 4;
            };
        }
    }

    static TiffLayout of(TiffDirectory tags) throws IOException {
        if (tags.has(50706) || (tags.number(254, 0) & 1) != 0) {
            throw new IOException("its first picture is a preview, as in a camera's raw file; convert it to RGB");
        }
        Photometric photometric = Photometric.of(tags);
        if (photometric == Photometric.CMYK && tags.number(332, 1) != 1) {
            throw new IOException("its inks are not cyan, magenta, yellow and black; convert it to RGB");
        }
        int width = size(tags, 256, "width");
        int height = size(tags, 257, "height");
        int samples = (int) tags.number(277, 1);
        int colors = photometric.colors();
        if (samples < colors || samples > MOST_SAMPLES) {
            throw new IOException("it has " + samples + " samples in a pixel, expected " + colors + " to "
                    + MOST_SAMPLES + " for " + photometric);
        }
        long[] extra = tags.numbers(338);
        int alpha = -1;
        for (int i = 0; i < extra.length && alpha < 0; i++) {
            alpha = (extra[i] == 1 || extra[i] == 2) && colors + i < samples ? colors + i : -1;
        }
        if (colors == 1 && samples > (alpha < 0 ? 2 : alpha + 1)) {
            throw new IOException("it has " + samples + " channels of which one is gray, expected a picture");
        }
        int planes = tags.number(284, 1) == 2 ? samples : 1;
        boolean tiled = tags.has(322);
        long rows = Math.min(tags.number(278, height), height);
        int blockWidth = tiled ? size(tags, 322, "tile width") : width;
        int blockHeight = tiled ? size(tags, 323, "tile height") : (int) (rows < 1 ? height : rows);
        var layout = new TiffLayout(
                width,
                height,
                photometric,
                samples,
                colors,
                alpha,
                alpha >= 0 && extra[alpha - colors] == 1,
                bits(tags),
                isFloat(tags),
                planes,
                TiffCompression.of((int) tags.number(259, 1)),
                (int) tags.number(317, 1),
                tags.number(266, 1) == 2,
                blockWidth,
                blockHeight,
                tags.numbers(tiled ? 324 : 273),
                tags.numbers(tiled ? 325 : 279),
                tags.order());
        layout.check();
        return layout;
    }

    /** Whether the samples are Lab. A color profile does not change their meaning. */
    static boolean isLab(TiffDirectory tags) throws IOException {
        long meaning = tags.number(262, -1);
        return meaning == 8 || meaning == 9;
    }

    private static int size(TiffDirectory tags, int tag, String name) throws IOException {
        long value = tags.number(tag, 0);
        if (value < 1 || value > Integer.MAX_VALUE) {
            throw new IOException("it claims " + name + " " + value + ", expected 1 or more");
        }
        return (int) value;
    }

    private static int bits(TiffDirectory tags) throws IOException {
        long[] bits = tags.numbers(258);
        if (Arrays.stream(bits).distinct().count() > 1) {
            throw new IOException("its samples have " + Arrays.toString(bits) + " bits, expected the same for all");
        }
        return bits.length == 0 ? 1 : (int) bits[0];
    }

    private static boolean isFloat(TiffDirectory tags) throws IOException {
        long[] formats = tags.numbers(339);
        if (Arrays.stream(formats).distinct().count() > 1) {
            throw new IOException("it mixes kinds of samples " + Arrays.toString(formats) + ", expected one kind");
        }
        return switch (formats.length == 0 ? 1 : (int) formats[0]) {
            case 1, 4 -> false;
            case 3 -> true;
            case 2 ->
                throw new IOException("its samples are signed integers, which have no agreed black and white;"
                        + " convert it to 8 or 16 bits without sign");
            default -> throw new IOException("its samples are complex numbers, expected a picture");
        };
    }

    private void check() throws IOException {
        boolean wide = isFloat ? bits == 16 || bits == 32 || bits == 64 : bits >= 1 && bits <= 16;
        if (!wide) {
            throw new IOException(
                    isFloat
                            ? "its floating-point samples have " + bits + " bits, expected 16, 32 or 64"
                            : "its samples are integers of " + bits + " bits, which have no agreed white; convert it"
                                    + " to 8 or 16 bits");
        }
        boolean plain = switch (photometric) {
            case WHITE_IS_ZERO, BLACK_IS_ZERO, RGB -> true;
            case PALETTE -> !isFloat;
            case CMYK, CIE_LAB, ICC_LAB -> !isFloat && (bits == 8 || bits == 16);
            case YCBCR -> bits == 8 && (planes == 1 || compression == TiffCompression.JPEG);
        };
        if (!plain) {
            throw new IOException("it stores " + photometric + " in " + (isFloat ? "floating-point" : "integer")
                    + " samples of " + bits + " bits" + (planes > 1 ? " in planes" : "") + ", which is not understood");
        }
        checkPredictor();
        checkBlocks();
    }

    private void checkPredictor() throws IOException {
        boolean applies = compression == TiffCompression.LZW || compression == TiffCompression.DEFLATE;
        boolean known = predictor == 1
                || !applies
                || (predictor == 2 && bits >= 8 && bits % 8 == 0 && photometric != Photometric.YCBCR)
                || (predictor == 3 && isFloat);
        if (!known) {
            throw new IOException("its predictor " + predictor + " with samples of " + bits
                    + " bits is not understood; save it" + " without");
        }
    }

    private void checkBlocks() throws IOException {
        long blocks = blocks();
        if (offsets.length < blocks || counts.length < blocks) {
            throw new IOException("it has " + Math.min(offsets.length, counts.length) + " strips or tiles, expected "
                    + blocks + "; it is damaged");
        }
        double bytes = (double) rowBytes() * blockHeight;
        if (bytes > MOST_BLOCK_BYTES || bytes * blocks > MOST_BYTES) {
            throw new IOException("its tiles of " + blockWidth + " x " + blockHeight + " pixels are too large");
        }
    }

    int across() {
        return Java17.ceilDiv(width, blockWidth);
    }

    int down() {
        return Java17.ceilDiv(height, blockHeight);
    }

    private long blocks() {
        return (long) across() * down() * planes;
    }

    /**
     * Number of rows in the blocks of one row of blocks. The last strip may have fewer rows. Tiles are
     * always complete.
     */
    int rows(int blockRow) {
        return blockWidth == width ? Math.min(blockHeight, height - blockRow * blockHeight) : blockHeight;
    }

    /** Number of samples of a pixel that are stored together in one plane. */
    int together() {
        return planes > 1 ? 1 : samples;
    }

    /** Bytes of one row of a block. */
    long rowBytes() {
        return ((long) blockWidth * together() * bits + 7) / 8;
    }
}
