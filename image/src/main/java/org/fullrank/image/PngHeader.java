package org.fullrank.image;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/**
 * The chunks of a PNG that decide what it looks like, and the image data without the other chunks.
 *
 * @param colorType 0 gray, 2 RGB, 3 palette, 4 gray with opacity, 6 RGB with opacity
 * @param bits of a sample
 * @param chunks the first chunk of each kind except the image data
 * @param bare a PNG that has only a header, a palette and the image data. Nothing else in it can disturb the
 *     reader
 */
record PngHeader(int width, int height, int colorType, int bits, Map<String, byte[]> chunks, byte[] bare) {
    private static final int SIGNATURE = 8;
    private static final String XMP = "XML:com.adobe.xmp\0";

    /** The value of gAMA in images meant for sRGB, in units of 1/100,000. */
    private static final int GAMMA = 45455;

    /**
     * Reads all chunks and checks the ones that matter.
     *
     * @throws IOException with the reason in words, when the file is damaged
     */
    static PngHeader of(byte[] png) throws IOException {
        Map<String, byte[]> chunks = new HashMap<>();
        var bare = new ByteArrayOutputStream(png.length);
        bare.write(png, 0, Math.min(SIGNATURE, png.length));
        ByteBuffer file = ByteBuffer.wrap(png);
        for (int at = SIGNATURE; at + 12 <= png.length; ) {
            int length = file.getInt(at);
            String name = new String(png, at + 4, 4, StandardCharsets.ISO_8859_1);
            if (length < 0 || length > png.length - at - 12) {
                throw new IOException("PNG is truncated in its chunk " + printable(name));
            }
            boolean data = name.equals("IDAT");
            boolean needed = data || name.equals("IHDR") || name.equals("PLTE") || name.equals("IEND");
            if (needed) {
                check(png, at, length, name);
                bare.write(png, at, length + 12);
            }
            if (!data) {
                chunks.putIfAbsent(name, Arrays.copyOfRange(png, at + 8, at + 8 + length));
            }
            if (name.equals("IEND")) {
                break;
            }
            at += length + 12;
        }
        byte[] header = chunks.get("IHDR");
        if (header == null || header.length != 13) {
            throw new IOException("PNG has no header; it is damaged");
        }
        ByteBuffer fields = ByteBuffer.wrap(header);
        return new PngHeader(fields.getInt(0), fields.getInt(4), header[9], header[8], chunks, bare.toByteArray());
    }

    private static void check(byte[] png, int at, int length, String name) throws IOException {
        var crc = new CRC32();
        crc.update(png, at + 4, length + 4);
        if ((int) crc.getValue() != ByteBuffer.wrap(png).getInt(at + 8 + length)) {
            throw new IOException("PNG is damaged: the checksum of its chunk " + name + " is wrong");
        }
    }

    private static String printable(String name) {
        return name.replaceAll("[^A-Za-z]", "?");
    }

    /** The orientation of EXIF or XMP, 1 to 8. */
    int orientation() {
        var found = new Orientation();
        byte[] exif = chunks.get("eXIf");
        if (exif != null) {
            found.exif(exif);
        }
        byte[] text = chunks.get("iTXt");
        if (text != null && new String(text, StandardCharsets.ISO_8859_1).startsWith(XMP)) {
            found.xmp(text);
        }
        return found.value();
    }

    /**
     * The color profile; null when there is none. If there is also an explicit sRGB chunk, the profile is
     * used.
     *
     * @throws IOException with the reason in words, when it cannot be unpacked
     */
    byte @Nullable [] profile() throws IOException {
        byte[] chunk = chunks.get("iCCP");
        if (chunk == null) {
            return null;
        }
        int name = 0;
        while (name < chunk.length && chunk[name] != 0) {
            name++;
        }
        if (name + 2 > chunk.length) {
            throw new IOException("it is damaged");
        }
        return inflated(Arrays.copyOfRange(chunk, name + 2, chunk.length));
    }

    private static byte[] inflated(byte[] packed) throws IOException {
        var out = new ByteArrayOutputStream();
        byte[] buffer = new byte[1 << 14];
        var inflater = new Inflater();
        try {
            inflater.setInput(packed);
            while (!inflater.finished() && out.size() <= ColorProfile.MOST_BYTES) {
                int length = inflater.inflate(buffer);
                if (length == 0) {
                    throw new IOException("it is truncated");
                }
                out.write(buffer, 0, length);
            }
        } catch (DataFormatException e) {
            throw new IOException("it is damaged", e);
        } finally {
            inflater.end();
        }
        return out.toByteArray();
    }

    /**
     * The exponent of the file, such as 0.45455; NaN when there is none, or when it is not used. A profile
     * or an sRGB chunk replaces it.
     */
    double gamma() {
        byte[] chunk = chunks.get("gAMA");
        if (chunk == null || chunk.length != 4 || chunks.containsKey("iCCP") || chunks.containsKey("sRGB")) {
            return Double.NaN;
        }
        int value = ByteBuffer.wrap(chunk).getInt();
        boolean usual = Math.abs(value - GAMMA) < GAMMA / 20;
        return value <= 0 || usual ? Double.NaN : value / 1e5;
    }

    /** A remark about color information in the file that is not used; null when all of it is used. */
    @Nullable
    String ignored() {
        boolean settled = chunks.containsKey("iCCP") || chunks.containsKey("sRGB");
        byte[] primaries = chunks.get("cHRM");
        int[] usual = {31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000};
        if (settled || primaries == null || primaries.length != 32) {
            return null;
        }
        for (int i = 0; i < usual.length; i++) {
            if (Math.abs(ByteBuffer.wrap(primaries).getInt(4 * i) - usual[i]) > 1000) {
                return "the primary colors (cHRM) are taken for those of sRGB";
            }
        }
        return null;
    }
}
