package org.fullrank.settings;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.fullrank.engine.InputException;

/// Settings from the command line, `a.b=c`, which change a completed tree. A number in a key selects an
/// element of a list. The values are YAML. So `[1, 2]` replaces a whole list. A setting of `type` removes all
/// other keys of its section, even if the type stays the same. So the section then has the defaults of the
/// type. Types are always set before other keys. So the order of types on the command line does not matter.
final class Overrides {
    private record Setting(String text, List<String> path, JsonNode value) {
        boolean isType() {
            return path.getLast().equals(RecordShape.TYPE) || path.getLast().equals(RecordShape.PRESET);
        }
    }

    private Overrides() {}

    /// @param tree changed in place
    static void apply(JsonNode tree, List<String> settings) {
        List<Setting> parsed =
                new ArrayList<>(settings.stream().map(Overrides::parse).toList());
        // Settings of a whole section come before settings inside of it; otherwise the given order is kept.
        parsed.sort(Comparator.comparingInt(s -> s.path().size() - (s.isType() ? 1 : 0)));
        for (Setting setting : parsed) {
            apply(tree, setting);
        }
    }

    private static Setting parse(String text) {
        int equals = text.indexOf('=');
        List<String> path = equals < 0
                ? List.of()
                : List.of(text.substring(0, equals).strip().split("\\.", -1));
        if (path.isEmpty() || path.contains("")) {
            throw new InputException(
                    "--set: found \"" + text + "\", expected KEY=VALUE, for example --set train.epochs=20");
        }
        return new Setting(text, path, Yaml.parseValue("--set " + text, text.substring(equals + 1)));
    }

    private static void apply(JsonNode tree, Setting setting) {
        JsonNode node = tree;
        for (int depth = 0; depth < setting.path().size() - 1; depth++) {
            node = below(node, setting, depth);
        }
        switch (node) {
            case ObjectNode object -> {
                String key = key(object, setting, setting.path().size() - 1);
                if (setting.isType()) {
                    object.removeAll();
                }
                object.set(key, setting.value());
            }
            case ArrayNode list -> list.set(index(list, setting, setting.path().size() - 1), setting.value());
            default -> throw noKeys(setting, setting.path().size() - 1);
        }
    }

    private static JsonNode below(JsonNode node, Setting setting, int depth) {
        return switch (node) {
            case ObjectNode object -> {
                String key = key(object, setting, depth);
                JsonNode child = object.path(key);
                if (child.isTextual() && setting.path().size() > depth + 1) {
                    yield object.putObject(key).put(RecordShape.NAME, child.asText());
                }
                yield child.isMissingNode() || child.isNull() ? object.putObject(key) : child;
            }
            case ArrayNode list -> list.get(index(list, setting, depth));
            default -> throw noKeys(setting, depth);
        };
    }

    /// The key at this depth of the path, in the spelling of the completed section.
    private static String key(ObjectNode section, Setting setting, int depth) {
        List<String> known =
                section.properties().stream().map(Map.Entry::getKey).toList();
        return OldSpelling.current("--set", setting.path().get(depth), known);
    }

    private static int index(ArrayNode list, Setting setting, int depth) {
        String key = setting.path().get(depth);
        int index = key.matches("\\d{1,6}") ? Integer.parseInt(key) : -1;
        if (index < 0 || index >= list.size()) {
            throw new InputException("--set %s: found element \"%s\" of the list %s, expected 0 to %d; to change its"
                            .formatted(setting.text(), key, pathTo(setting, depth), list.size() - 1)
                    + " length set the whole list, as in --set " + pathTo(setting, depth) + "=[1, 2]");
        }
        return index;
    }

    private static InputException noKeys(Setting setting, int depth) {
        return new InputException("--set %s: %s is a single value, found key %s below it; set %s itself"
                .formatted(
                        setting.text(), pathTo(setting, depth), setting.path().get(depth), pathTo(setting, depth)));
    }

    private static String pathTo(Setting setting, int depth) {
        return String.join(".", setting.path().subList(0, depth));
    }
}
