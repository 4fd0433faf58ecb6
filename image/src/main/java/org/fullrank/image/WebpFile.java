package org.fullrank.image;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The first picture of a WebP file, and the file's information about this picture.
 *
 * @param size of the whole image
 * @param top position of the first picture, which is smaller than the image in some animations
 * @param left position of the first picture
 * @param picture the first picture alone, as a WebP file; its size has been checked
 * @param pictureSize its size
 * @param orientation of EXIF or XMP, 1 to 8
 * @param profile the color profile; null when there is none
 */
record WebpFile(
        Picture.Size size,
        int top,
        int left,
        byte[] picture,
        Picture.Size pictureSize,
        int orientation,
        byte @Nullable [] profile) {

    private static final int CHUNK = 8;

    /**
     * Walks over the chunks.
     *
     * @throws IOException with the reason in words, when the file is damaged
     */
    static WebpFile of(byte[] webp) throws IOException {
        var reader = new Chunks(ByteBuffer.wrap(webp).order(ByteOrder.LITTLE_ENDIAN));
        reader.walk(12, webp.length);
        return reader.file();
    }

    /** Collects the information in the chunks. */
    private static final class Chunks {
        private final ByteBuffer file;
        private final Orientation orientation = new Orientation();
        private Picture.@Nullable Size canvas;
        private int top;
        private int left;
        private byte @Nullable [] data;
        private byte @Nullable [] opacity;
        private byte @Nullable [] profile;
        private boolean lossless;

        Chunks(ByteBuffer file) {
            this.file = file;
        }

        void walk(int from, int to) throws IOException {
            for (int at = from; at + CHUNK <= to; ) {
                long length = file.getInt(at + 4) & 0xFFFFFFFFL;
                if (length > to - at - CHUNK) {
                    throw new IOException("WebP is truncated");
                }
                chunk(at + CHUNK, (int) length);
                at += CHUNK + (int) (length + (length & 1));
            }
        }

        private void chunk(int at, int length) throws IOException {
            String name = new String(file.array(), at - CHUNK, 4, StandardCharsets.ISO_8859_1);
            byte[] body = Arrays.copyOfRange(file.array(), at, at + length);
            switch (name) {
                case "VP8X" -> {
                    if (length >= 10) {
                        canvas = new Picture.Size(u24(at + 7) + 1, u24(at + 4) + 1);
                    }
                }
                case "ICCP" -> profile = body;
                case "EXIF" -> orientation.exif(body);
                case "XMP " -> orientation.xmp(body);
                case "ALPH" -> opacity = data == null ? body : opacity;
                case "VP8 ", "VP8L" -> {
                    if (data == null) {
                        data = body;
                        lossless = name.equals("VP8L");
                    }
                }
                case "ANMF" -> {
                    if (data == null && length >= 16) {
                        left = 2 * u24(at);
                        top = 2 * u24(at + 3);
                        walk(at + 16, at + length);
                    }
                }
                default -> {}
            }
        }

        WebpFile file() throws IOException {
            byte[] found = data;
            if (found == null || found.length < 10) {
                throw new IOException("WebP has no picture; it is truncated or damaged");
            }
            Picture.Size size = lossless ? losslessSize(found) : lossySize(found);
            Picture.Size whole = canvas == null ? size : canvas;
            if (top + size.height() > whole.height() || left + size.width() > whole.width()) {
                throw new IOException("WebP is damaged: its picture of " + size.width() + " x " + size.height()
                        + " pixels reaches beyond " + whole.width() + " x " + whole.height());
            }
            return new WebpFile(whole, top, left, alone(found, size), size, orientation.value(), profile);
        }

        /** Width and height, which follow the start code of the key frame. */
        private static Picture.Size lossySize(byte[] data) throws IOException {
            if ((data[0] & 1) != 0 || data[3] != (byte) 0x9D || data[4] != 1 || data[5] != 0x2A) {
                throw new IOException("WebP is damaged: its picture has no start");
            }
            ByteBuffer bits = ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN);
            return new Picture.Size(bits.getShort(8) & 0x3FFF, bits.getShort(6) & 0x3FFF);
        }

        private static Picture.Size losslessSize(byte[] data) throws IOException {
            if (data[0] != 0x2F) {
                throw new IOException("WebP is damaged: its picture has no start");
            }
            int bits = ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN).getInt(1);
            return new Picture.Size((bits >>> 14 & 0x3FFF) + 1, (bits & 0x3FFF) + 1);
        }

        private byte[] alone(byte[] found, Picture.Size size) {
            var body = new ByteArrayOutputStream();
            body.writeBytes("WEBP".getBytes(StandardCharsets.US_ASCII));
            byte[] alpha = opacity;
            if (alpha != null && !lossless) {
                ByteBuffer head = ByteBuffer.allocate(10).order(ByteOrder.LITTLE_ENDIAN);
                head.putInt(0x10).put(bytes24(size.width() - 1)).put(bytes24(size.height() - 1));
                append(body, "VP8X", head.array());
                append(body, "ALPH", alpha);
            }
            append(body, lossless ? "VP8L" : "VP8 ", found);
            var out = new ByteArrayOutputStream();
            append(out, "RIFF", body.toByteArray());
            return out.toByteArray();
        }

        private static void append(ByteArrayOutputStream out, String name, byte[] body) {
            out.writeBytes(name.getBytes(StandardCharsets.US_ASCII));
            out.writeBytes(ByteBuffer.allocate(4)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putInt(body.length)
                    .array());
            out.writeBytes(body);
            if ((body.length & 1) == 1) {
                out.write(0);
            }
        }

        private static byte[] bytes24(int value) {
            return new byte[] {(byte) value, (byte) (value >> 8), (byte) (value >> 16)};
        }

        private int u24(int at) {
            return file.getShort(at) & 0xFFFF | (file.get(at + 2) & 0xFF) << 16;
        }
    }

    /** Decodes the picture after its size was checked, and puts it in its place. */
    Picture decode(ImageReaders readers) throws IOException {
        Picture found = Rasters.picture(readers.webp(picture));
        if (found.width() != pictureSize.width() || found.height() != pictureSize.height()) {
            throw new IOException("WebP is damaged: its picture is not of the size that it states");
        }
        return found.on(size, top, left);
    }
}
