package org.fullrank.data;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.fullrank.engine.InputException;
import org.fullrank.file.ArrayRole;
import org.fullrank.file.Inputs;
import org.fullrank.file.Npy;
import org.fullrank.file.NpyText;
import org.jspecify.annotations.Nullable;

/// Says what each array of an `.npz` or of a folder of `.npy` files contains: data of a split, labels of a
/// split, or neither.
///
/// The data of a split are the array that the user names. If the user names none, they are the array with a
/// usual name of data, see [ArrayRole], or else the only array with two or more dimensions. A name given
/// without the word for the split, such as `x` instead of `x_train`, selects the array with this name in all
/// splits. Other arrays are ignored, and a note says so.
///
/// @param data the path of the data of each split
/// @param labels the path of the labels of each split
/// @param images whether the data have more than two dimensions
/// @param notes one line about ignored arrays
record NumpyPlan(Map<Split, String> data, Map<Split, String> labels, boolean images, List<String> notes) {
    private static final int SHOWN = 8;

    /// One array.
    ///
    /// @param base name without the word for the split
    /// @param dimensions of an array of numbers; 0 for texts and for arrays that are not read
    /// @param what in words, for error messages
    private record Found(
            String path, String name, String base, Split split, ArrayRole role, int dimensions, String what) {}

    /// Reads the headers and decides what each array contains.
    ///
    /// @param array the name of the array that holds the data; null to find it
    /// @throws InputException when no array can be the data of a split, or more than one can
    static NumpyPlan of(Tree tree, @Nullable String array) throws IOException {
        List<Found> found = new ArrayList<>();
        tree.each(entry -> {
            if (NumpySource.isArray(entry)) {
                found.add(found(tree, entry));
            }
            return true;
        });
        Map<Split, List<Found>> splits = new EnumMap<>(Split.class);
        found.forEach(each ->
                splits.computeIfAbsent(each.split, _ -> new ArrayList<>()).add(each));
        Map<Split, String> data = new LinkedHashMap<>();
        Map<Split, String> labels = new LinkedHashMap<>();
        List<String> ignored = new ArrayList<>();
        boolean images = false;
        for (Map.Entry<Split, List<Found>> split : splits.entrySet()) {
            Found chosen = chosen(tree, split.getKey(), split.getValue(), array);
            for (Found each : split.getValue()) {
                if (each == chosen) {
                    data.put(split.getKey(), each.path);
                    images |= each.dimensions > 2;
                } else if (each.role == ArrayRole.LABELS && labels.putIfAbsent(split.getKey(), each.path) == null) {
                    continue;
                } else {
                    ignored.add(each.what);
                }
            }
        }
        if (data.isEmpty()) {
            throw new InputException("NumPy data " + tree.root() + " hold "
                    + shown(found.stream().map(Found::what).toList())
                    + ", expected" + (array == null ? "" : " an array " + array + " of") + " images or vectors [N, F]; "
                    + (array == null ? "name the array with data.array" : "correct data.array"));
        }
        return new NumpyPlan(
                data,
                labels,
                images,
                ignored.isEmpty()
                        ? List.of()
                        : List.of("ignored in " + tree.root().getFileName() + ": " + shown(ignored)));
    }

    private static @Nullable Found chosen(Tree tree, Split split, List<Found> found, @Nullable String array) {
        if (tree instanceof FileTree) {
            return found.getFirst();
        }
        if (array != null) {
            return found.stream()
                    .filter(each -> each.name.equals(array))
                    .findFirst()
                    .or(() -> found.stream()
                            .filter(each -> each.base.equals(base(array)))
                            .findFirst())
                    .orElse(null);
        }
        List<Found> matrices = found.stream()
                .filter(each -> each.dimensions > 1 && each.role != ArrayRole.LABELS)
                .toList();
        List<Found> named =
                matrices.stream().filter(each -> each.role == ArrayRole.DATA).toList();
        List<Found> candidates = named.isEmpty() ? matrices : named;
        if (candidates.size() > 1) {
            throw new InputException("NumPy data " + tree.root() + " hold "
                    + shown(candidates.stream().map(Found::what).toList()) + " for the " + split.label()
                    + " split, expected one array of data; name it with data.array");
        }
        return candidates.isEmpty() ? null : candidates.getFirst();
    }

    private static Found found(Tree tree, Tree.Entry entry) throws IOException {
        String name = entry.name().replaceAll("(?i)\\.npy(\\.gz)?$", "");
        Split split = Split.TRAIN;
        for (String word : ArrayRole.words(name)) {
            split = tree instanceof FileTree
                    ? Split.TRAIN
                    : Split.ofFolder(word).orElse(split);
        }
        ArrayRole role = ArrayRole.of(name);
        int dimensions = 0;
        String what;
        String subject = NumpySource.subject(tree, entry);
        try (InputStream in = Inputs.decompressed(entry.content().open())) {
            long most = NumpySource.most(tree, entry);
            String header = Npy.headerText(in, subject, most);
            if (NpyText.matches(header)) {
                what = name + " (texts)";
            } else {
                Npy.Header numbers = Npy.header(header, subject, most);
                dimensions = numbers.shape().size();
                what = name + " " + numbers.shapeText();
            }
        } catch (InputException e) {
            if (tree instanceof FileTree || role == ArrayRole.DATA) {
                throw e;
            }
            what = name + " (no plain numbers)"; // such as pickled objects
        }
        return new Found(entry.path(), name, base(name), split, role, dimensions, what);
    }

    /// A name without its words for splits.
    private static String base(String name) {
        return Stream.of(ArrayRole.words(name))
                .filter(word -> Split.ofFolder(word).isEmpty())
                .collect(Collectors.joining("_"));
    }

    private static String shown(List<String> arrays) {
        return String.join(", ", arrays.subList(0, Math.min(SHOWN, arrays.size())))
                + (arrays.size() > SHOWN ? ", ..." : "");
    }
}
