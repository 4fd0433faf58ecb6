package org.fullrank.image;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The tags of the first image of a TIFF file, or of an EXIF block. An EXIF block is a small TIFF file. This
 * class reads classic TIFF and BigTIFF. Links to further images are not followed. So a loop of links does no
 * harm.
 *
 * <p>Source: TIFF 6.0, Adobe, 1992, section 2.
 */
final class TiffDirectory {
    /** The tag of the color profile. */
    static final int PROFILE = 34675;

    private static final int ORIENTATION = 274;

    private static final int MOST_TAGS = 4096;

    private final ByteBuffer file;
    private final boolean big;
    private final Map<Integer, Field> fields = new HashMap<>();

    /** The position of the values of a tag. */
    private record Field(int type, int count, int at) {}

    private TiffDirectory(ByteBuffer file, boolean big) {
        this.file = file;
        this.big = big;
    }

    /**
     * Reads the directory of a file.
     *
     * @throws IOException with the reason in words, when it is damaged
     */
    static TiffDirectory of(byte[] tiff) throws IOException {
        if (tiff.length < 8) {
            throw new IOException("it has only " + tiff.length + " bytes");
        }
        ByteBuffer file = ByteBuffer.wrap(tiff).order(tiff[0] == 'I' ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
        boolean big = file.getShort(2) == 43;
        var directory = new TiffDirectory(file, big);
        directory.read(directory.offset(big ? 8 : 4));
        return directory;
    }

    /** The orientation that an EXIF block states, 1 to 8; null when there is none, or when it is not valid. */
    static @Nullable Integer orientation(byte[] exif) {
        try {
            return of(exif).orientation();
        } catch (IOException e) {
            return null;
        }
    }

    /** The stated orientation, 1 to 8; null when there is none, or when it is not valid. */
    @Nullable
    Integer orientation() throws IOException {
        long value = has(ORIENTATION) ? number(ORIENTATION, 1) : 0;
        return value >= 1 && value <= 8 ? (int) value : null;
    }

    ByteOrder order() {
        return file.order();
    }

    boolean has(int tag) {
        return fields.containsKey(tag);
    }

    /** The first value of a tag, or {@code otherwise}. */
    long number(int tag, long otherwise) throws IOException {
        Field field = fields.get(tag);
        return field == null || field.count == 0 ? otherwise : value(field, tag, 0);
    }

    /** The values of a tag; empty when it is missing. */
    long[] numbers(int tag) throws IOException {
        Field field = fields.get(tag);
        if (field == null) {
            return new long[0];
        }
        long[] values = new long[field.count];
        for (int i = 0; i < values.length; i++) {
            values[i] = value(field, tag, i);
        }
        return values;
    }

    /** The values of a tag of fractions; empty when the tag is missing or holds other types of numbers. */
    double[] fractions(int tag) {
        Field field = fields.get(tag);
        if (field == null || field.type != 5) {
            return new double[0];
        }
        double[] values = new double[field.count];
        for (int i = 0; i < values.length; i++) {
            values[i] = (double) u32(field.at + 8 * i) / u32(field.at + 8 * i + 4);
        }
        return values;
    }

    /** The bytes of a tag; null when it is missing. */
    byte @Nullable [] bytes(int tag) {
        Field field = fields.get(tag);
        if (field == null || size(field.type) != 1) {
            return null;
        }
        byte[] bytes = new byte[field.count];
        file.get(field.at, bytes);
        return bytes;
    }

    private void read(long at) throws IOException {
        int width = big ? 20 : 12;
        int head = big ? 8 : 2;
        require(at, head);
        long count = big ? file.getLong((int) at) : u16((int) at);
        if (count < 0 || count > MOST_TAGS) {
            throw new IOException("its directory claims " + count + " tags, expected at most " + MOST_TAGS);
        }
        require(at + head, count * width);
        for (int i = 0; i < count; i++) {
            field((int) at + head + i * width);
        }
    }

    /**
     * Notes a tag. A tag whose values are outside of the file counts as missing, because most tags are not
     * needed here.
     */
    private void field(int at) throws IOException {
        int type = u16(at + 2);
        long count = big ? file.getLong(at + 4) : u32(at + 4);
        int value = at + (big ? 12 : 8);
        int room = big ? 8 : 4;
        int size = size(type);
        if (size == 0 || count < 0 || count > file.capacity()) {
            return;
        }
        long from = count * size <= room ? value : offset(value);
        if (from >= 0 && from + count * size <= file.capacity()) {
            fields.putIfAbsent(u16(at), new Field(type, (int) count, (int) from));
        }
    }

    private long value(Field field, int tag, int i) throws IOException {
        int at = field.at + i * size(field.type);
        return switch (field.type) {
            case 1, 7 -> file.get(at) & 0xFF;
            case 3 -> u16(at);
            case 4, 13 -> u32(at);
            case 16, 18 -> file.getLong(at);
            default -> throw new IOException("its tag " + tag + " has type " + field.type + ", expected whole numbers");
        };
    }

    /** Number of bytes of a value of a type; 0 for an unknown type. */
    private static int size(int type) {
        return switch (type) {
            case 1, 2, 6, 7 -> 1;
            case 3, 8 -> 2;
            case 4, 9, 11, 13 -> 4;
            case 5, 10, 12, 16, 17, 18 -> 8;
            default -> 0;
        };
    }

    private long offset(int at) throws IOException {
        require(at, big ? 8 : 4);
        return big ? file.getLong(at) : u32(at);
    }

    private void require(long at, long bytes) throws IOException {
        if (at < 0 || bytes < 0 || at > file.capacity() - bytes) {
            throw new IOException("its directory lies outside of the file; it is truncated or damaged");
        }
    }

    private int u16(int at) {
        return file.getShort(at) & 0xFFFF;
    }

    private long u32(int at) {
        return file.getInt(at) & 0xFFFFFFFFL;
    }
}
