package org.fullrank.image;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How an image is turned, as its metadata state. The value 1 means upright, and 2 to 8 are the other
 * orientations of EXIF. If EXIF and XMP both state an orientation, EXIF is used. EXIF counts before XMP.
 */
final class Orientation {
    private static final byte[] EXIF = "Exif\0\0".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] XMP = "http://ns.adobe.com/xap/1.0/\0".getBytes(StandardCharsets.US_ASCII);
    private static final Pattern IN_XMP = Pattern.compile("tiff:Orientation(?:\\s*=\\s*[\"']|>)\\s*([1-8])\\s*[\"'<]");

    private @Nullable Integer fromExif;
    private @Nullable Integer fromXmp;

    /** Reads a segment APP1 of a JPEG, which contains EXIF, XMP or something else. */
    void app1(byte[] segment) {
        if (starts(segment, EXIF)) {
            exif(segment);
        } else if (starts(segment, XMP)) {
            xmp(segment);
        }
    }

    /** Reads an EXIF block, with or without the name that JPEG puts before it. */
    void exif(byte[] block) {
        int from = starts(block, EXIF) ? EXIF.length : 0;
        exif(TiffDirectory.orientation(Arrays.copyOfRange(block, from, block.length)));
    }

    /** Reads the orientation that a directory states. */
    void exif(@Nullable Integer stated) {
        fromExif = fromExif == null ? stated : fromExif;
    }

    /** Takes a packet of XMP. */
    void xmp(byte[] packet) {
        Matcher matcher = IN_XMP.matcher(new String(packet, StandardCharsets.ISO_8859_1));
        if (fromXmp == null && matcher.find()) {
            fromXmp = Integer.valueOf(matcher.group(1));
        }
    }

    /** The orientation, 1 to 8. */
    int value() {
        return fromExif != null ? fromExif : fromXmp != null ? fromXmp : 1;
    }

    private static boolean starts(byte[] bytes, byte[] name) {
        return bytes.length >= name.length && Arrays.equals(bytes, 0, name.length, name, 0, name.length);
    }
}
