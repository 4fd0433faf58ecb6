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
import java.util.stream.Stream;
import org.fullrank.engine.InputException;
import org.fullrank.file.Inputs;
import org.fullrank.file.Npy;
import org.fullrank.file.NpyText;
import org.jspecify.annotations.Nullable;

/// NumPy arrays: one `.npy` (compressed with gzip or not), an `.npz`, or a folder of `.npy` files.
///
/// uint8 arrays `[N, H, W]`, `[N, H, W, C]` and `[N, C, H, W]` with C 1 or 3 are images. Matrices `[N, F]` of
/// any number type are vectors. Labels are whole numbers or texts `[N]`. [NumpyPlan] says what each array
/// contains. For a single `a.npy`, the labels are in `a_labels.npy` or `labels.npy` beside it.
record NumpySource(Tree tree, NumpyPlan plan) implements DataSource {
    private static final int MAX_ITEM_VALUES = 1 << 28;
    private static final int MAX_LABELS = 1 << 26;

    /// @throws InputException when no array can be the data of a split, or more than one can
    static NumpySource of(Tree tree, DataSpec spec) throws IOException {
        return new NumpySource(tree, NumpyPlan.of(tree, spec.array()));
    }

    /// Whether this is the name of an array in a folder or an `.npz`.
    static boolean named(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return lower.endsWith(".npy") || lower.endsWith(".npy.gz");
    }

    @Override
    public String format() {
        return plan.images() ? "NumPy images" : "NumPy vectors";
    }

    @Override
    public String stamp() throws IOException {
        var stamp = new Stamp().text(tree.stamp());
        Path labels = labelsBeside();
        return (labels == null ? stamp : stamp.file(labels)).text();
    }

    @Override
    public void pack(PackWriter out) throws IOException {
        plan.notes().forEach(out::note);
        Map<Split, String[]> labels = new EnumMap<>(Split.class);
        tree.each(entry -> {
            Split split = split(plan.data(), entry);
            Split labeled = split(plan.labels(), entry);
            if (split == null && labeled == null) {
                return true;
            }
            String subject = subject(tree, entry);
            long most = most(tree, entry);
            try (InputStream in = Inputs.decompressed(entry.content().open())) {
                if (split == null) {
                    labels.put(labeled, labels(in, subject, most));
                } else {
                    data(in, Npy.header(in, subject, most), subject, split, out);
                }
            }
            return true;
        });
        Path beside = labelsBeside();
        if (beside != null) {
            try (InputStream in = Inputs.open(beside)) {
                labels.put(Split.TRAIN, labels(in, "NumPy file " + beside, Inputs.mostBytes(beside)));
            }
        }
        label(labels, out);
    }

    private static @Nullable Split split(Map<Split, String> paths, Tree.Entry entry) {
        return paths.entrySet().stream()
                .filter(each -> each.getValue().equals(entry.path()))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse(null);
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

    private static String[] labels(InputStream in, String subject, long most) throws IOException {
        String text = Npy.headerText(in, subject, most);
        if (NpyText.matches(text)) {
            return NpyText.of(text, subject, most).read(in);
        }
        Npy.Header header = Npy.header(text, subject, most);
        if (header.shape().isEmpty() || header.itemElements() != 1 || header.elements() > MAX_LABELS) {
            throw new InputException(subject + " has shape " + header.shapeText() + ", expected labels [N], at most "
                    + MAX_LABELS + "; give one whole number or one text per item");
        }
        float[] values = new float[Math.toIntExact(header.elements())];
        Npy.readFloats(in, header, values, 0, values.length);
        String[] labels = new String[values.length];
        for (int i = 0; i < values.length; i++) {
            if (!Float.isNaN(values[i]) && (values[i] != Math.rint(values[i]) || Math.abs(values[i]) > 1 << 24)) {
                throw new InputException(subject + " has label " + values[i] + " in row " + i
                        + " (from 0), expected whole numbers up to 2^24; encode the classes as numbers");
            }
            labels[i] = Float.isNaN(values[i]) ? "" : String.valueOf((long) values[i]);
        }
        return labels;
    }

    /// Numbers the labels of all splits together.
    private static void label(Map<Split, String[]> labels, PackWriter out) {
        labels.keySet().removeIf(split -> out.size(split) == 0);
        var classes = new ClassNumbers("NumPy labels");
        labels.values().forEach(values -> Stream.of(values).forEach(classes::add));
        Labels all = classes.labels();
        classes.notes().forEach(out::note);
        if (all == null) {
            return;
        }
        out.classNames(all.names());
        int from = 0;
        for (Map.Entry<Split, String[]> part : labels.entrySet()) {
            int to = from + part.getValue().length;
            out.labels(part.getKey(), Arrays.copyOfRange(all.classes(), from, to));
            from = to;
        }
    }

    static boolean isArray(Tree.Entry entry) {
        return named(entry.name()) && !entry.hidden();
    }

    static String subject(Tree tree, Tree.Entry entry) {
        return tree instanceof FileTree file
                ? "NumPy file " + file.root()
                : "NumPy array " + entry.path() + " in " + tree.root();
    }

    /// An upper limit for the bytes of an array.
    static long most(Tree tree, Tree.Entry entry) throws IOException {
        return switch (tree) {
            case FileTree file -> Inputs.mostBytes(file.root());
            case FolderTree folder -> Inputs.mostBytes(folder.root().resolve(entry.path()));
            case TarTree tar -> Inputs.mostExpanded(tar.root());
            case ZipTree zip -> Inputs.mostExpanded(zip.root());
            case ShardTree shards -> throw new IllegalStateException("shards hold images: " + shards.root());
        };
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
