package org.fullrank.data;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.fullrank.engine.InputException;
import org.fullrank.file.Inputs;
import org.jspecify.annotations.Nullable;

/// Files beside images that give each image its class, as in a WebDataset. The file `0001.cls` or `0001.json`
/// belongs to `0001.jpg`. A `.cls` file contains the number or the name of the class. A `.json` file contains
/// an object with the class in `label`, `cls` or `class`. Other fields are ignored.
final class Sidecars {
    private static final int MOST_CLS_BYTES = 1 << 10;
    private static final int MOST_JSON_BYTES = 1 << 20; // the data of one item; larger files describe a data set
    private static final List<String> FIELDS = List.of("label", "cls", "class");
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private final Map<String, Label> labels = new HashMap<>();

    /// @param path of the file
    /// @param text number or name of the class; empty for no class; null if the file is not understood
    /// @param problem why it is not understood
    private record Label(
            String path, @Nullable String text, @Nullable String problem) {}

    /// Whether a file may be the sidecar of an image.
    static boolean named(Tree.Entry entry) {
        String name = entry.name().toLowerCase(Locale.ROOT);
        return name.endsWith(".cls") && entry.size() <= MOST_CLS_BYTES
                || name.endsWith(".json") && entry.size() <= MOST_JSON_BYTES;
    }

    /// Reads a file whose name is [#named] so.
    void add(String path, byte[] content) {
        Label label = path.toLowerCase(Locale.ROOT).endsWith(".cls") ? number(path, content) : json(path, content);
        if (label != null) {
            labels.merge(stem(path), label, Sidecars::agreed);
        }
    }

    private static Label number(String path, byte[] content) {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(content))
                    .toString()
                    .strip();
            boolean line = text.chars().noneMatch(Character::isISOControl);
            return line ? new Label(path, text, null) : new Label(path, null, "it has more than one line");
        } catch (CharacterCodingException e) {
            return new Label(path, null, Inputs.reason(e));
        }
    }

    /// The label in an object; null if it has none.
    private static @Nullable Label json(String path, byte[] content) {
        JsonNode root;
        try {
            root = JSON.readTree(content);
        } catch (JsonProcessingException e) {
            return new Label(
                    path,
                    null,
                    "it is no JSON: "
                            + e.getOriginalMessage().lines().findFirst().orElse(""));
        } catch (IOException e) {
            return new Label(path, null, Inputs.reason(e));
        }
        Label found = null;
        for (String field : FIELDS) {
            JsonNode value = root.get(field);
            if (value != null && !value.isNull()) {
                Label label = value.isNumber() && Double.isFinite(value.doubleValue()) || value.isTextual()
                        ? new Label(path, text(value), null)
                        : new Label(path, null, "its field " + field + " is neither a number nor a text");
                found = found == null ? label : agreed(found, label);
            }
        }
        return found;
    }

    private static String text(JsonNode value) {
        boolean whole = value.isNumber() && value.canConvertToExactIntegral();
        return whole ? value.bigIntegerValue().toString() : value.asText().strip();
    }

    private static Label agreed(Label one, Label other) {
        if (one.problem != null || Objects.equals(one.text, other.text)) {
            return one;
        }
        return other.problem != null
                ? other
                : new Label(other.path, null, "it says '%s', but '%s' is said too".formatted(other.text, one.text));
    }

    /// The class of each of these images, by path. Images without a class are left out.
    Map<String, String> classes(List<String> images) {
        Map<String, String> classes = new HashMap<>();
        for (String image : images) {
            Label label = labels.get(stem(image));
            if (label != null && label.text != null && !label.text.isEmpty()) {
                classes.put(image, label.text);
            }
        }
        return classes;
    }

    /// Checks that no two images have the same key. A key is the path without the extension, or the path up
    /// to the first dot, as in `0001.jpg` and `0001.mask.png`.
    ///
    /// @throws InputException that names two images with the same key, if this key has a label
    void requireOwn(Tree tree, List<String> images) {
        Map<String, String> owners = new HashMap<>();
        for (String image : images) {
            String key = labels.containsKey(stem(image)) ? stem(image) : key(image);
            String other = labels.containsKey(key) ? owners.put(key, image) : null;
            if (other != null) {
                throw new InputException(
                        "data path %s: the images %s and %s have one key, expected one image for each label; remove one"
                                .formatted(tree.root(), other, image));
            }
        }
    }

    /// The files that could not be used, one line each.
    List<String> notes(List<String> images) {
        Set<String> stems = new HashSet<>();
        images.forEach(image -> stems.add(stem(image)));
        Set<String> lonely = new TreeSet<>();
        Map<String, String> wrong = new HashMap<>();
        labels.forEach((stem, label) -> {
            if (label.problem != null && stems.contains(stem)) {
                wrong.put(label.path, label.problem);
            } else if (label.problem == null && !stems.contains(stem)) {
                lonely.add(label.path);
            }
        });
        List<String> notes = new ArrayList<>();
        if (!wrong.isEmpty()) {
            String first = new TreeSet<>(wrong.keySet()).first();
            notes.add("%d files beside images are not understood, first %s (%s); these images have no label"
                    .formatted(wrong.size(), first, wrong.get(first)));
        }
        if (!lonely.isEmpty()) {
            notes.add("%d files of labels have no image of the same name in the same folder or shard, first %s"
                    .formatted(lonely.size(), lonely.iterator().next()));
        }
        return notes;
    }

    /// The path without the last extension of the file name.
    static String stem(String path) {
        int dot = path.lastIndexOf('.');
        return dot > path.lastIndexOf('/') ? path.substring(0, dot) : path;
    }

    /// The path up to the first dot of the file name.
    private static String key(String path) {
        int dot = path.indexOf('.', path.lastIndexOf('/') + 1);
        return dot < 0 ? path : path.substring(0, dot);
    }
}
