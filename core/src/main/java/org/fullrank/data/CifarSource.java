package org.fullrank.data;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.fullrank.engine.InputException;
import org.fullrank.file.Inputs;

/// The binary files of CIFAR-10 (records of one label and 3072 bytes) and CIFAR-100 (coarse label, fine
/// label, 3072 bytes). For CIFAR-100, the label of an image is the fine label. The bytes of an image are its
/// red, green and blue planes of 32 x 32 pixels. Files named `test...` are the test split. Class names are
/// read from `batches.meta.txt` or `fine_label_names.txt` if the file exists.
///
/// @param tree the files
/// @param classes 10 or 100
record CifarSource(Tree tree, int classes) implements DataSource {
    static final int SIDE = 32;
    static final int PLANE = SIDE * SIDE;

    private static final List<String> NAMES_10 =
            List.of("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck");

    /// Whether a file of this name and size contains records.
    static boolean matches(String name, long size) {
        String lower = name.toLowerCase(Locale.ROOT);
        return (lower.endsWith(".bin") || lower.endsWith(".bin.gz")) && !StlSource.matches(name) && size != 0;
    }

    /// 10 or 100, according to the size of a file. If the size fits neither or both, the file name decides.
    static int classesOf(String name, long size) {
        boolean ten = size % (PLANE * 3 + 1) == 0;
        boolean hundred = size % (PLANE * 3 + 2) == 0;
        if (ten == hundred) {
            return name.matches("(?i)(.*/)?(train|test)\\.bin(\\.gz)?") ? 100 : 10;
        }
        return ten ? 10 : 100;
    }

    @Override
    public String format() {
        return "CIFAR-" + classes + " binary";
    }

    @Override
    public String stamp() throws IOException {
        return tree.stamp();
    }

    @Override
    public void pack(PackWriter out) throws IOException {
        List<String> names = new ArrayList<>();
        tree.each(entry -> {
            if (entry.hidden()) {
                return true;
            }
            if (matches(entry.name(), entry.size())) {
                Split split = entry.name().toLowerCase(Locale.ROOT).startsWith("test") ? Split.TEST : Split.TRAIN;
                try (InputStream in = Inputs.decompressed(entry.content().open())) {
                    records(entry.path(), in, split, out);
                }
            } else if (entry.name().equals(classes == 10 ? "batches.meta.txt" : "fine_label_names.txt")) {
                names.addAll(names(entry));
            }
            return true;
        });
        out.classNames(names.size() == classes ? names : defaultNames());
    }

    private void records(String path, InputStream in, Split split, PackWriter out) throws IOException {
        int labels = classes == 10 ? 1 : 2;
        var shape = new PackWriter.Shape(SIDE, SIDE, 3);
        byte[] bytes = new byte[labels + 3 * PLANE];
        for (int record = 0; ; record++) {
            int read = in.readNBytes(bytes, 0, bytes.length);
            if (read == 0) {
                return;
            }
            String where = format() + " file " + path + " in " + tree.root() + ", record " + record;
            if (read < bytes.length) {
                throw new InputException(where + " has " + read + " bytes, expected " + bytes.length
                        + "; the file is truncated or of another format: get it again");
            }
            int label = bytes[labels - 1] & 0xFF;
            if (label >= classes) {
                throw new InputException(where + " has label " + label + ", expected 0 to " + (classes - 1)
                        + "; the file is damaged or of another format: get it again");
            }
            out.image(split, shape, interleaved(bytes, labels, PLANE), label);
        }
    }

    /// Converts three planes, beginning at `from`, to RGB pixels.
    private static byte[] interleaved(byte[] planes, int from, int plane) {
        byte[] pixels = new byte[3 * plane];
        for (int i = 0; i < plane; i++) {
            pixels[3 * i] = planes[from + i];
            pixels[3 * i + 1] = planes[from + plane + i];
            pixels[3 * i + 2] = planes[from + 2 * plane + i];
        }
        return pixels;
    }

    private static List<String> names(Tree.Entry entry) throws IOException {
        try (InputStream in = entry.content().open()) {
            return new String(in.readNBytes(1 << 16), StandardCharsets.UTF_8)
                    .lines()
                    .map(String::strip)
                    .filter(line -> !line.isEmpty())
                    .toList();
        } catch (EOFException e) {
            throw new InputException("class names " + entry.path() + " end early; get the file again", e);
        }
    }

    private List<String> defaultNames() {
        return classes == 10
                ? NAMES_10
                : IntStream.range(0, classes).mapToObj(String::valueOf).toList();
    }
}
