package org.fullrank.image;

import java.io.IOException;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * How the blocks of a TIFF file are compressed. Compressions that only pack bytes are decoded here, because
 * a block with too few bytes must be noticed. JPEG and fax compression need more than the bytes of the
 * block.
 *
 * <p>Source: TIFF 6.0, Adobe, 1992, sections 9 and 13; Photoshop TIFF technical notes, 2002, for DEFLATE.
 */
enum TiffCompression {
    NONE(1),
    FAX_RUNS(4096),
    FAX_3(4096),
    FAX_4(1 << 20),
    LZW(4096),
    JPEG(1 << 20),
    DEFLATE(1040),
    PACKBITS(64);

    private static final int CLEAR = 256;
    private static final int END = 257;
    private static final int CODES = 4096;

    /**
     * A byte decodes to at most this many bytes. A block that claims more is refused before memory is
     * allocated.
     */
    private final int mostBytesFromOne;

    TiffCompression(int mostBytesFromOne) {
        this.mostBytesFromOne = mostBytesFromOne;
    }

    static TiffCompression of(int tag) throws IOException {
        return switch (tag) {
            case 1 -> NONE;
            case 2 -> FAX_RUNS;
            case 3 -> FAX_3;
            case 4 -> FAX_4;
            case 5 -> LZW;
            case 7 -> JPEG;
            case 8, 32946 -> DEFLATE;
            case 32773 -> PACKBITS;
            default ->
                throw new IOException("its compression " + name(tag) + " is not understood, expected none, LZW,"
                        + " DEFLATE, PackBits, JPEG or fax; save it with one of these");
        };
    }

    private static String name(int tag) {
        return switch (tag) {
            case 6 -> "old-style JPEG";
            case 33003, 33005, 34712 -> "JPEG 2000";
            case 34661 -> "JBIG";
            case 34887 -> "LERC";
            case 34925 -> "LZMA";
            case 50000 -> "ZSTD";
            case 50001 -> "WebP";
            case 50002 -> "JPEG XL";
            default -> String.valueOf(tag);
        };
    }

    /** Checks that {@code count} encoded bytes can hold {@code size} bytes. */
    void check(long count, long size) throws IOException {
        if (size > count * mostBytesFromOne) {
            throw new IOException("a strip or tile has " + count + " bytes, too few for " + size
                    + " bytes of pixels; it is truncated or damaged");
        }
    }

    /** Decodes a block of bytes into exactly {@code size} bytes. Further bytes are ignored. */
    byte[] decode(byte[] encoded, int size) throws IOException {
        check(encoded.length, size);
        byte[] out = new byte[size];
        int filled = switch (this) {
            case NONE -> copy(encoded, out);
            case LZW -> lzw(encoded, out);
            case DEFLATE -> inflate(encoded, out);
            case PACKBITS -> packBits(encoded, out);
            case FAX_RUNS, FAX_3, FAX_4, JPEG -> throw new IllegalStateException(name());
        };
        if (filled < size) {
            throw new IOException(
                    "a strip or tile ends after " + filled + " of " + size + " bytes; it is truncated or damaged");
        }
        return out;
    }

    private static int copy(byte[] encoded, byte[] out) {
        int length = Math.min(encoded.length, out.length);
        System.arraycopy(encoded, 0, out, 0, length);
        return length;
    }

    private static int inflate(byte[] encoded, byte[] out) throws IOException {
        var inflater = new Inflater();
        try {
            inflater.setInput(encoded);
            int filled = 0;
            while (filled < out.length) {
                int length = inflater.inflate(out, filled, out.length - filled);
                if (length == 0) {
                    break;
                }
                filled += length;
            }
            return filled;
        } catch (DataFormatException e) {
            throw new IOException("a strip or tile is damaged: " + e.getMessage(), e);
        } finally {
            inflater.end();
        }
    }

    private static int packBits(byte[] encoded, byte[] out) {
        int to = 0;
        for (int at = 0; at + 1 < encoded.length && to < out.length; ) {
            int head = encoded[at++];
            if (head >= 0) {
                int length = Math.min(Math.min(head + 1, encoded.length - at), out.length - to);
                System.arraycopy(encoded, at, out, to, length);
                at += head + 1;
                to += length;
            } else if (head != -128) {
                for (int i = 0; i < 1 - head && to < out.length; i++) {
                    out[to++] = encoded[at];
                }
                at++;
            }
        }
        return to;
    }

    /**
     * Each entry of the table is a piece of the output so far. The piece starts where its code was first
     * written, and it is one byte longer than the piece of the code before it.
     */
    private static int lzw(byte[] encoded, byte[] out) throws IOException {
        int[] start = new int[CODES + 1];
        int[] length = new int[CODES + 1];
        int next = END + 1;
        int bits = 9;
        long held = 0;
        int count = 0;
        int to = 0;
        int before = -1;
        for (int at = 0; to < out.length; ) {
            while (count < bits && at < encoded.length) {
                held = held << 8 | (encoded[at++] & 0xFF);
                count += 8;
            }
            if (count < bits) {
                break;
            }
            int code = (int) (held >>> (count - bits)) & ((1 << bits) - 1);
            count -= bits;
            if (code == END) {
                break;
            }
            if (code == CLEAR) {
                next = END + 1;
                bits = 9;
                before = -1;
                continue;
            }
            boolean known = code < CLEAR || (code > END && code < next);
            if (!known && (before < 0 || code != next)) {
                throw new IOException("a strip or tile is damaged: LZW code " + code + " of " + next);
            }
            int begin = to;
            if (before >= 0 && next < CODES) {
                start[next] = begin - (before < CLEAR ? 1 : length[before]);
                length[next] = (before < CLEAR ? 1 : length[before]) + 1;
                next++;
            }
            if (code < CLEAR) {
                out[to++] = (byte) code;
            } else {
                for (int i = 0; i < length[code] && to < out.length; i++) {
                    out[to++] = out[start[code] + i];
                }
            }
            before = code;
            // The width grows one code early.
            if (next + 1 >= 1 << bits && bits < 12) {
                bits++;
            }
        }
        return to;
    }
}
