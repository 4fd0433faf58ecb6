package org.fullrank.image;

import java.awt.image.BufferedImage;
import java.awt.image.Raster;
import java.io.IOException;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import org.jspecify.annotations.Nullable;

/**
 * The readers of ImageIO that one thread uses. A warning of a reader counts as an error if it means that
 * data are lost.
 */
final class ImageReaders {
    private static final String JDK = "com.sun.";
    private static final String TWELVE_MONKEYS = "com.twelvemonkeys.";
    private static final String LIBWEBP = "com.luciad.";

    static {
        ImageIO.setUseCache(false);
    }

    private final Map<String, ImageReader> readers = new HashMap<>();
    private @Nullable String warning;

    /** Calls a reader whose input is set. */
    private interface Reading<T> {
        T from(ImageReader reader) throws IOException;
    }

    /** The width and height that the first image states. */
    Picture.Size size(ImageFormat format, byte[] encoded) throws IOException {
        return with(JDK, format, encoded, reader -> new Picture.Size(reader.getHeight(0), reader.getWidth(0)));
    }

    /** Decodes the first image. */
    BufferedImage read(ImageFormat format, byte[] encoded) throws IOException {
        return with(JDK, format, encoded, reader -> reader.read(0));
    }

    /** Decodes the samples of a JPEG without converting colors. */
    Raster samples(byte[] jpeg) throws IOException {
        return with(JDK, ImageFormat.JPEG, jpeg, reader -> reader.readRaster(0, null));
    }

    /** Decodes the samples of a lossless JPEG. */
    Raster lossless(byte[] jpeg) throws IOException {
        return with(TWELVE_MONKEYS, ImageFormat.JPEG, jpeg, reader -> reader.readRaster(0, null));
    }

    /** Decodes a WebP file that holds one picture and nothing else. */
    BufferedImage webp(byte[] encoded) throws IOException {
        try {
            return with(LIBWEBP, ImageFormat.WEBP, encoded, reader -> reader.read(0));
        } catch (LinkageError e) {
            throw new IOException(
                    "WebP cannot be read on this system: " + Reasons.firstLine(e) + "; convert it to PNG or JPEG", e);
        }
    }

    private <T> T with(String vendor, ImageFormat format, byte[] encoded, Reading<T> reading) throws IOException {
        ImageReader reader = readers.computeIfAbsent(vendor + format, key -> reader(vendor, format));
        try (var in = new ByteArrayImageInput(encoded)) {
            warning = null;
            reader.setInput(in, false, true);
            T read = reading.from(reader);
            if (warning != null) {
                throw new IOException(format + " is damaged: " + warning);
            }
            return read;
        } catch (RuntimeException | OutOfMemoryError e) {
            readers.remove(vendor + format);
            throw e;
        } catch (IOException e) {
            throw new IOException(
                    e.getCause() == null
                            ? Reasons.reason(e)
                            : Reasons.firstLine(e) + ": " + Reasons.reason(e.getCause()),
                    e);
        } finally {
            // Lets go of the bytes; not every reader accepts null.
            reader.setInput(new ByteArrayImageInput(new byte[0]));
        }
    }

    private ImageReader reader(String vendor, ImageFormat format) {
        for (Iterator<ImageReader> all = ImageIO.getImageReadersByFormatName(format.readerName()); all.hasNext(); ) {
            ImageReader reader = all.next();
            if (reader.getClass().getName().startsWith(vendor)) {
                reader.addIIOReadWarningListener((source, text) -> note(text));
                return reader;
            }
        }
        throw new IllegalStateException("no reader " + vendor + "* for " + format
                + " in this Java, expected the module java.desktop; use a full JDK");
    }

    /**
     * Keeps a warning if it means that data are lost. Other warnings are harmless, for example about extra
     * bytes between the parts of a JPEG.
     */
    private void note(String text) {
        String lower = text.toLowerCase(Locale.ROOT);
        boolean lost = Stream.of("premature", "corrupt", "truncated", "end of").anyMatch(lower::contains);
        if (lost && !lower.contains("extraneous")) {
            warning = text.lines().findFirst().orElse(text);
        }
    }
}
