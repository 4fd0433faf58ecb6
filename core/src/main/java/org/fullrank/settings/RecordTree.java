package org.fullrank.settings;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Converts records to a tree of plain values. The keys have the order of the record's components.
public final class RecordTree {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private RecordTree() {}

    public static ObjectNode of(Record value) {
        return fill(NODES.objectNode(), value);
    }

    /// The tree of a record of a sealed interface, with the key `type` first.
    static ObjectNode ofChoice(Record value) {
        return fill(NODES.objectNode().put(RecordShape.TYPE, RecordShape.name(value.getClass())), value);
    }

    private static ObjectNode fill(ObjectNode node, Record value) {
        for (RecordComponent component : value.getClass().getRecordComponents()) {
            node.set(component.getName(), node(read(component, value), component.getGenericType()));
        }
        return node;
    }

    private static JsonNode node(@Nullable Object value, Type declared) {
        return switch (value) {
            case null -> NODES.nullNode();
            case Record r when RecordShape.isChoice(declared) -> ofChoice(r);
            case Record r -> of(r);
            case List<?> list -> {
                Type element = RecordShape.element(declared);
                ArrayNode array = NODES.arrayNode(list.size());
                for (Object item : list) {
                    array.add(node(item, element == null ? Object.class : element));
                }
                yield array;
            }
            case Enum<?> constant -> NODES.textNode(RecordShape.name(constant));
            case String text -> NODES.textNode(text);
            case Path path -> NODES.textNode(path.toString());
            case Boolean flag -> NODES.booleanNode(flag);
            case Integer number -> NODES.numberNode(number);
            case Long number -> NODES.numberNode(number);
            case Float number -> NODES.numberNode(Double.parseDouble(number.toString()));
            case Double number -> NODES.numberNode(number);
            default -> throw new IllegalArgumentException("recipes cannot hold values of " + declared.getTypeName());
        };
    }

    private static @Nullable Object read(RecordComponent component, Record value) {
        try {
            Method accessor = component.getAccessor();
            accessor.setAccessible(true);
            return accessor.invoke(value);
        } catch (IllegalAccessException | InvocationTargetException e) {
            throw new IllegalStateException("cannot read " + component + ": " + e.getMessage(), e);
        }
    }
}
