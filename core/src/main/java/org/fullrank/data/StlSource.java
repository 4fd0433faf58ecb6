package org.fullrank.data;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.fullrank.engine.InputException;
import org.fullrank.file.Inputs;

/// The binary files of STL-10. `train_X.bin`, `test_X.bin` and `unlabeled_X.bin` contain images of 96 x 96
/// pixels. An image consists of its red, green and blue planes, each stored column by column. `train_y.bin`
/// and `test_y.bin` contain labels from 1 to 10. The class names are read from `class_names.txt`. The
/// unlabeled images are a separate split, [Split#UNLABELED].
record StlSource(Tree tree) implements DataSource {
    static final int SIDE = 96;
    private static final int PLANE = SIDE * SIDE;
    private static final int CLASSES = 10;
    private static final int MAX_LABELS = 1 << 24;
    private static final Pattern FILE = Pattern.compile("(?i)(train|test|unlabeled)_([xy])\\.bin(\\.gz)?");

    /// Whether a file of this name is part of STL-10.
    static boolean matches(String name) {
        return FILE.matcher(name).matches();
    }

    @Override
    public String format() {
        return "STL-10 binary";
    }

    @Override
    public String stamp() throws IOException {
        return tree.stamp();
    }

    @Override
    public void pack(PackWriter out) throws IOException {
        Map<Split, int[]> labels = new EnumMap<>(Split.class);
        List<String> names = new ArrayList<>();
        tree.each(entry -> {
            Matcher file = FILE.matcher(entry.name());
            boolean namesClasses = entry.name().equals("class_names.txt");
            if (entry.hidden() || !(file.matches() || namesClasses)) {
                return true;
            }
            try (InputStream in = Inputs.decompressed(entry.content().open())) {
                if (namesClasses) {
                    new String(in.readNBytes(1 << 16), StandardCharsets.UTF_8)
                            .lines()
                            .forEach(names::add);
                } else {
                    Split split = split(file.group(1));
                    if (file.group(2).equalsIgnoreCase("y")) {
                        labels.put(split, labels(entry.path(), in));
                    } else {
                        images(entry.path(), in, split, out);
                    }
                }
            }
            return true;
        });
        labels.forEach((split, classes) -> {
            if (out.size(split) > 0) {
                out.labels(split, classes);
            }
        });
        out.classNames(
                names.size() == CLASSES
                        ? names
                        : IntStream.rangeClosed(1, CLASSES)
                                .mapToObj(String::valueOf)
                                .toList());
    }

    private void images(String path, InputStream in, Split split, PackWriter out) throws IOException {
        var shape = new PackWriter.Shape(SIDE, SIDE, 3);
        byte[] planes = new byte[3 * PLANE];
        for (int image = 0; ; image++) {
            int read = in.readNBytes(planes, 0, planes.length);
            if (read == 0) {
                return;
            }
            if (read < planes.length) {
                throw new InputException("STL-10 file " + path + " in " + tree.root() + " ends in image " + image + " ("
                        + read + " bytes, expected " + planes.length + "); get the file again");
            }
            byte[] pixels = new byte[planes.length];
            for (int i = 0; i < PLANE; i++) {
                int to = 3 * (i % SIDE * SIDE + i / SIDE);
                pixels[to] = planes[i];
                pixels[to + 1] = planes[PLANE + i];
                pixels[to + 2] = planes[2 * PLANE + i];
            }
            out.image(split, shape, pixels, -1);
        }
    }

    private int[] labels(String path, InputStream in) throws IOException {
        byte[] bytes = in.readNBytes(MAX_LABELS);
        int[] labels = new int[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            int label = bytes[i] & 0xFF;
            if (label < 1 || label > CLASSES) {
                throw new InputException("STL-10 file " + path + " in " + tree.root() + ", item " + i + " has label "
                        + label + ", expected 1 to " + CLASSES + "; get the file again");
            }
            labels[i] = label - 1;
        }
        return labels;
    }

    private static Split split(String name) {
        return Optional.of(name).flatMap(Split::ofFolder).orElse(Split.TRAIN);
    }
}
