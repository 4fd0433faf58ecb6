package org.fullrank.decompose;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.fullrank.data.DataSpec;
import org.fullrank.data.ImageFile;
import org.fullrank.data.Images;
import org.fullrank.engine.InputException;
import org.fullrank.engine.JobException;
import org.fullrank.file.NaturalOrder;
import org.fullrank.file.NpyArray;

/// Images as tensors with entries in [0, 1]. A gray image is a matrix `[H, W]`, a color image `[H, W, 3]`, and
/// a folder of gray images `[H, W, count]`, in the natural order of their names: `img2` comes before `img10`. Samples
/// of 16 bits are reduced to 8 bits.
public final class ImageTensor {
    private static final Set<String> EXTENSIONS = Set.of("png", "tif", "tiff");

    private ImageTensor() {}

    /// Whether a path is a folder or has the name of a PNG or TIFF file.
    public static boolean isNamedBy(Path path) {
        return Files.isDirectory(path) || isImage(path);
    }

    private static boolean isImage(Path path) {
        String name = String.valueOf(path.getFileName());
        return EXTENSIONS.contains(name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT));
    }

    /// Reads an image, or all PNG and TIFF files of a folder.
    ///
    /// @param notes gets a line if something in a file was ignored, such as a damaged color profile
    /// @throws InputException when a file cannot be read, when a folder has no images, or when its images have
    ///     colors or different sizes
    public static NpyArray read(Path path, Consumer<String> notes) {
        if (!Files.isDirectory(path)) {
            Decoded picture = Decoded.of(path, notes);
            return picture.isGray()
                    ? new NpyArray(List.of(picture.height, picture.width), picture.channel(0))
                    : new NpyArray(List.of(picture.height, picture.width, 3), picture.values);
        }
        List<Path> files = files(path, notes);
        InputException.when(
                files.isEmpty(), "images %s: found no PNG or TIFF file, expected gray images of one size", path);
        Decoded first = Decoded.of(files.getFirst(), notes);
        int pixels = first.height * first.width;
        float[] stack = new float[Math.multiplyExact(pixels, files.size())]; // [H, W, count]
        for (int k = 0; k < files.size(); k++) {
            Decoded next = k == 0 ? first : Decoded.of(files.get(k), notes);
            InputException.unless(
                    next.height == first.height && next.width == first.width,
                    "image %s: found %d x %d pixels, expected %d x %d, as in %s",
                    files.get(k),
                    next.width,
                    next.height,
                    first.width,
                    first.height,
                    files.getFirst().getFileName());
            InputException.unless(
                    next.isGray(),
                    "image %s: found colors, expected a gray image in a folder; convert it",
                    files.get(k));
            for (int i = 0; i < pixels; i++) {
                stack[i * files.size() + k] = next.values[3 * i];
            }
        }
        return new NpyArray(List.of(first.height, first.width, files.size()), stack);
    }

    private static List<Path> files(Path folder, Consumer<String> notes) {
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> all = files.filter(Files::isRegularFile)
                    .filter(file -> !String.valueOf(file.getFileName()).startsWith("."))
                    .sorted(Comparator.comparing(file -> String.valueOf(file.getFileName()), new NaturalOrder()))
                    .toList();
            List<Path> images = all.stream().filter(ImageTensor::isImage).toList();
            if (images.size() < all.size()) {
                notes.accept("%s: %d files that are no PNG or TIFF were left out"
                        .formatted(folder, all.size() - images.size()));
            }
            return images;
        } catch (IOException e) {
            throw new JobException("images %s: cannot be read (%s)".formatted(folder, e.getMessage()), e);
        }
    }

    /// @param values `[height, width, 3]`, in [0, 1]
    private record Decoded(int height, int width, float[] values) {
        static Decoded of(Path file, Consumer<String> notes) {
            DataSpec plain = DataSpec.of(file.toString());
            var unscaled = new DataSpec(
                    plain.path(),
                    plain.samples(),
                    plain.labelColumn(),
                    plain.array(),
                    plain.ignore(),
                    plain.categories(),
                    plain.ignoreCase(),
                    Integer.MAX_VALUE,
                    plain.maxPixels(),
                    plain.maxSkippedShare(),
                    plain.cache());
            try (Images image = ImageFile.read(file, unscaled, 3, notes)) {
                byte[] rgb = image.copy(0);
                float[] values = new float[rgb.length];
                for (int i = 0; i < rgb.length; i++) {
                    values[i] = (rgb[i] & 0xFF) / 255f;
                }
                return new Decoded(image.height(0), image.width(0), values);
            }
        }

        boolean isGray() {
            for (int i = 0; i < values.length; i += 3) {
                if (values[i] != values[i + 1] || values[i] != values[i + 2]) {
                    return false;
                }
            }
            return true;
        }

        float[] channel(int index) {
            float[] channel = new float[values.length / 3];
            for (int i = 0; i < channel.length; i++) {
                channel[i] = values[3 * i + index];
            }
            return channel;
        }
    }
}
