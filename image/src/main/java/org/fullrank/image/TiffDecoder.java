package org.fullrank.image;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Decodes the first image of a TIFF file. The decoder reads the samples of the blocks and converts them to
 * colors.
 *
 * <p>Only the upper 8 bits of integers are kept. Floating-point samples go from 0 (black) to 1 (white). An
 * image with other floating-point values is refused, because nothing says which value is white.
 */
final class TiffDecoder {
    private final TiffLayout layout;
    private final TiffBlocks blocks;
    private final TiffColors colors;

    private TiffDecoder(TiffLayout layout, TiffBlocks blocks, TiffColors colors) {
        this.layout = layout;
        this.blocks = blocks;
        this.colors = colors;
    }

    /** Decodes an image after its size was checked. */
    static Picture decode(byte[] file, TiffDirectory tags, TiffLayout layout, JpegDecoder jpeg, ImageReaders readers)
            throws IOException {
        var blocks = new TiffBlocks(file, tags, layout, jpeg, readers);
        return new TiffDecoder(layout, blocks, TiffColors.of(tags, layout)).decode();
    }

    private Picture decode() throws IOException {
        int width = layout.width();
        int pixels = Math.multiplyExact(width, layout.height());
        byte[] samples = new byte[Math.multiplyExact(pixels, colors.channels())];
        byte[] alpha = layout.alpha() < 0 ? null : new byte[pixels];
        int[] row = new int[Math.multiplyExact(Math.min(layout.blockWidth(), width), layout.samples())];
        byte[][] block = new byte[layout.planes()][];
        for (int i = 0; i < layout.down(); i++) {
            int top = i * layout.blockHeight();
            for (int j = 0; j < layout.across(); j++) {
                for (int plane = 0; plane < block.length; plane++) {
                    block[plane] = blocks.block(plane, i, j);
                }
                int left = j * layout.blockWidth();
                int count = Math.min(layout.blockWidth(), width - left);
                for (int y = 0; y < Math.min(layout.blockHeight(), layout.height() - top); y++) {
                    for (int plane = 0; plane < block.length; plane++) {
                        unpack(block[plane], y, count, row, plane);
                    }
                    colors.convert(row, count, samples, alpha, (top + y) * width + left);
                }
            }
        }
        return new Picture(layout.height(), width, colors.channels(), samples, alpha);
    }

    /** Reads the samples of {@code count} pixels from a row of a block. Floats become whole numbers of 8 bits. */
    private void unpack(byte[] block, int y, int count, int[] row, int plane) throws IOException {
        int together = layout.together();
        int step = layout.samples() / together;
        int from = Math.toIntExact(y * layout.rowBytes());
        int bits = layout.bits();
        ByteBuffer bytes = ByteBuffer.wrap(block).order(layout.order());
        for (int i = 0; i < count * together; i++) {
            row[i * step + plane] = layout.isFloat()
                    ? eightBits(number(bytes, from, i))
                    : switch (bits) {
                        case 8 -> block[from + i] & 0xFF;
                        case 16 -> bytes.getShort(from + 2 * i) & 0xFFFF;
                        default -> bits(block, from, i, bits);
                    };
        }
    }

    private double number(ByteBuffer bytes, int from, int i) {
        return switch (layout.bits()) {
            case 16 -> Java17.half(bytes.getShort(from + 2 * i));
            case 32 -> bytes.getFloat(from + 4 * i);
            default -> bytes.getDouble(from + 8 * i);
        };
    }

    private static int eightBits(double value) throws IOException {
        if (!(value >= 0 && value <= 1)) {
            throw new IOException("it has the floating-point sample " + value
                    + ", expected 0 (black) to 1 (white); scale it or convert it to 8 bits");
        }
        return (int) Math.round(255 * value);
    }

    /** The i-th number of this many bits, with the most significant bit first. */
    private static int bits(byte[] block, int from, int i, int bits) {
        long first = (long) i * bits;
        int value = 0;
        for (long bit = first; bit < first + bits; ) {
            int at = from + (int) (bit / 8);
            int skip = (int) (bit % 8);
            int take = (int) Math.min(8 - skip, first + bits - bit);
            value = value << take | (block[at] & 0xFF) >> 8 - skip - take & (1 << take) - 1;
            bit += take;
        }
        return value;
    }
}
