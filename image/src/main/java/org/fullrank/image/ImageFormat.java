package org.fullrank.image;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The supported image formats, recognized by the first bytes of a file. */
public enum ImageFormat {
    JPEG,
    PNG,
    GIF,
    BMP,
    TIFF,
    WEBP;

    /** The formats in words, for messages. */
    public static final String KNOWN = "JPEG, PNG, GIF, BMP, TIFF or WebP";

    /** What ImageIO calls it. */
    String readerName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The format that begins with these bytes. */
    public static Optional<ImageFormat> of(byte[] head) {
        if (starts(head, 0xFF, 0xD8, 0xFF)) {
            return Optional.of(JPEG);
        }
        if (starts(head, 0x89, 'P', 'N', 'G')) {
            return Optional.of(PNG);
        }
        if (starts(head, 'G', 'I', 'F', '8')) {
            return Optional.of(GIF);
        }
        if (starts(head, 'B', 'M') && head.length >= 10 && head[6] == 0 && head[7] == 0 && head[8] == 0) {
            return Optional.of(BMP);
        }
        if (starts(head, 'I', 'I', 42, 0)
                || starts(head, 'M', 'M', 0, 42)
                || starts(head, 'I', 'I', 43, 0)
                || starts(head, 'M', 'M', 0, 43)) {
            return Optional.of(TIFF);
        }
        if (starts(head, 'R', 'I', 'F', 'F') && text(head, 8, 4).equals("WEBP")) {
            return Optional.of(WEBP);
        }
        return Optional.empty();
    }

    /** The reason, in words, why a file of unknown format cannot be read. */
    static String unknown(byte[] encoded) {
        if (encoded.length == 0) {
            return "the file is empty";
        }
        String other = unsupported(encoded);
        return other == null
                ? "its first bytes are those of no known image format (" + KNOWN + ")"
                : other + " cannot be read; convert it to PNG or JPEG";
    }

    /** The name of a format that is known but not supported; null for any other bytes. */
    private static @Nullable String unsupported(byte[] head) {
        if (text(head, 4, 4).equals("ftyp")) {
            return switch (text(head, 8, 4)) {
                case "avif", "avis" -> "AVIF";
                case "heic", "heix", "hevc", "mif1", "msf1" -> "HEIC";
                default -> "a video or HEIC file";
            };
        }
        if (starts(head, 0xFF, 0x0A) || text(head, 4, 4).equals("JXL ")) {
            return "JPEG XL";
        }
        if (starts(head, 0xFF, 0x4F, 0xFF, 0x51) || text(head, 4, 4).equals("jP  ")) {
            return "JPEG 2000";
        }
        return starts(head, '8', 'B', 'P', 'S') ? "a Photoshop file" : null;
    }

    private static String text(byte[] head, int from, int length) {
        return head.length < from + length
                ? ""
                : new String(Arrays.copyOfRange(head, from, from + length), StandardCharsets.ISO_8859_1);
    }

    private static boolean starts(byte[] head, int... magic) {
        for (int i = 0; i < magic.length; i++) {
            if (i >= head.length || (head[i] & 0xFF) != magic[i]) {
                return false;
            }
        }
        return true;
    }
}
