package org.fullrank.image;

import java.awt.image.Raster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** Decodes the strips and tiles of a TIFF file into the rows of samples before compression. */
final class TiffBlocks {
    private static final int JPEG_TABLES = 347;

    /**
     * Blocks may share bytes, as equal tiles do. But all blocks together may read at most this many times
     * the size of the file.
     */
    private static final int MOST_READINGS = 16;

    private final byte[] file;
    private final TiffDirectory tags;
    private final TiffLayout layout;
    private final JpegDecoder jpeg;
    private final ImageReaders readers;
    private long read;

    TiffBlocks(byte[] file, TiffDirectory tags, TiffLayout layout, JpegDecoder jpeg, ImageReaders readers) {
        this.file = file;
        this.tags = tags;
        this.layout = layout;
        this.jpeg = jpeg;
        this.readers = readers;
    }

    /** The rows of a block, each with {@link TiffLayout#rowBytes()} bytes. A JPEG of YCbCr is returned as RGB. */
    byte[] block(int plane, int blockRow, int blockColumn) throws IOException {
        int i = (plane * layout.down() + blockRow) * layout.across() + blockColumn;
        int rows = layout.rows(blockRow);
        byte[] encoded = encoded(i);
        return switch (layout.compression()) {
            case NONE, LZW, DEFLATE, PACKBITS -> bytes(encoded, rows);
            case FAX_RUNS, FAX_3, FAX_4 -> fax(encoded, rows);
            case JPEG -> jpeg(encoded, rows);
        };
    }

    private byte[] encoded(int block) throws IOException {
        long from = layout.offsets()[block];
        long count = layout.counts()[block];
        if (from < 0 || count < 0 || from > file.length - count) {
            throw new IOException("a strip or tile lies outside of the file; it is truncated or damaged");
        }
        read += count;
        if (read > (long) MOST_READINGS * file.length) {
            throw new IOException("its strips or tiles overlap; it is damaged");
        }
        return Arrays.copyOfRange(file, (int) from, (int) (from + count));
    }

    private byte[] bytes(byte[] encoded, int rows) throws IOException {
        if (layout.reversedBits()) {
            for (int i = 0; i < encoded.length; i++) {
                encoded[i] = (byte) (Integer.reverse(encoded[i]) >>> 24);
            }
        }
        if (layout.photometric() == TiffLayout.Photometric.YCBCR) {
            return subsampled(encoded, rows);
        }
        byte[] out = layout.compression().decode(encoded, Math.toIntExact(layout.rowBytes() * rows));
        boolean predicted =
                layout.compression() == TiffCompression.LZW || layout.compression() == TiffCompression.DEFLATE;
        if (predicted && layout.predictor() > 1) {
            for (int row = 0; row < rows; row++) {
                int from = (int) layout.rowBytes() * row;
                if (layout.predictor() == 2) {
                    sum(ByteBuffer.wrap(out, from, (int) layout.rowBytes())
                            .slice()
                            .order(layout.order()));
                } else {
                    floats(out, from);
                }
            }
        }
        return out;
    }

    /** Adds up the differences of neighboring samples. */
    private void sum(ByteBuffer row) {
        int step = layout.together();
        int size = layout.bits() / 8;
        int count = row.capacity() / size;
        for (int i = step; i < count; i++) {
            switch (size) {
                case 1 -> row.put(i, (byte) (row.get(i) + row.get(i - step)));
                case 2 -> row.putShort(2 * i, (short) (row.getShort(2 * i) + row.getShort(2 * (i - step))));
                case 4 -> row.putInt(4 * i, row.getInt(4 * i) + row.getInt(4 * (i - step)));
                default -> row.putLong(8 * i, row.getLong(8 * i) + row.getLong(8 * (i - step)));
            }
        }
    }

    /**
     * Undoes the floating-point predictor. It stores differences of bytes, and the most significant bytes of
     * the row come first.
     */
    private void floats(byte[] block, int from) {
        int step = layout.together();
        int length = (int) layout.rowBytes();
        byte[] row = Arrays.copyOfRange(block, from, from + length);
        for (int i = step; i < length; i++) {
            row[i] += row[i - step];
        }
        int size = layout.bits() / 8;
        int count = length / size;
        boolean little = layout.order() == ByteOrder.LITTLE_ENDIAN;
        for (int i = 0; i < count; i++) {
            for (int b = 0; b < size; b++) {
                block[from + i * size + (little ? size - 1 - b : b)] = row[b * count + i];
            }
        }
    }

    /** Assigns the samples of units of {@code h} x {@code v} luma values and one pair of chroma values to the pixels. */
    private byte[] subsampled(byte[] encoded, int rows) throws IOException {
        long[] sub = tags.numbers(530);
        int h = sub.length < 2 ? 2 : (int) sub[0];
        int v = sub.length < 2 ? 2 : (int) sub[1];
        if (h < 1 || v < 1 || h > 4 || v > 4 || layout.samples() != 3) {
            throw new IOException("its YCbCr samples are stored by " + h + " x " + v + " with " + layout.samples()
                    + " samples, which is not understood");
        }
        int width = layout.blockWidth();
        int units = Java17.ceilDiv(width, h);
        int unit = h * v + 2;
        byte[] in = layout.compression().decode(encoded, Math.multiplyExact(units * unit, Java17.ceilDiv(rows, v)));
        byte[] out = new byte[3 * width * rows];
        for (int y = 0; y < rows; y++) {
            for (int x = 0; x < width; x++) {
                int from = (y / v * units + x / h) * unit;
                int to = 3 * (y * width + x);
                out[to] = in[from + y % v * h + x % h];
                out[to + 1] = in[from + h * v];
                out[to + 2] = in[from + h * v + 1];
            }
        }
        return out;
    }

    /** Puts the shared tables before the stream of the block. The JPEG decoder does the rest. */
    private byte[] jpeg(byte[] encoded, int rows) throws IOException {
        if (layout.bits() != 8 || layout.isFloat()) {
            throw new IOException("its JPEG samples have " + layout.bits() + " bits, expected 8");
        }
        byte[] tables = tags.bytes(JPEG_TABLES);
        byte[] stream = encoded;
        if (tables != null && tables.length > 4 && encoded.length > 2) {
            var joined = new ByteArrayOutputStream(tables.length + encoded.length);
            joined.write(tables, 0, tables.length - 2);
            joined.write(encoded, 2, encoded.length - 2);
            stream = joined.toByteArray();
        }
        boolean ycc = layout.photometric() == TiffLayout.Photometric.YCBCR && layout.planes() == 1;
        Picture picture = jpeg.samples(
                stream, layout.together(), ycc, new Picture.Size(layout.blockHeight(), layout.blockWidth()));
        int rowBytes = (int) layout.rowBytes();
        if (picture.width() != layout.blockWidth() || picture.height() < rows) {
            throw new IOException("a strip or tile has " + picture.width() + " x " + picture.height()
                    + " pixels, expected " + layout.blockWidth() + " x " + rows + "; it is damaged");
        }
        return Arrays.copyOf(picture.samples(), Math.multiplyExact(rowBytes, rows));
    }

    /** Wraps the block into a separate TIFF file for the reader of the JDK. */
    private byte[] fax(byte[] encoded, int rows) throws IOException {
        if (layout.bits() != 1 || layout.together() != 1) {
            throw new IOException("it has fax compression with " + layout.samples() + " samples of " + layout.bits()
                    + " bits, expected one bit");
        }
        int code = switch (layout.compression()) {
            case FAX_RUNS -> 2;
            case FAX_3 -> 3;
            default -> 4;
        };
        int[][] entries = {
            {256, layout.blockWidth()},
            {257, rows},
            {258, 1},
            {259, code},
            {262, 1},
            {266, layout.reversedBits() ? 2 : 1},
            {273, 8},
            {277, 1},
            {278, rows},
            {279, encoded.length},
            {292, (int) tags.number(292, 0)},
            {293, (int) tags.number(293, 0)}
        };
        int directory = 8 + encoded.length + (encoded.length & 1);
        ByteBuffer tiff = ByteBuffer.allocate(directory + 2 + 12 * entries.length + 4);
        tiff.put(new byte[] {'M', 'M', 0, 42}).putInt(directory).put(encoded).position(directory);
        tiff.putShort((short) entries.length);
        for (int[] entry : entries) {
            // The reader misunderstands bits, compression and the like when they are not of the type SHORT.
            boolean isShort = entry[1] < 1 << 15 && entry[0] != 273 && entry[0] != 279 && entry[0] < 292;
            tiff.putShort((short) entry[0]).putShort((short) (isShort ? 3 : 4)).putInt(1);
            tiff.putInt(isShort ? entry[1] << 16 : entry[1]);
        }
        Raster raster = readers.read(ImageFormat.TIFF, tiff.array()).getRaster();
        return packed(raster, rows);
    }

    private byte[] packed(Raster raster, int rows) {
        byte[] out = new byte[Math.toIntExact(layout.rowBytes() * rows)];
        int[] row = new int[layout.blockWidth()];
        for (int y = 0; y < rows; y++) {
            raster.getPixels(0, y, row.length, 1, row);
            int from = y * (int) layout.rowBytes();
            for (int x = 0; x < row.length; x++) {
                out[from + x / 8] |= (byte) (row[x] << (7 - x % 8));
            }
        }
        return out;
    }
}
