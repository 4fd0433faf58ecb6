package org.fullrank.image;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.StringJoiner;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * Decodes images to RGB with 8 bits in the color space sRGB. A decoder reuses its readers, so each thread
 * needs its own instance.
 *
 * <p>The parsers of this package read the metadata of the file, such as the color model. ImageIO decodes only the
 * pixel data, because ImageIO sometimes guesses the color model wrongly. Gray images become RGB with three
 * equal channels. Samples of more than 8 bits are reduced to 8 bits. Transparent pixels are drawn on white.
 * The decoder applies color profiles and the stated orientation. An image that the decoder does not
 * understand is refused with the reason.
 */
public final class ImageDecoder {
    /**
     * Largest number of pixels that all threads together decode at one time. A larger image is decoded
     * alone.
     */
    private static final int PERMITS = 1 << 26;

    private static final Semaphore PIXELS_IN_FLIGHT = new Semaphore(PERMITS, true);

    /**
     * Most times that the longer side of an image is as long as the shorter one. A longer image is no photograph, and
     * scaling it by its shorter side takes much memory.
     */
    public static final int MOST_RATIO = 100;

    /** Number of profiles that are kept ready. The images of one camera have the same profile. */
    private static final int KEPT_PROFILES = 16;

    private final Limits limits;
    private final ImageReaders readers = new ImageReaders();
    private final JpegDecoder jpeg = new JpegDecoder(readers);
    private final Map<ProfileKey, Optional<ColorProfile>> profiles = new LinkedHashMap<>(32, 0.75f, true);

    /** @param limits sizes of images */
    public ImageDecoder(Limits limits) {
        this.limits = limits;
    }

    /**
     * Sizes of images.
     *
     * @param shorterSide an image whose shorter side has more pixels than this is scaled down to it
     * @param pixels an image whose header states more pixels than this is refused before it is decoded
     * @param setting what the message then names, such as the setting that holds {@code pixels}
     */
    public record Limits(int shorterSide, long pixels, String setting) {
        public Limits {
            if (shorterSide < 1 || pixels < 1) {
                throw new IllegalArgumentException("shorterSide is " + shorterSide + " and pixels is " + pixels
                        + ", expected 1 or more; set both");
            }
        }
    }

    /**
     * An image, and a remark about what was ignored in it.
     *
     * @param remark one line; null if nothing was ignored
     */
    public record Decoded(Pixels pixels, @Nullable String remark) {}

    /** Looks up a profile by its content. */
    private record ProfileKey(int channels, int length, int hash) {}

    /** Decodes a picture after its size was checked. */
    private interface Decoding {
        Picture picture() throws IOException;
    }

    /**
     * Decodes, turns upright and scales down to the stored size.
     *
     * @throws IOException with the reason in words, when this is not an image, or when the image is damaged
     *     or not supported
     */
    public Decoded decode(byte[] encoded) throws IOException {
        ImageFormat format = ImageFormat.of(encoded).orElseThrow(() -> new IOException(ImageFormat.unknown(encoded)));
        try {
            return switch (format) {
                case JPEG -> jpeg(encoded);
                case PNG -> png(encoded);
                case TIFF -> tiff(encoded);
                case WEBP -> webp(encoded);
                case GIF -> plain(GifDecoder.size(encoded), () -> GifDecoder.decode(encoded, readers));
                case BMP -> bmp(encoded);
            };
        } catch (RuntimeException | OutOfMemoryError e) {
            // the JVM leaves out the message of an exception that a library often throws
            String reason = e.getMessage() == null ? "it is damaged" : Reasons.firstLine(e);
            throw new IOException(format + " cannot be decoded: " + reason, e);
        }
    }

    private Decoded jpeg(byte[] encoded) throws IOException {
        JpegHeader header = JpegDecoder.header(encoded);
        var finish = new Finish(header.orientation(), header.profile(), header.remark());
        return decode(new Picture.Size(header.height(), header.width()), () -> jpeg.decode(encoded, header), finish);
    }

    private Decoded png(byte[] encoded) throws IOException {
        PngHeader header = PngHeader.of(encoded);
        byte[] profile = null;
        String remark = header.ignored();
        try {
            profile = header.profile();
        } catch (IOException e) {
            remark = ignored(e);
        }
        var size = new Picture.Size(header.height(), header.width());
        return decode(
                size, () -> PngDecoder.decode(header, readers), new Finish(header.orientation(), profile, remark));
    }

    private Decoded tiff(byte[] encoded) throws IOException {
        TiffDirectory tags = TiffDirectory.of(encoded);
        Integer orientation = tags.orientation();
        byte[] profile = TiffLayout.isLab(tags) ? null : tags.bytes(TiffDirectory.PROFILE);
        var size = new Picture.Size(side(tags.number(257, 0)), side(tags.number(256, 0)));
        return decode(
                size,
                () -> TiffDecoder.decode(encoded, tags, TiffLayout.of(tags), jpeg, readers),
                new Finish(orientation == null ? 1 : orientation, profile, null));
    }

    private static int side(long claimed) {
        return (int) Math.min(claimed, Integer.MAX_VALUE);
    }

    private Decoded webp(byte[] encoded) throws IOException {
        WebpFile file = WebpFile.of(encoded);
        return decode(file.size(), () -> file.decode(readers), new Finish(file.orientation(), file.profile(), null));
    }

    private Decoded bmp(byte[] encoded) throws IOException {
        ByteBuffer file = ByteBuffer.wrap(encoded).order(ByteOrder.LITTLE_ENDIAN);
        if (encoded.length >= 34 && file.getInt(14) >= 40 && (file.getInt(30) == 4 || file.getInt(30) == 5)) {
            throw new IOException("it is a BMP around a JPEG or a PNG; take that out");
        }
        return plain(
                readers.size(ImageFormat.BMP, encoded), () -> Rasters.picture(readers.read(ImageFormat.BMP, encoded)));
    }

    private Decoded plain(Picture.Size size, Decoding decoding) throws IOException {
        return decode(size, decoding, new Finish(1, null, null));
    }

    /** The steps that remain after a picture was decoded. */
    private record Finish(
            int orientation,
            byte @Nullable [] profile,
            @Nullable String remark) {}

    private Decoded decode(Picture.Size size, Decoding decoding, Finish finish) throws IOException {
        int permits = admit(size);
        try {
            Picture picture = decoding.picture();
            var remarks = new StringJoiner("; ").setEmptyValue("");
            if (finish.remark != null) {
                remarks.add(finish.remark);
            }
            ColorProfile profile = null;
            if (finish.profile != null) {
                try {
                    profile = profile(finish.profile, picture.channels());
                } catch (IOException e) {
                    remarks.add(ignored(e));
                }
            }
            Pixels pixels = picture.rgb(profile).shrunkTo(limits.shorterSide).upright(finish.orientation);
            return new Decoded(pixels, remarks.length() == 0 ? null : remarks.toString());
        } finally {
            PIXELS_IN_FLIGHT.release(permits);
        }
    }

    private static String ignored(IOException e) {
        return "the color profile is ignored because " + e.getMessage();
    }

    private @Nullable ColorProfile profile(byte[] icc, int channels) throws IOException {
        var key = new ProfileKey(channels, icc.length, Arrays.hashCode(icc));
        Optional<ColorProfile> known = profiles.get(key);
        if (known == null) {
            known = Optional.ofNullable(ColorProfile.of(icc, channels));
            profiles.put(key, known);
            if (profiles.size() > KEPT_PROFILES) {
                profiles.remove(profiles.keySet().iterator().next());
            }
        }
        return known.orElse(null);
    }

    /** @throws IOException when one side is more than {@link #MOST_RATIO} times as long as the other */
    static void requireRatio(int height, int width) throws IOException {
        if (Math.max(height, width) > (long) MOST_RATIO * Math.min(height, width)) {
            throw new IOException("it has " + width + " x " + height + " pixels, expected one side to be at most "
                    + MOST_RATIO + " times as long as the other");
        }
    }

    /** Waits until this number of pixels may be decoded. */
    private int admit(Picture.Size size) throws IOException {
        long pixels = (long) size.width() * size.height();
        if (size.width() < 1 || size.height() < 1 || pixels > limits.pixels) {
            throw new IOException("it claims " + size.width() + " x " + size.height() + " pixels, expected 1 to "
                    + limits.pixels + " in all (" + limits.setting + ")");
        }
        requireRatio(size.height(), size.width());
        int permits = (int) Math.min(pixels, PERMITS);
        PIXELS_IN_FLIGHT.acquireUninterruptibly(permits);
        return permits;
    }
}
