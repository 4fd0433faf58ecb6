package org.fullrank.rows;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.fullrank.engine.InputException;
import org.fullrank.file.ArrayRole;
import org.jspecify.annotations.Nullable;

/// A file that contains named arrays.
sealed interface Archive permits NpzArchive, TensorArchive {
    /// Usual names of embeddings, most typical first.
    List<String> MATRICES = List.of("embeddings", "z", "x");

    /// Usual names of labels, most typical first. If none of them occurs, the first array with a name of
    /// labels is used, see [ArrayRole].
    List<String> LABELS = List.of("labels", "y");

    /// Name of the archive, for error messages.
    String name();

    /// The numeric arrays with their shapes.
    SequencedMap<String, List<Long>> shapes();

    /// The other content, in words, for error messages.
    List<String> others();

    /// Opens an array.
    ///
    /// @param array a name of [#shapes]
    /// @param vector whether the array is `[N]` and is read as `[N, 1]`
    RowStream open(String array, boolean vector);

    /// The name of the matrix to read.
    ///
    /// @param key its name; null to find it
    /// @throws InputException when there is no such matrix, or more than one
    default String matrix(@Nullable String key) {
        SequencedMap<String, List<Long>> shapes = shapes();
        if (key != null) {
            if (!shapes.containsKey(key)) {
                throw new InputException("%s: found no array of numbers named %s, expected one of %s; correct --array"
                        .formatted(name(), key, contents()));
            }
            return key;
        }
        List<String> matrices = shapes.entrySet().stream()
                .filter(array -> array.getValue().size() == 2)
                .map(Map.Entry::getKey)
                .toList();
        if (matrices.size() == 1) {
            return matrices.getFirst();
        }
        for (String name : MATRICES) {
            if (matrices.contains(name)) {
                return name;
            }
        }
        List<String> data = matrices.stream()
                .filter(name -> ArrayRole.of(name) == ArrayRole.DATA)
                .toList();
        if (data.size() == 1) {
            return data.getFirst();
        }
        throw new InputException("%s: found %s, expected %s"
                .formatted(
                        name(),
                        contents(),
                        matrices.isEmpty()
                                ? "a matrix [N, D] of numbers; save one with numpy.savez(file, embeddings=z)"
                                : "one matrix [N, D]; name it with --array"));
    }

    /// The name of the array with labels; null if there is none.
    default @Nullable String labels() {
        SequencedMap<String, List<Long>> shapes = shapes();
        return labelNames(shapes.keySet()).stream()
                .filter(name -> Objects.requireNonNull(shapes.get(name)).size() == 1)
                .findFirst()
                .orElse(null);
    }

    /// The names that are names of labels, most typical first.
    static List<String> labelNames(Collection<String> names) {
        return Stream.concat(
                        LABELS.stream().filter(names::contains),
                        names.stream().filter(name -> !LABELS.contains(name) && ArrayRole.of(name) == ArrayRole.LABELS))
                .toList();
    }

    /// Labels that are texts, in an array with a name of labels; null if there are none.
    default String @Nullable [] texts() {
        return null;
    }

    /// The arrays that are neither the matrix nor the labels, in words, at most eight.
    default List<String> ignored(String matrix) {
        String labels = labels();
        Stream<String> arrays = shapes().entrySet().stream()
                .filter(array ->
                        !array.getKey().equals(matrix) && !array.getKey().equals(labels))
                .map(array -> array.getKey() + " " + array.getValue());
        return Stream.concat(arrays, others().stream()).limit(8).toList();
    }

    private String contents() {
        String arrays = shapes().entrySet().stream()
                .limit(8)
                .map(array -> array.getKey() + " " + array.getValue())
                .collect(Collectors.joining(", "));
        String others = others().stream().limit(8).collect(Collectors.joining(", "));
        if (arrays.isEmpty() && others.isEmpty()) {
            return "nothing in it";
        }
        return arrays + (arrays.isEmpty() || others.isEmpty() ? "" : ", ") + others;
    }
}
