package org.fullrank.data;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// The values in the header of a JPEG file.
///
/// @param width in pixels, as stored
/// @param height in pixels, as stored
/// @param components 1 gray, 3 color, 4 CMYK
/// @param orientation of EXIF, 1 to 8; 1 is upright
record JpegHeader(int width, int height, int components, int orientation) {
    private static final byte[] EXIF = "Exif\0\0".getBytes(StandardCharsets.US_ASCII);
    private static final int ORIENTATION = 0x0112;
    private static final int APP1 = 0xE1;
    private static final int START_OF_SCAN = 0xDA;

    /// Reads the markers up to the first scan; null when there is no frame header before it.
    static @Nullable JpegHeader of(byte[] jpeg) {
        int orientation = 1;
        JpegHeader frame = null;
        for (int at = 2; at + 4 <= jpeg.length; ) {
            if (u8(jpeg, at) != 0xFF) {
                at++;
                continue;
            }
            int marker = u8(jpeg, at + 1);
            if (marker == 0xFF || marker == 0 || (marker >= 0xD0 && marker <= 0xD8)) {
                at += marker == 0xFF ? 1 : 2;
                continue;
            }
            if (marker == START_OF_SCAN || marker == 0xD9) {
                break;
            }
            int length = u16(jpeg, at + 2);
            if (isFrame(marker) && at + 10 <= jpeg.length) {
                frame = new JpegHeader(u16(jpeg, at + 7), u16(jpeg, at + 5), u8(jpeg, at + 9), 1);
            } else if (marker == APP1) {
                orientation = orientation(jpeg, at + 4, Math.min(jpeg.length, at + 2 + length));
            }
            at += 2 + Math.max(2, length);
        }
        return frame == null ? null : new JpegHeader(frame.width, frame.height, frame.components, orientation);
    }

    private static boolean isFrame(int marker) {
        return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
    }

    /// The orientation in an EXIF block, a small TIFF file; 1 if there is none or it is invalid.
    private static int orientation(byte[] jpeg, int from, int to) {
        for (int i = 0; i < EXIF.length; i++) {
            if (from + i >= to || jpeg[from + i] != EXIF[i]) {
                return 1;
            }
        }
        int tiff = from + EXIF.length;
        if (tiff + 8 > to) {
            return 1;
        }
        boolean little = jpeg[tiff] == 'I';
        long directory = tiff + number(jpeg, tiff + 4, 4, little);
        if (directory + 2 > to) {
            return 1;
        }
        int entries = (int) number(jpeg, (int) directory, 2, little);
        for (int i = 0; i < entries; i++) {
            long entry = directory + 2 + 12L * i;
            if (entry + 12 > to) {
                return 1;
            }
            if (number(jpeg, (int) entry, 2, little) == ORIENTATION) {
                int value = (int) number(jpeg, (int) entry + 8, 2, little);
                return value >= 1 && value <= 8 ? value : 1;
            }
        }
        return 1;
    }

    private static long number(byte[] data, int at, int bytes, boolean little) {
        long value = 0;
        for (int i = 0; i < bytes; i++) {
            value = value << 8 | u8(data, little ? at + bytes - 1 - i : at + i);
        }
        return value;
    }

    private static int u16(byte[] data, int at) {
        return u8(data, at) << 8 | u8(data, at + 1);
    }

    private static int u8(byte[] data, int at) {
        return data[at] & 0xFF;
    }
}
