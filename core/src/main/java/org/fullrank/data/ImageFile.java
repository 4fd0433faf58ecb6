package org.fullrank.data;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.fullrank.engine.InputException;
import org.fullrank.file.Inputs;
import org.fullrank.image.ImageDecoder;
import org.fullrank.image.Pixels;

/// Reads single images in the same way as a data set, but without a pack.
public final class ImageFile {
    private ImageFile() {}

    /// An image file as a data set of one image.
    ///
    /// @param spec limits and stored size, as for the data set of the training
    /// @param channels 3 for color, 1 for gray
    /// @param notes gets a line if something in the file was ignored, such as a damaged color profile
    /// @throws InputException when the file is missing, is not an image, is damaged, or has colors but
    ///     should be gray
    public static Images read(Path file, DataSpec spec, int channels, Consumer<String> notes) {
        if (!Files.isRegularFile(file)) {
            throw new InputException("image %s: found %s, expected an image file; check the path"
                    .formatted(file, Files.exists(file) ? "a folder" : "no file"));
        }
        try {
            return decode("image " + file, Files.readAllBytes(file), spec, channels, notes);
        } catch (IOException e) {
            throw unreadable("image " + file, e);
        }
    }

    /// The content of an image file as a data set of one image.
    ///
    /// @param subject names the image in messages
    /// @param spec limits and stored size, as for the data set of the training
    /// @param channels 3 for color, 1 for gray
    /// @param notes gets a line if something in the file was ignored, such as a damaged color profile
    /// @throws InputException when this is not an image, is damaged, or has colors but should be gray
    public static Images decode(String subject, byte[] encoded, DataSpec spec, int channels, Consumer<String> notes) {
        try {
            ImageDecoder.Decoded decoded = new ImageDecoder(spec.imageLimits()).decode(encoded);
            if (decoded.remark() != null) {
                notes.accept("%s: %s".formatted(subject, decoded.remark()));
            }
            return images(subject, decoded.pixels(), channels);
        } catch (IOException e) {
            throw unreadable(subject, e);
        }
    }

    private static InputException unreadable(String subject, IOException e) {
        return new InputException(
                "%s cannot be read: %s; save it again as PNG or JPEG".formatted(subject, Inputs.firstLine(e)), e);
    }

    /// A Java image as a data set of one image. Its samples are taken as sRGB, and transparent pixels are drawn
    /// on white.
    ///
    /// @param channels 3 for color, 1 for gray
    /// @throws InputException when the image has a layout other than gray, RGB, CMYK or a palette, or when
    ///     it has colors but should be gray
    public static Images of(BufferedImage image, DataSpec spec, int channels) {
        try {
            return images("image", Pixels.of(image).shrunkTo(spec.storedShorterSide()), channels);
        } catch (IOException e) {
            throw new InputException("image: %s; convert it to TYPE_INT_RGB".formatted(e.getMessage()), e);
        }
    }

    private static Images images(String subject, Pixels pixels, int channels) {
        byte[] samples;
        try {
            samples = channels == 3 ? pixels.rgb() : pixels.gray();
        } catch (IOException e) {
            throw new InputException(subject + ": " + e.getMessage(), e);
        }
        return Images.of(samples, pixels.height(), pixels.width(), channels);
    }
}
