package org.fullrank.file;

import java.util.Locale;
import java.util.Set;

/// What an array in an `.npz`, in a folder of `.npy` files or in a safetensors file contains, according to
/// its name.
///
/// A name consists of words, such as `image_labels` or `x_train`. The last known word decides. So
/// `image_labels` are labels, and `class_embeddings` are data. The word `data` decides only if no other word
/// does.
public enum ArrayRole {
    /// Items: images or vectors.
    DATA,
    /// The class of each item.
    LABELS,
    /// Something else, such as `class_names`.
    OTHER;

    private static final Set<String> DATA_WORDS = Set.of(
            "x", "image", "images", "feature", "features", "embedding", "embeddings", "vector", "vectors", "z", "arr0");
    private static final Set<String> LABEL_WORDS =
            Set.of("y", "label", "labels", "target", "targets", "class", "classes", "category", "categories", "arr1");
    private static final Set<String> OTHER_WORDS = Set.of("name", "names", "weight", "weights");
    private static final String ANY_DATA = "data";

    /// The role of an array with this name, in upper or lower case.
    public static ArrayRole of(String name) {
        ArrayRole role = OTHER;
        boolean data = false;
        for (String word : words(name)) {
            data |= word.equals(ANY_DATA);
            role = DATA_WORDS.contains(word)
                    ? DATA
                    : LABEL_WORDS.contains(word) ? LABELS : OTHER_WORDS.contains(word) ? OTHER : role;
        }
        return role == OTHER && data ? DATA : role;
    }

    /// The words of a name in lower case.
    public static String[] words(String name) {
        return name.toLowerCase(Locale.ROOT).replaceAll("arr_(\\d)", "arr$1").split("[_\\-. ]+");
    }
}
