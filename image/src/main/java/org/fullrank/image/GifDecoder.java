package org.fullrank.image;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Decodes the first picture of a GIF at its place on the screen. The part of the screen outside the picture
 * is transparent.
 *
 * <p>Source: GIF89a specification, CompuServe, 1990.
 */
final class GifDecoder {
    private static final int IMAGE = 0x2C;
    private static final int EXTENSION = 0x21;

    private GifDecoder() {}

    /** Where the first picture lies on the screen. */
    private record Place(int left, int top, int width, int height, int screenWidth, int screenHeight) {
        /** The screen, enlarged if the picture extends beyond it. */
        Picture.Size size() {
            return new Picture.Size(Math.max(screenHeight, top + height), Math.max(screenWidth, left + width));
        }
    }

    /** Size of the screen. */
    static Picture.Size size(byte[] gif) throws IOException {
        return place(gif).size();
    }

    /** Decodes an image whose size has been admitted. */
    static Picture decode(byte[] gif, ImageReaders readers) throws IOException {
        Place place = place(gif);
        Picture frame = Rasters.picture(readers.read(ImageFormat.GIF, gif));
        return frame.on(place.size(), place.top, place.left);
    }

    private static Place place(byte[] gif) throws IOException {
        if (gif.length < 13) {
            throw new IOException("GIF is truncated");
        }
        ByteBuffer file = ByteBuffer.wrap(gif).order(ByteOrder.LITTLE_ENDIAN);
        int at = 13 + colors(gif[10]);
        while (at + 10 <= gif.length && gif[at] != IMAGE) {
            if (gif[at] != EXTENSION) {
                throw new IOException("GIF is damaged: found byte " + (gif[at] & 0xFF) + " in place of a picture");
            }
            at += 2;
            while (at < gif.length && gif[at] != 0) {
                at += 1 + (gif[at] & 0xFF);
            }
            at++;
        }
        if (at + 10 > gif.length) {
            throw new IOException("GIF has no picture; it is truncated or damaged");
        }
        int width = u16(file, at + 5);
        int height = u16(file, at + 7);
        if (width < 1 || height < 1) {
            throw new IOException("GIF is damaged: its picture has " + width + " x " + height + " pixels");
        }
        return new Place(u16(file, at + 1), u16(file, at + 3), width, height, u16(file, 6), u16(file, 8));
    }

    /** Number of bytes of the color table that these flags announce. */
    private static int colors(byte flags) {
        return (flags & 0x80) == 0 ? 0 : 3 << (flags & 7) + 1;
    }

    private static int u16(ByteBuffer file, int at) {
        return file.getShort(at) & 0xFFFF;
    }
}
