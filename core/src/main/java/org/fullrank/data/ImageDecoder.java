package org.fullrank.data;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import org.fullrank.engine.InputException;
import org.fullrank.file.Inputs;
import org.jspecify.annotations.Nullable;

/// Decodes images to RGB. It reuses its readers, so each thread needs its own instance.
///
/// Gray images become RGB with three equal channels. CMYK is converted. 16-bit values are cut to 8 bits.
/// Transparent pixels are drawn on white. The EXIF orientation is applied. Color profiles of RGB images are
/// left to the reader.
final class ImageDecoder {
    /// Largest number of pixels that all threads together decode at one time. A larger image is decoded
    /// alone.
    private static final Semaphore PIXELS_IN_FLIGHT = new Semaphore(1 << 26, true);

    private static final int PERMITS = 1 << 26;

    static {
        ImageIO.setUseCache(false);
    }

    private final DataSpec spec;
    private final Map<Format, ImageReader> readers = new EnumMap<>(Format.class);
    private @Nullable ImageReader lenientJpeg;
    private @Nullable String warning;

    ImageDecoder(DataSpec spec) {
        this.spec = spec;
    }

    /// The supported image formats.
    enum Format {
        JPEG,
        PNG,
        GIF,
        BMP,
        TIFF;

        /// The format that begins with these bytes.
        static Optional<Format> of(byte[] head) {
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
            if (starts(head, 'I', 'I', 42, 0) || starts(head, 'M', 'M', 0, 42)) {
                return Optional.of(TIFF);
            }
            return Optional.empty();
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

    /// Decodes, turns upright and scales down to the stored size.
    ///
    /// @throws IOException with the reason in words, when this is no image or a damaged one
    Pixels decode(byte[] encoded) throws IOException {
        Format format = Format.of(encoded).orElseThrow(() -> new IOException(unknown(encoded)));
        try {
            return switch (format) {
                case JPEG -> jpeg(encoded);
                case PNG, GIF, BMP, TIFF -> other(format, encoded);
            };
        } catch (RuntimeException | OutOfMemoryError e) {
            readers.remove(format);
            throw new IOException(format + " cannot be decoded: " + Inputs.firstLine(e), e);
        }
    }

    private Pixels jpeg(byte[] encoded) throws IOException {
        JpegHeader header = JpegHeader.of(encoded);
        if (header == null) {
            throw new IOException("JPEG has no frame header; it is truncated or damaged");
        }
        int permits = admit(header.width(), header.height());
        try {
            BufferedImage image = header.components() == 4
                    ? read(lenientJpeg(), encoded)
                    : read(readers.computeIfAbsent(Format.JPEG, f -> jpegReader("com.sun.")), encoded);
            if (warning != null) {
                throw new IOException("JPEG is damaged: " + warning);
            }
            return Rasters.rgb(image).shrunkTo(spec.storedShorterSide()).upright(header.orientation());
        } finally {
            PIXELS_IN_FLIGHT.release(permits);
        }
    }

    private Pixels other(Format format, byte[] encoded) throws IOException {
        ImageReader reader = readers.computeIfAbsent(format, ImageDecoder::reader);
        int permits = 0;
        try (var in = new ByteArrayImageInput(encoded)) {
            reader.setInput(in, false, true);
            permits = admit(reader.getWidth(0), reader.getHeight(0));
            warning = null;
            BufferedImage image = reader.read(0);
            if (warning != null) {
                throw new IOException(format + " is damaged: " + warning);
            }
            return Rasters.rgb(image).shrunkTo(spec.storedShorterSide());
        } catch (IOException e) {
            throw new IOException(
                    e.getCause() == null ? Inputs.reason(e) : Inputs.firstLine(e) + ": " + Inputs.reason(e.getCause()),
                    e);
        } finally {
            reader.setInput(null);
            PIXELS_IN_FLIGHT.release(permits);
        }
    }

    private BufferedImage read(ImageReader reader, byte[] encoded) throws IOException {
        try (var in = new ByteArrayImageInput(encoded)) {
            warning = null;
            reader.setInput(in, true, true);
            return reader.read(0);
        } finally {
            reader.setInput(null);
        }
    }

    /// Waits until this many pixels may be decoded.
    private int admit(int width, int height) throws IOException {
        long pixels = (long) width * height;
        if (pixels < 1 || pixels > spec.maxPixels()) {
            throw new IOException("it claims " + width + " x " + height + " pixels, expected 1 to " + spec.maxPixels()
                    + " in all (data.maxPixels)");
        }
        int permits = (int) Math.min(pixels, PERMITS);
        PIXELS_IN_FLIGHT.acquireUninterruptibly(permits);
        return permits;
    }

    private ImageReader lenientJpeg() {
        if (lenientJpeg == null) {
            lenientJpeg = jpegReader("com.twelvemonkeys.");
        }
        return lenientJpeg;
    }

    private ImageReader jpegReader(String vendor) {
        for (Iterator<ImageReader> all = ImageIO.getImageReadersByFormatName("jpeg"); all.hasNext(); ) {
            ImageReader reader = all.next();
            if (reader.getClass().getName().startsWith(vendor)) {
                reader.addIIOReadWarningListener((source, text) -> note(text));
                return reader;
            }
        }
        throw new InputException(
                "no JPEG reader " + vendor + "* in this Java, expected the module java.desktop; use a full JDK 25");
    }

    private static ImageReader reader(Format format) {
        Iterator<ImageReader> all = ImageIO.getImageReadersByFormatName(format.name());
        if (!all.hasNext()) {
            throw new InputException(
                    "no reader for " + format + " in this Java, expected the module java.desktop; use a full JDK 25");
        }
        return all.next();
    }

    /// Stores a warning about lost data. Other warnings are harmless, for example about a missing color
    /// profile, or extra bytes between the parts of a JPEG.
    private void note(String text) {
        String lower = text.toLowerCase(Locale.ROOT);
        boolean lost = Stream.of("premature", "corrupt", "truncated", "end of").anyMatch(lower::contains);
        if (lost && !lower.contains("extraneous")) {
            warning = text.lines().findFirst().orElse(text);
        }
    }

    private static String unknown(byte[] encoded) {
        if (encoded.length == 0) {
            return "the file is empty";
        }
        boolean webp = encoded.length > 12 && encoded[8] == 'W' && encoded[9] == 'E' && encoded[10] == 'B';
        return webp
                ? "WebP is not supported; convert it to JPEG or PNG"
                : "its first bytes are those of no known image format (JPEG, PNG, GIF, BMP, TIFF)";
    }
}
