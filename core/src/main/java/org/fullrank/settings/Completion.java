package org.fullrank.settings;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.fullrank.engine.InputException;
import org.jspecify.annotations.Nullable;

/// Fills in the missing keys of a tree. Refuses unknown keys.
///
/// A missing key gets its value from the `defaults()` of the enclosing record. An object may be incomplete.
/// If the object has the same `type` as the default, it is completed from the default. Otherwise, the object
/// is completed from the `defaults()` of its own record. If a type has a static method `named(String)`, the
/// key `preset` selects the values of the missing keys. A key without a default stays missing, and [Binder]
/// reports it. Lists are never merged.
final class Completion {
    private final SettingSource source;
    private final JsonNode root;

    private Completion(SettingSource source, JsonNode root) {
        this.source = source;
        this.root = root;
    }

    static JsonNode complete(SettingSource source, JsonNode tree, Class<? extends Record> type) {
        return new Completion(source, tree).complete("", tree, type, null);
    }

    private JsonNode complete(String path, JsonNode given, Type type, @Nullable JsonNode fallback) {
        if (given.isNull()) {
            return given;
        }
        if (RecordShape.isChoice(type)) {
            return choice(path, given, (Class<?>) type, fallback);
        }
        if (RecordShape.isRecord(type)) {
            Class<?> record = (Class<?>) type;
            Start start = start(path, given, record, fallback);
            ObjectNode result = JsonNodeFactory.instance.objectNode();
            return fill(path, start, record, record, result);
        }
        Type element = RecordShape.element(type);
        if (element != null && given instanceof ArrayNode list) {
            ArrayNode result = JsonNodeFactory.instance.arrayNode();
            for (int i = 0; i < list.size(); i++) {
                result.add(complete(SettingSource.join(path, String.valueOf(i)), list.get(i), element, null));
            }
            return result;
        }
        return given;
    }

    private JsonNode choice(String path, JsonNode given, Class<?> sealed, @Nullable JsonNode fallback) {
        Start start = start(path, given, sealed, fallback);
        String fallbackName = start.fallback() == null
                ? ""
                : start.fallback().path(RecordShape.TYPE).asText("");
        Class<?> record = recordOf(path, start.object(), sealed, fallbackName);
        String name = RecordShape.name(record);
        ObjectNode result = JsonNodeFactory.instance.objectNode().put(RecordShape.TYPE, name);
        Start kept = name.equals(fallbackName) ? start : new Start(start.object(), null);
        return fill(path, kept, sealed, record, result);
    }

    /// The given keys, and the tree that supplies the missing keys.
    private record Start(ObjectNode object, @Nullable JsonNode fallback) {}

    /// A plain name means an object with only this `type`. If there is no such type, it means an object with
    /// only this `preset`.
    private Start start(String path, JsonNode given, Class<?> type, @Nullable JsonNode fallback) {
        boolean presets = RecordShape.hasPresets(type);
        ObjectNode object = switch (given) {
            case ObjectNode o -> o;
            case JsonNode n
            when n.isTextual() && (presets || RecordShape.isChoice(type)) ->
                JsonNodeFactory.instance.objectNode().put(RecordShape.NAME, n.asText());
            default -> throw source.wrong(path, given, type);
        };
        if (object.has(RecordShape.NAME)) {
            object = object.deepCopy();
            String name = object.remove(RecordShape.NAME).asText();
            object.put(!presets || isTypeName(type, name) ? RecordShape.TYPE : RecordShape.PRESET, name);
        }
        if (presets && isPresetAsType(type, object)) {
            object = object.deepCopy();
            object.set(RecordShape.PRESET, object.remove(RecordShape.TYPE));
        }
        if (!presets || !object.has(RecordShape.PRESET)) {
            return new Start(object, fallback);
        }
        ObjectNode rest = object.deepCopy();
        rest.remove(RecordShape.PRESET);
        JsonNode preset = preset(path, object.get(RecordShape.PRESET).asText(), type);
        String presetType = preset.path(RecordShape.TYPE).asText();
        if (!rest.path(RecordShape.TYPE).asText(presetType).equals(presetType)) {
            throw source.wrong(
                    SettingSource.join(path, RecordShape.TYPE),
                    '"' + rest.get(RecordShape.TYPE).asText() + '"',
                    presetType + " as the preset has");
        }
        return new Start(rest, preset);
    }

    private JsonNode preset(String path, String name, Class<?> type) {
        try {
            Record value = RecordShape.preset(type, name);
            return RecordShape.isChoice(type) ? RecordTree.ofChoice(value) : RecordTree.of(value);
        } catch (InputException e) {
            throw source.refused(path, List.of(), String.valueOf(e.getMessage()), e);
        }
    }

    /// Whether the key `type` contains the name of a preset. This happens in old recipes, because some types
    /// have become presets.
    private static boolean isPresetAsType(Class<?> type, ObjectNode object) {
        String name = object.path(RecordShape.TYPE).asText();
        if (name.isEmpty() || object.has(RecordShape.PRESET) || isTypeName(type, name)) {
            return false;
        }
        try {
            RecordShape.preset(type, name);
            return true;
        } catch (InputException unknown) {
            return false;
        }
    }

    private static boolean isTypeName(Class<?> type, String name) {
        return RecordShape.isChoice(type)
                && RecordShape.choices(type).stream()
                        .anyMatch(c -> RecordShape.name(c).equals(name));
    }

    private Class<?> recordOf(String path, ObjectNode object, Class<?> sealed, String fallbackName) {
        List<Class<?>> choices = RecordShape.choices(sealed);
        String name = object.path(RecordShape.TYPE).asText(fallbackName);
        for (Class<?> choice : choices) {
            if (RecordShape.name(choice).equals(name)) {
                return choice;
            }
        }
        List<String> names = choices.stream().map(RecordShape::name).toList();
        String key = SettingSource.join(path, RecordShape.TYPE);
        if (name.isEmpty()) {
            throw new InputException("%s: missing key %s, expected one of %s"
                    .formatted(source.subject(), key, String.join(", ", names)));
        }
        throw source.wrong(key, '"' + name + '"', "one of " + String.join(", ", names) + Nearest.hint(name, names));
    }

    private ObjectNode fill(String path, Start start, Class<?> declared, Class<?> record, ObjectNode result) {
        List<String> known = new ArrayList<>(RecordShape.keys(record));
        if (RecordShape.hasPresets(declared)) {
            known.addFirst(RecordShape.PRESET);
        }
        if (RecordShape.isChoice(declared)) {
            known.addFirst(RecordShape.TYPE);
        }
        ObjectNode given = currentKeys(path, start.object(), known);
        @Nullable JsonNode defaults = defaultsOf(record, start.fallback());
        for (Map.Entry<String, JsonNode> field : given.properties()) {
            if (!known.contains(field.getKey())) {
                throw source.unknownKey(path, field.getKey(), known, root);
            }
        }
        for (RecordComponent component : record.getRecordComponents()) {
            String key = component.getName();
            @Nullable JsonNode value = given.get(key);
            @Nullable JsonNode fallback = defaults == null ? null : defaults.get(key);
            if (value != null) {
                result.set(key, complete(SettingSource.join(path, key), value, component.getGenericType(), fallback));
            } else if (fallback != null) {
                result.set(key, fallback.deepCopy());
            } else if (RecordShape.isNullable(component)) {
                result.putNull(key);
            } else if (RecordShape.isRecord(component.getGenericType())) {
                setIfPresent(result, key, defaultsOf(component.getType(), null));
            }
        }
        return result;
    }

    private ObjectNode currentKeys(String path, ObjectNode given, List<String> known) {
        ObjectNode current = JsonNodeFactory.instance.objectNode();
        for (Map.Entry<String, JsonNode> field : given.properties()) {
            String key = OldSpelling.current(source.subject(), field.getKey(), known);
            if (current.has(key)) {
                throw source.wrong(
                        SettingSource.join(path, key), "both " + key + " and its old spelling", "one of them");
            }
            current.set(key, field.getValue());
        }
        return current;
    }

    private static void setIfPresent(ObjectNode result, String key, @Nullable JsonNode value) {
        if (value != null) {
            result.set(key, value);
        }
    }

    private static @Nullable JsonNode defaultsOf(Class<?> record, @Nullable JsonNode fallback) {
        if (fallback instanceof ObjectNode) {
            return fallback;
        }
        Record defaults = RecordShape.defaults(record);
        return defaults == null ? null : RecordTree.of(defaults);
    }
}
