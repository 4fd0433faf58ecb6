package org.fullrank.image;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The facts in the header of a JPEG, and its image data without metadata.
 *
 * @param frame the marker of the frame: 0xC0 to 0xCF
 * @param precision bits of a sample
 * @param width in pixels, as stored
 * @param height in pixels, as stored
 * @param components their identifiers: one for gray, three for color, four for CMYK
 * @param jfif whether there is a JFIF marker, which means YCbCr
 * @param adobe the transformation that the marker Adobe states: 0 none, 1 YCbCr, 2 YCCK; -1 without the
 *     marker
 * @param orientation of EXIF or XMP, 1 to 8; 1 means upright
 * @param profile the color profile; null when there is none
 * @param remark what is wrong with the color profile; null when it is correct or missing
 * @param tables positions of the segments that decoding needs
 * @param scan where the first scan begins
 */
record JpegHeader(
        int frame,
        int precision,
        int width,
        int height,
        List<Integer> components,
        boolean jfif,
        int adobe,
        int orientation,
        byte @Nullable [] profile,
        @Nullable String remark,
        List<Integer> tables,
        int scan) {

    private static final byte[] ADOBE = "Adobe".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] JFIF = "JFIF\0".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] ICC = "ICC_PROFILE\0".getBytes(StandardCharsets.US_ASCII);
    private static final int APP0 = 0xE0;
    private static final int APP1 = 0xE1;
    private static final int APP2 = 0xE2;
    private static final int APP14 = 0xEE;
    private static final int START_OF_SCAN = 0xDA;

    /** Lossless coding, which the JDK's reader does not support. */
    boolean lossless() {
        return frame == 0xC3;
    }

    /** How many scans there are. */
    int scans(byte[] jpeg) {
        int scans = 0;
        for (int at = scan; at + 1 < jpeg.length; at++) {
            scans += jpeg[at] == (byte) 0xFF && jpeg[at + 1] == (byte) START_OF_SCAN ? 1 : 0;
        }
        return scans;
    }

    /**
     * Whether three components are YCbCr, by the rules of libjpeg. A JFIF marker means YCbCr. Otherwise an
     * Adobe marker decides. Otherwise the components are RGB if their names are R, G and B.
     */
    boolean isLuma() {
        if (jfif || adobe > 0) {
            return true;
        }
        return adobe < 0 && !components.equals(List.of((int) 'R', (int) 'G', (int) 'B'));
    }

    /**
     * The JPEG without metadata, but with an Adobe marker that states the transformation. Decoders treat
     * unusual markers differently, and this marker makes the transformation clear.
     */
    byte[] bare(byte[] jpeg, int transformation) {
        var out = new ByteArrayOutputStream(jpeg.length - scan + 1024);
        out.writeBytes(new byte[] {(byte) 0xFF, (byte) 0xD8, (byte) 0xFF, (byte) APP14, 0, 14});
        out.writeBytes(ADOBE);
        out.writeBytes(new byte[] {0, 100, 0, 0, 0, 0, (byte) transformation});
        for (int at : tables) {
            out.write(jpeg, at, Math.min(2 + u16(jpeg, at + 2), jpeg.length - at));
        }
        out.write(jpeg, scan, jpeg.length - scan);
        return out.toByteArray();
    }

    /** Reads the markers up to the first scan; null when there is no frame header, or no scan after it. */
    static @Nullable JpegHeader of(byte[] jpeg) {
        var reader = new Markers(jpeg);
        return reader.read() ? reader.header() : null;
    }

    /** Walks over the segments. */
    private static final class Markers {
        private final byte[] jpeg;
        private final Orientation orientation = new Orientation();
        private final TreeMap<Integer, byte[]> profile = new TreeMap<>();
        private final List<Integer> tables = new ArrayList<>();
        private boolean jfif;
        private int adobe = -1;
        private int frameAt = -1;
        private int chunks;
        private boolean oddChunks;
        private int scan = -1;

        Markers(byte[] jpeg) {
            this.jpeg = jpeg;
        }

        boolean read() {
            for (int at = 2; at + 4 <= jpeg.length && scan < 0; ) {
                int marker = u8(jpeg, at + 1);
                if (u8(jpeg, at) != 0xFF || marker == 0xFF) {
                    at++;
                } else if (marker <= 1 || (marker >= 0xD0 && marker <= 0xD8)) {
                    at += 2;
                } else if (marker == 0xD9) {
                    return false;
                } else if (marker == START_OF_SCAN) {
                    scan = at;
                } else {
                    segment(marker, at);
                    at += 2 + Math.max(2, u16(jpeg, at + 2));
                }
            }
            return scan >= 0 && frameAt >= 0;
        }

        private void segment(int marker, int at) {
            int end = Math.min(jpeg.length, at + 2 + u16(jpeg, at + 2));
            byte[] body = Arrays.copyOfRange(jpeg, Math.min(at + 4, end), end);
            switch (marker) {
                case APP0 -> jfif |= starts(body, JFIF);
                case APP1 -> orientation.app1(body);
                case APP2 -> profile(body);
                case APP14 -> adobe = starts(body, ADOBE) && body.length >= 12 ? u8(body, 11) : adobe;
                default -> {
                    if (marker < APP0) {
                        tables.add(at);
                    }
                    if (isFrame(marker) && body.length >= 6 && frameAt < 0) {
                        frameAt = at;
                    }
                }
            }
        }

        /** Keeps one piece of the profile. Each piece contains its number and the number of pieces. */
        private void profile(byte[] body) {
            if (!starts(body, ICC) || body.length < ICC.length + 2) {
                return;
            }
            int number = u8(body, ICC.length);
            chunks = chunks == 0 ? u8(body, ICC.length + 1) : chunks;
            byte[] piece = Arrays.copyOfRange(body, ICC.length + 2, body.length);
            oddChunks |= chunks != u8(body, ICC.length + 1) || profile.put(number, piece) != null;
        }

        JpegHeader header() {
            boolean whole = !oddChunks
                    && profile.size() == chunks
                    && (chunks == 0 || (profile.firstKey() == 1 && profile.lastKey() == chunks));
            var joined = new ByteArrayOutputStream();
            profile.values().forEach(joined::writeBytes);
            int count = Math.min(u8(jpeg, frameAt + 9), (jpeg.length - frameAt - 10) / 3);
            List<Integer> ids = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                ids.add(u8(jpeg, frameAt + 10 + 3 * i));
            }
            return new JpegHeader(
                    u8(jpeg, frameAt + 1),
                    u8(jpeg, frameAt + 4),
                    u16(jpeg, frameAt + 7),
                    u16(jpeg, frameAt + 5),
                    List.copyOf(ids),
                    jfif,
                    adobe,
                    orientation.value(),
                    chunks > 0 && whole ? joined.toByteArray() : null,
                    whole ? null : "the color profile is ignored because pieces of it are missing or misnumbered",
                    List.copyOf(tables),
                    scan);
        }
    }

    private static boolean isFrame(int marker) {
        return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
    }

    private static boolean starts(byte[] bytes, byte[] name) {
        return bytes.length >= name.length && Arrays.equals(bytes, 0, name.length, name, 0, name.length);
    }

    private static int u16(byte[] data, int at) {
        return u8(data, at) << 8 | u8(data, at + 1);
    }

    private static int u8(byte[] data, int at) {
        return data[at] & 0xFF;
    }
}
