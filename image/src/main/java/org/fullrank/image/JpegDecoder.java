package org.fullrank.image;

import java.awt.image.Raster;
import java.io.IOException;

/**
 * Decodes JPEG: gray, YCbCr, RGB, CMYK and YCCK. Samples of CMYK and YCCK are inverted, as in the files that
 * Adobe writes. Other programs also write inverted samples.
 */
final class JpegDecoder {
    private static final int ADOBE_NONE = 0;
    private static final int ADOBE_LUMA = 1;
    private static final int ADOBE_YCCK = 2;

    /**
     * Each scan needs a pass over the image. Files have about ten scans. Thousands of scans over a large
     * image would take hours.
     */
    private static final long MOST_PIXELS_OF_SCANS = 1L << 31;

    private final ImageReaders readers;

    JpegDecoder(ImageReaders readers) {
        this.readers = readers;
    }

    /**
     * The header.
     *
     * @throws IOException with the reason in words, when there is no header, or when this kind of JPEG
     *     cannot be read
     */
    static JpegHeader header(byte[] jpeg) throws IOException {
        JpegHeader header = JpegHeader.of(jpeg);
        if (header == null) {
            throw new IOException("JPEG has no frame header; it is truncated or damaged");
        }
        if (header.frame() > 0xC3) {
            throw new IOException(
                    header.frame() >= 0xC9
                            ? "its arithmetic coding of JPEG cannot be read; save it as baseline JPEG"
                            : "its hierarchical coding of JPEG cannot be read; save it as baseline JPEG");
        }
        if (header.precision() != 8) {
            throw new IOException("its JPEG samples have " + header.precision() + " bits, expected 8");
        }
        long scans = header.scans(jpeg);
        if (scans * header.width() * header.height() > MOST_PIXELS_OF_SCANS) {
            throw new IOException("its " + header.width() + " x " + header.height() + " pixels come in " + scans
                    + " scans, which no writer makes; it is damaged");
        }
        int channels = header.components().size();
        if (channels != 1 && channels != 3 && channels != 4) {
            throw new IOException("it is a JPEG of " + channels + " channels, expected 1, 3 or 4");
        }
        return header;
    }

    /** Decodes a JPEG after its size was checked. */
    Picture decode(byte[] jpeg, JpegHeader header) throws IOException {
        return switch (header.components().size()) {
            case 4 -> inks(jpeg, header);
            default -> color(jpeg, header, header.isLuma());
        };
    }

    /**
     * Decodes a strip or a tile of a TIFF file. The tags of the TIFF file say what the samples mean, not the
     * JPEG header.
     *
     * @param ycc whether three channels are YCbCr; they become RGB
     * @param most largest size that the strip or tile may have
     */
    Picture samples(byte[] jpeg, int channels, boolean ycc, Picture.Size most) throws IOException {
        JpegHeader header = header(jpeg);
        if (header.components().size() != channels) {
            throw new IOException(
                    "a strip or tile is a JPEG of " + header.components().size() + " channels, expected " + channels);
        }
        if (header.width() < 1
                || header.width() > most.width()
                || header.height() < 1
                || header.height() > most.height()) {
            throw new IOException("a strip or tile is a JPEG of " + header.width() + " x " + header.height()
                    + " pixels, expected at most " + most.width() + " x " + most.height());
        }
        return channels == 4 ? Rasters.picture(raw(jpeg, header, ADOBE_NONE)) : color(jpeg, header, ycc);
    }

    private Picture color(byte[] jpeg, JpegHeader header, boolean luma) throws IOException {
        if (header.lossless()) {
            return Rasters.picture(readers.lossless(jpeg));
        }
        byte[] bare = header.bare(jpeg, luma ? ADOBE_LUMA : ADOBE_NONE);
        if (header.components().size() == 3 && luma) {
            return Rasters.picture(readers.read(ImageFormat.JPEG, bare).getRaster());
        }
        return Rasters.picture(readers.samples(bare));
    }

    private Picture inks(byte[] jpeg, JpegHeader header) throws IOException {
        boolean ycck = header.adobe() > ADOBE_NONE;
        Picture picture = Rasters.picture(raw(jpeg, header, ycck ? ADOBE_YCCK : ADOBE_NONE));
        byte[] samples = picture.samples();
        if (ycck) {
            for (int i = 0; i < samples.length; i += 4) {
                toInks(samples, i);
            }
        }
        for (int i = 0; i < samples.length; i++) {
            samples[i] = (byte) ~samples[i];
        }
        return picture;
    }

    private Raster raw(byte[] jpeg, JpegHeader header, int transformation) throws IOException {
        return header.lossless() ? readers.lossless(jpeg) : readers.samples(header.bare(jpeg, transformation));
    }

    /**
     * Converts YCC to CMY in place. Black is not changed. The formulas of ITU-T T.871 give RGB. The inks are
     * the complement of RGB.
     */
    private static void toInks(byte[] samples, int at) {
        double y = samples[at] & 0xFF;
        double cb = (samples[at + 1] & 0xFF) - 128;
        double cr = (samples[at + 2] & 0xFF) - 128;
        samples[at] = ink(y + 1.402 * cr);
        samples[at + 1] = ink(y - 0.344136 * cb - 0.714136 * cr);
        samples[at + 2] = ink(y + 1.772 * cb);
    }

    private static byte ink(double light) {
        return (byte) (255 - Java17.byteOf(light));
    }
}
