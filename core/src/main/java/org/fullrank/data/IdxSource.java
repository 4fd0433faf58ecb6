package org.fullrank.data;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.fullrank.engine.InputException;
import org.fullrank.file.Inputs;
import org.jspecify.annotations.Nullable;

/// The IDX files of MNIST and similar data sets, compressed or not. An IDX file contains the magic bytes `00
/// 00 08 d` (unsigned bytes in d dimensions), the sizes as big-endian 32-bit numbers, and the bytes. Images
/// have three dimensions, and labels have one.
///
/// @param parts the files of each split
record IdxSource(Map<Split, Part> parts) implements DataSource {
    private static final int BYTE = 0x08;
    private static final int INT = 0x0C;

    /// A file of images and, if it exists, the matching file of labels.
    record Part(Path images, @Nullable Path labels) {}

    /// Whether these first bytes are those of an IDX file.
    static boolean matches(byte[] head) {
        return head.length >= 4
                && head[0] == 0
                && head[1] == 0
                && head[2] >= 0x08
                && head[2] <= 0x0E
                && head[3] >= 1
                && head[3] <= 4;
    }

    /// The source for one file of images. The name of the label file is the name of the image file with
    /// `images-idx3` replaced by `labels-idx1`.
    static IdxSource ofFile(Path images) throws IOException {
        if (Inputs.head(images, 4)[3] < 3) {
            throw new InputException("IDX file " + images + " holds labels, expected images (magic 00 00 08 03); "
                    + "give the images or the folder");
        }
        Map<Split, Part> parts = new LinkedHashMap<>();
        parts.put(split(images.getFileName().toString()), new Part(images, labelsOf(images)));
        return new IdxSource(parts);
    }

    /// The source for all IDX files among `files`, which are in one folder.
    static IdxSource ofFiles(Path folder, List<Path> files) throws IOException {
        Map<Split, Part> parts = new LinkedHashMap<>();
        for (Path file : files) {
            byte[] head = Inputs.head(file, 4);
            if (!matches(head) || head[3] < 3) {
                continue;
            }
            Part other = parts.put(split(file.getFileName().toString()), new Part(file, labelsOf(file)));
            if (other != null) {
                throw new InputException(
                        "IDX folder " + folder + " holds both " + other.images().getFileName()
                                + " and " + file.getFileName()
                                + " for one split, expected one train and one t10k file; give one file instead");
            }
        }
        if (parts.isEmpty()) {
            throw new InputException("IDX folder " + folder
                    + " holds labels but no images, expected a file with magic 00 00 08 03; add the images");
        }
        return new IdxSource(parts);
    }

    @Override
    public String format() {
        return "IDX";
    }

    @Override
    public String stamp() throws IOException {
        var stamp = new Stamp();
        for (Part part : parts.values()) {
            stamp.file(part.images());
            if (part.labels() != null) {
                stamp.file(part.labels());
            }
        }
        return stamp.text();
    }

    @Override
    public void pack(PackWriter out) throws IOException {
        int classes = 0;
        for (Map.Entry<Split, Part> part : parts.entrySet()) {
            images(part.getValue().images(), part.getKey(), out);
            Path labels = part.getValue().labels();
            if (labels != null) {
                int[] found = labels(labels, out.size(part.getKey()));
                out.labels(part.getKey(), found);
                classes = Math.max(classes, IntStream.of(found).max().orElse(-1) + 1);
            }
        }
        out.classNames(IntStream.range(0, classes).mapToObj(String::valueOf).toList());
    }

    private static void images(Path file, Split split, PackWriter out) throws IOException {
        try (var in = new DataInputStream(Inputs.open(file))) {
            int[] shape = shape(file, in, BYTE, 3);
            if (shape[1] < 1 || shape[2] < 1 || (long) shape[1] * shape[2] > 1 << 28) {
                throw new InputException("IDX file " + file + " claims images of " + shape[1] + " x " + shape[2]
                        + " pixels, expected 1 to 2^28 pixels; get the file again");
            }
            var size = new PackWriter.Shape(shape[1], shape[2], 1);
            for (int i = 0; i < shape[0]; i++) {
                byte[] pixels = new byte[(int) size.bytes()];
                fill(file, in, pixels, i, shape[0]);
                out.image(split, size, pixels, -1);
            }
            Inputs.expectEnd(in, "IDX file " + file, shape[0] + " images");
        }
    }

    /// The number of each label: one byte, or the first of several whole numbers in a row, as in QMNIST.
    private static int[] labels(Path file, int images) throws IOException {
        byte[] head = Inputs.head(file, 4);
        if (head.length == 4 && head[2] == INT && head[3] == 2) {
            return firstColumn(file, images);
        }
        try (var in = new DataInputStream(Inputs.open(file))) {
            int count = shape(file, in, BYTE, 1)[0];
            requireLabels(file, count, images);
            byte[] bytes = new byte[count];
            fill(file, in, bytes, 0, 1);
            Inputs.expectEnd(in, "IDX file " + file, count + " labels");
            return IntStream.range(0, count).map(i -> bytes[i] & 0xFF).toArray();
        }
    }

    private static int[] firstColumn(Path file, int images) throws IOException {
        try (var in = new DataInputStream(Inputs.open(file))) {
            int[] shape = shape(file, in, INT, 2);
            requireLabels(file, shape[0], images);
            int[] labels = new int[images];
            byte[] row = new byte[Math.multiplyExact(4, shape[1])];
            for (int i = 0; i < images; i++) {
                fill(file, in, row, i, images);
                labels[i] = ByteBuffer.wrap(row).getInt();
                if (labels[i] < 0 || labels[i] > 0xFFFF) {
                    throw new InputException("IDX file " + file + " has label " + labels[i] + " in row " + i
                            + ", expected 0 to 65535; get the file again");
                }
            }
            Inputs.expectEnd(in, "IDX file " + file, images + " rows");
            return labels;
        }
    }

    private static void requireLabels(Path file, int count, int images) {
        if (count != images) {
            throw new InputException("IDX file " + file + " holds " + count + " labels, expected " + images
                    + " as there are images; check that the files belong together");
        }
    }

    /// Reads the header. Checks that the file is large enough for the sizes in the header, before anything is
    /// allocated.
    private static int[] shape(Path file, DataInputStream in, int type, int dimensions) throws IOException {
        int magic = in.readInt();
        int expected = (type << 8) + dimensions;
        if (magic != expected) {
            throw new InputException("IDX file %s has magic %08x, expected %08x (%s, %d dimension%s); %s"
                    .formatted(
                            file,
                            magic,
                            expected,
                            type == BYTE ? "unsigned bytes" : "32-bit numbers",
                            dimensions,
                            dimensions == 1 ? "" : "s",
                            "give MNIST-like files"));
        }
        int[] shape = new int[dimensions];
        BigInteger bytes = BigInteger.valueOf(type == BYTE ? 1 : 4);
        for (int i = 0; i < dimensions; i++) {
            shape[i] = in.readInt();
            if (shape[i] < 0) {
                throw new InputException("IDX file " + file + " claims a dimension of "
                        + Integer.toUnsignedString(shape[i]) + ", expected less than 2^31; get the file again");
            }
            bytes = bytes.multiply(BigInteger.valueOf(shape[i]));
        }
        long most = Inputs.mostBytes(file);
        if (bytes.compareTo(BigInteger.valueOf(most)) > 0) {
            throw new InputException("IDX file " + file + " claims " + bytes + " bytes but can hold at most " + most
                    + "; it is truncated or its header is wrong: get the file again");
        }
        return shape;
    }

    private static void fill(Path file, DataInputStream in, byte[] into, int item, int items) throws IOException {
        try {
            Inputs.readFully(in, into);
        } catch (EOFException e) {
            throw new InputException(
                    "IDX file " + file + " ends in item " + item + " of " + items + "; get the file again", e);
        }
    }

    private static Split split(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        for (String part : lower.split("[-_.]")) { // emnist-letters-test-images-idx3-ubyte
            if (part.equals("t10k") || part.startsWith("test")) {
                return Split.TEST;
            }
            if (part.startsWith("val")) {
                return Split.VALIDATION;
            }
        }
        return Split.TRAIN;
    }

    private static @Nullable Path labelsOf(Path images) {
        String name = images.getFileName().toString();
        String stem = name.endsWith(".gz") ? name.substring(0, name.length() - 3) : name;
        String labels = stem.replace("images", "labels").replace("idx3", "idx1");
        String table = stem.replace("images", "labels").replace("idx3-ubyte", "idx2-int"); // QMNIST
        for (String candidate : List.of(labels, labels + ".gz", table, table + ".gz")) {
            Path path = images.resolveSibling(candidate);
            if (!candidate.equals(stem) && !candidate.equals(name) && Files.isRegularFile(path)) {
                return path;
            }
        }
        return null;
    }
}
