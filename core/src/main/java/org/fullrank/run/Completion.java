package org.fullrank.run;

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

/// Fills the keys that a tree leaves out, and refuses keys that no record knows.
///
/// A missing key takes the value of the enclosing record's `defaults()`; an object given in part is completed from
/// there when it keeps the default's `type`, else from the `defaults()` of its own record. A key without any default
/// stays missing, for [Binder] to report. Lists are never merged.
final class Completion {
    private final Source source;
    private final JsonNode root;

    private Completion(Source source, JsonNode root) {
        this.source = source;
        this.root = root;
    }

    static JsonNode complete(Source source, JsonNode tree, Class<? extends Record> type) {
        return new Completion(source, tree).complete("", tree, type, null);
    }

    private JsonNode complete(String path, JsonNode given, Type type, @Nullable JsonNode fallback) {
        if (given.isNull()) {
            return given;
        }
        if (Shape.isChoice(type)) {
            return choice(path, given, (Class<?>) type, fallback);
        }
        if (Shape.isRecord(type)) {
            if (!(given instanceof ObjectNode object)) {
                throw source.wrong(path, given, type);
            }
            ObjectNode result = JsonNodeFactory.instance.objectNode();
            fill(path, object, (Class<?>) type, defaultsOf((Class<?>) type, fallback), result);
            return result;
        }
        Type element = Shape.element(type);
        if (element != null && given instanceof ArrayNode list) {
            ArrayNode result = JsonNodeFactory.instance.arrayNode();
            for (int i = 0; i < list.size(); i++) {
                result.add(complete(Source.join(path, String.valueOf(i)), list.get(i), element, null));
            }
            return result;
        }
        return given;
    }

    /// A plain name stands for an object with that type and nothing else.
    private JsonNode choice(String path, JsonNode given, Class<?> sealed, @Nullable JsonNode fallback) {
        ObjectNode object = switch (given) {
            case ObjectNode o -> o;
            case JsonNode n
            when n.isTextual() -> JsonNodeFactory.instance.objectNode().put(Shape.TYPE, n.asText());
            default -> throw source.wrong(path, given, sealed);
        };
        String fallbackName = fallback == null ? "" : fallback.path(Shape.TYPE).asText("");
        Class<?> record = recordOf(path, object, sealed, fallbackName);
        String name = Shape.name(record);
        ObjectNode result = JsonNodeFactory.instance.objectNode().put(Shape.TYPE, name);
        JsonNode defaults = defaultsOf(record, name.equals(fallbackName) ? fallback : null);
        fill(path, object, record, defaults, result);
        return result;
    }

    private Class<?> recordOf(String path, ObjectNode object, Class<?> sealed, String fallbackName) {
        List<Class<?>> choices = Shape.choices(sealed);
        String name = object.path(Shape.TYPE).asText(fallbackName);
        for (Class<?> choice : choices) {
            if (Shape.name(choice).equals(name)) {
                return choice;
            }
        }
        List<String> names = choices.stream().map(Shape::name).toList();
        String key = Source.join(path, Shape.TYPE);
        if (name.isEmpty()) {
            throw new InputException("%s: missing key %s, expected one of %s"
                    .formatted(source.subject(), key, String.join(", ", names)));
        }
        throw source.wrong(key, '"' + name + '"', "one of " + String.join(", ", names) + Nearest.hint(name, names));
    }

    private void fill(String path, ObjectNode given, Class<?> record, @Nullable JsonNode defaults, ObjectNode result) {
        List<String> known = new ArrayList<>(Shape.keys(record));
        if (result.has(Shape.TYPE)) {
            known.addFirst(Shape.TYPE);
        }
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
                result.set(key, complete(Source.join(path, key), value, component.getGenericType(), fallback));
            } else if (fallback != null) {
                result.set(key, fallback.deepCopy());
            } else if (Shape.isNullable(component)) {
                result.putNull(key);
            } else if (Shape.isRecord(component.getGenericType())) {
                setIfPresent(result, key, defaultsOf(component.getType(), null));
            }
        }
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
        Record defaults = Shape.defaults(record);
        return defaults == null ? null : RecordTree.of(defaults);
    }
}
