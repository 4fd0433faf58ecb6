package org.fullrank.data;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.DoubleStream;
import org.fullrank.engine.InputException;
import org.fullrank.file.Inputs;
import org.fullrank.file.Npy;
import org.jspecify.annotations.Nullable;

/// NumPy arrays: one `.npy` (compressed with gzip or not), an `.npz`, or a folder of `.npy` files.
///
/// uint8 arrays `[N, H, W]`, `[N, H, W, C]` and `[N, C, H, W]` with C 1 or 3 are images. Matrices `[N, F]` of
/// any number type are vectors. Whole numbers `[N]` are labels.
///
/// In an `.npz` or a folder the role of an array depends on its name. Data are named `x`, `images`, `data`,
/// `features`, `embeddings` or `arr_0`. Labels are named `y`, `labels`, `targets`, `classes` or `arr_1`. The
/// name of a split may come before or after (`x_train`, `test_images`). For a single `a.npy`, labels are read
/// from `a_labels.npy` or `labels.npy` in the same folder.
record NumpySource(Tree tree, boolean images) implements DataSource {
    private static final Set<String> DATA =
            Set.of("x", "image", "images", "data", "features", "feature", "embeddings", "embedding", "z", "arr0");
    private static final Set<String> LABELS =
            Set.of("y", "label", "labels", "target", "targets", "class", "classes", "arr1");
    private static final int MAX_ITEM_VALUES = 1 << 28;
    private static final int MAX_LABELS = 1 << 28;

    /// The role of an array.
    private record Role(Split split, boolean data) {}

    static NumpySource of(Tree tree) throws IOException {
        boolean[] images = {false};
        tree.each(entry -> {
            if (isArray(entry) && role(tree, entry).data()) {
                try (InputStream in = Inputs.decompressed(entry.content().open())) {
                    Npy.Header header = Npy.header(in, subject(tree, entry), most(tree, entry));
                    images[0] = header.shape().size() > 2;
                }
                return false;
            }
            return true;
        });
        return new NumpySource(tree, images[0]);
    }

    /// Whether this is the name of an array in a folder or an `.npz`.
    static boolean named(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return lower.endsWith(".npy") || lower.endsWith(".npy.gz");
    }

    @Override
    public String format() {
        return images ? "NumPy images" : "NumPy vectors";
    }

    @Override
    public String stamp() throws IOException {
        var stamp = new Stamp().text(tree.stamp());
        Path labels = labelsBeside();
        return (labels == null ? stamp : stamp.file(labels)).text();
    }

    @Override
    public void pack(PackWriter out) throws IOException {
        Map<Split, double[]> labels = new EnumMap<>(Split.class);
        tree.each(entry -> {
            if (!isArray(entry)) {
                return true;
            }
            Role role = role(tree, entry);
            String subject = subject(tree, entry);
            try (InputStream in = Inputs.decompressed(entry.content().open())) {
                Npy.Header header = Npy.header(in, subject, most(tree, entry));
                if (!role.data()) {
                    labels.put(role.split(), labels(in, header, subject));
                } else if (out.size(role.split()) > 0) {
                    throw new InputException(subject + " is a second array for the "
                            + role.split().label() + " split, expected one; remove or rename one");
                } else {
                    data(in, header, subject, role.split(), out);
                }
            }
            return true;
        });
        Path beside = labelsBeside();
        if (beside != null) {
            String subject = "NumPy file " + beside;
            try (InputStream in = Inputs.open(beside)) {
                labels.put(Split.TRAIN, labels(in, Npy.header(in, subject, Inputs.mostBytes(beside)), subject));
            }
        }
        label(labels, out);
    }

    private static void data(InputStream in, Npy.Header header, String subject, Split split, PackWriter out)
            throws IOException {
        List<Long> shape = header.shape();
        if (shape.size() < 2 || shape.size() > 4 || shape.contains(0L) || shape.getFirst() > Integer.MAX_VALUE) {
            throw new InputException(subject + " has shape " + header.shapeText()
                    + ", expected images [N, H, W], [N, H, W, C], [N, C, H, W] or vectors [N, F]; reshape it");
        }
        if (header.itemElements() > MAX_ITEM_VALUES) {
            throw new InputException(subject + " has items of " + header.itemElements() + " values, expected at most "
                    + MAX_ITEM_VALUES + "; reshape it");
        }
        if (shape.size() == 2) {
            vectors(in, header, subject, split, out);
        } else if (header.type() != Npy.Type.U8 || header.fortran()) {
            throw new InputException(subject + " has shape " + header.shapeText() + " of type " + header.type()
                    + (header.fortran() ? " in Fortran order" : "")
                    + ", expected uint8 images in C order or a matrix [N, F]; use astype, reshape or"
                    + " numpy.ascontiguousarray");
        } else {
            images(in, header, subject, split, out);
        }
    }

    private static void vectors(InputStream in, Npy.Header header, String subject, Split split, PackWriter out)
            throws IOException {
        int rows = Math.toIntExact(header.shape().getFirst());
        int features = (int) header.itemElements();
        float[] whole = header.fortran() ? Npy.readMatrix(in, header, subject).values() : new float[0];
        float[] row = new float[features];
        for (int i = 0; i < rows; i++) {
            if (header.fortran()) {
                System.arraycopy(whole, i * features, row, 0, features);
            } else {
                Npy.readFloats(in, header, row, 0, features);
            }
            for (int c = 0; c < features; c++) {
                if (!Float.isFinite(row[c])) {
                    throw new InputException(subject + " holds " + row[c] + " in row " + i + ", column " + c
                            + " (from 0), expected finite float32 numbers; replace it or leave the row out");
                }
            }
            out.vector(split, row, -1);
        }
    }

    private static void images(InputStream in, Npy.Header header, String subject, Split split, PackWriter out)
            throws IOException {
        int[] s = header.shape().stream().mapToInt(Math::toIntExact).toArray();
        boolean channelsLast = s.length == 4 && (s[3] == 1 || s[3] == 3);
        boolean channelsFirst = s.length == 4 && !channelsLast && (s[1] == 1 || s[1] == 3);
        if (s.length == 4 && !channelsLast && !channelsFirst) {
            throw new InputException(subject + " has shape " + header.shapeText()
                    + ", expected 1 or 3 channels in the second or last place; select or convert channels");
        }
        var shape = channelsFirst
                ? new PackWriter.Shape(s[2], s[3], s[1])
                : new PackWriter.Shape(s[1], s[2], channelsLast ? s[3] : 1);
        for (int i = 0; i < s[0]; i++) {
            byte[] item = new byte[(int) shape.bytes()];
            Inputs.readFully(in, item);
            out.image(split, shape, channelsFirst && s[1] == 3 ? channelsLast(item) : item, -1);
        }
    }

    private static byte[] channelsLast(byte[] planes) {
        int plane = planes.length / 3;
        byte[] pixels = new byte[planes.length];
        for (int i = 0; i < plane; i++) {
            pixels[3 * i] = planes[i];
            pixels[3 * i + 1] = planes[plane + i];
            pixels[3 * i + 2] = planes[2 * plane + i];
        }
        return pixels;
    }

    private static double[] labels(InputStream in, Npy.Header header, String subject) throws IOException {
        if (header.shape().isEmpty() || header.itemElements() != 1 || header.elements() > MAX_LABELS) {
            throw new InputException(subject + " has shape " + header.shapeText()
                    + ", expected labels [N]; give one whole number per item");
        }
        float[] values = new float[Math.toIntExact(header.elements())];
        Npy.readFloats(in, header, values, 0, values.length);
        double[] labels = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            labels[i] = values[i];
            if (labels[i] != Math.rint(labels[i]) || Math.abs(labels[i]) > 1 << 24) {
                throw new InputException(subject + " has label " + values[i] + " at position " + i
                        + ", expected whole numbers up to 2^24; encode the classes as numbers");
            }
        }
        return labels;
    }

    /// Sets the labels. Classes are the distinct labels of all splits, in ascending order.
    private static void label(Map<Split, double[]> labels, PackWriter out) {
        double[] distinct = labels.values().stream()
                .flatMapToDouble(DoubleStream::of)
                .distinct()
                .sorted()
                .toArray();
        labels.forEach((split, values) -> {
            if (out.size(split) > 0) {
                out.labels(
                        split,
                        DoubleStream.of(values)
                                .mapToInt(v -> Arrays.binarySearch(distinct, v))
                                .toArray());
            }
        });
        out.classNames(DoubleStream.of(distinct)
                .mapToObj(v -> String.valueOf((long) v))
                .toList());
    }

    private static boolean isArray(Tree.Entry entry) {
        return named(entry.name()) && !entry.hidden();
    }

    private static String subject(Tree tree, Tree.Entry entry) {
        return tree instanceof FileTree file
                ? "NumPy file " + file.root()
                : "NumPy array " + entry.path() + " in " + tree.root();
    }

    /// An upper limit of the size of an array in bytes.
    private static long most(Tree tree, Tree.Entry entry) throws IOException {
        return switch (tree) {
            case FileTree file -> Inputs.mostBytes(file.root());
            case FolderTree folder -> Inputs.mostBytes(folder.root().resolve(entry.path()));
            case TarTree tar -> Inputs.mostExpanded(tar.root());
            case ZipTree zip -> Inputs.mostExpanded(zip.root());
        };
    }

    private static Role role(Tree tree, Tree.Entry entry) {
        if (tree instanceof FileTree) {
            return new Role(Split.TRAIN, true);
        }
        String stem = entry.name().toLowerCase(Locale.ROOT).replaceAll("\\.npy(\\.gz)?$", "");
        Split split = Split.TRAIN;
        boolean labels = false;
        boolean data = false;
        for (String part : stem.replaceAll("arr_(\\d)", "arr$1").split("[_\\-. ]")) {
            split = Split.ofFolder(part).orElse(split);
            labels |= LABELS.contains(part);
            data |= DATA.contains(part);
        }
        return new Role(split, data || !labels);
    }

    private @Nullable Path labelsBeside() {
        if (!(tree instanceof FileTree)) {
            return null;
        }
        String name = tree.root().getFileName().toString();
        String stem = name.replaceAll("(?i)\\.npy(\\.gz)?$", "");
        for (String candidate : List.of(stem + "_labels.npy", "labels.npy")) {
            Path path = tree.root().resolveSibling(candidate);
            if (!candidate.equals(name) && Files.isRegularFile(path)) {
                return path;
            }
        }
        return null;
    }
}
