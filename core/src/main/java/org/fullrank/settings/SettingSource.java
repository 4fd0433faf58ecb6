package org.fullrank.settings;

import com.fasterxml.jackson.databind.JsonNode;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.fullrank.engine.InputException;
import org.jspecify.annotations.Nullable;

/// The source of a setting, such as `recipe quick.yaml`. This class creates the error messages that name the
/// source.
public record SettingSource(String subject) {

    InputException wrong(String path, String found, String expected) {
        return new InputException(at(path) + ": found " + found + ", expected " + expected);
    }

    InputException wrong(String path, JsonNode found, Type expected) {
        return wrong(path, describe(found), RecordShape.expected(expected));
    }

    InputException missing(String path, Type expected) {
        return new InputException("%s: missing key %s, expected %s; add it or pass --set %s=VALUE"
                .formatted(subject, path, RecordShape.expected(expected), path));
    }

    /// @param keys of the record that refused a value; if the reason begins with one of them, such as
    ///     `epochs: found ...`, the error refers to that key
    InputException refused(String path, Collection<String> keys, String reason, Throwable cause) {
        int colon = reason.indexOf(": ");
        String key = colon < 0 ? "" : reason.substring(reason.lastIndexOf('.', colon) + 1, colon);
        return keys.contains(key)
                ? new InputException(at(join(path, key)) + reason.substring(colon), cause)
                : new InputException(at(path) + ": " + reason, cause);
    }

    /// @param parent path of the record that does not have the key, empty at the root
    /// @param known keys of that record
    /// @param tree the whole tree. If no key of the record is similar, the whole tree is searched for the
    ///     same key
    InputException unknownKey(String parent, String key, Collection<String> known, JsonNode tree) {
        @Nullable String near = Nearest.of(key, known);
        @Nullable String suggestion = near != null ? join(parent, near) : elsewhere(join(parent, key), key, tree);
        return new InputException("%s: unknown key %s%s (known%s: %s)"
                .formatted(
                        subject,
                        join(parent, key),
                        suggestion == null ? "" : "; did you mean " + suggestion + "?",
                        parent.isEmpty() ? "" : " in " + parent,
                        String.join(", ", known)));
    }

    public static String join(String parent, String key) {
        return parent.isEmpty() ? key : parent + "." + key;
    }

    private String at(String path) {
        return path.isEmpty() ? subject : subject + ": " + path;
    }

    private static @Nullable String elsewhere(String unknown, String key, JsonNode tree) {
        List<String> paths = new ArrayList<>();
        collect(tree, "", paths);
        paths.remove(unknown);
        List<String> keys =
                paths.stream().map(p -> p.substring(p.lastIndexOf('.') + 1)).toList();
        String near = Nearest.of(key, keys);
        return near == null ? null : paths.get(keys.indexOf(near));
    }

    private static void collect(JsonNode node, String path, List<String> paths) {
        if (node.isObject()) {
            for (Map.Entry<String, JsonNode> field : node.properties()) {
                String below = join(path, field.getKey());
                paths.add(below);
                collect(field.getValue(), below, paths);
            }
        }
    }

    private static String describe(JsonNode node) {
        return switch (node.getNodeType()) {
            case ARRAY -> "a list of " + node.size();
            case OBJECT ->
                "keys "
                        + String.join(
                                ", ",
                                node.properties().stream()
                                        .map(Map.Entry::getKey)
                                        .toList());
            case NULL, MISSING -> "nothing";
            case STRING -> '"' + shortened(node.asText()) + '"';
            case NUMBER, BOOLEAN -> node.asText();
            case BINARY, POJO -> "binary data";
        };
    }

    private static String shortened(String text) {
        String line = text.replaceAll("\\s+", " ");
        return line.length() <= 60 ? line : line.substring(0, 57) + "...";
    }
}
