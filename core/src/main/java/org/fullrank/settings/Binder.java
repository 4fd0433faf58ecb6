package org.fullrank.settings;

import com.fasterxml.jackson.databind.JsonNode;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.fullrank.engine.InputException;
import org.jspecify.annotations.Nullable;

/// Builds records from a completed tree (see [Completion]). The binder does not guess, with one exception.
/// Text such as `1e-4` is read as a number, because YAML treats it as text.
final class Binder {
    private static final Pattern NUMBER = Pattern.compile("[-+]?(\\d+\\.?\\d*|\\.\\d+)([eE][-+]?\\d+)?");

    private final SettingSource source;

    Binder(SettingSource source) {
        this.source = source;
    }

    <T extends Record> T bind(JsonNode tree, Class<T> type) {
        return type.cast(record("", tree, type));
    }

    private Object value(String path, JsonNode node, Type type) {
        Type element = RecordShape.element(type);
        if (element != null) {
            return list(path, node, type, element);
        }
        if (RecordShape.isChoice(type)) {
            String name = node.path(RecordShape.TYPE).asText();
            for (Class<?> choice : RecordShape.choices((Class<?>) type)) {
                if (RecordShape.name(choice).equals(name)) {
                    return record(path, node, choice);
                }
            }
            throw source.wrong(path, node, type);
        }
        if (RecordShape.isRecord(type)) {
            return record(path, node, (Class<?>) type);
        }
        return scalar(path, node, (Class<?>) type);
    }

    private Record record(String path, JsonNode node, Class<?> type) {
        if (!node.isObject()) {
            throw source.wrong(path, node, type);
        }
        RecordComponent[] components = type.getRecordComponents();
        Class<?>[] types = new Class<?>[components.length];
        @Nullable Object[] arguments = new @Nullable Object[components.length];
        for (int i = 0; i < components.length; i++) {
            RecordComponent component = components[i];
            String below = SettingSource.join(path, component.getName());
            @Nullable JsonNode given = node.get(component.getName());
            types[i] = component.getType();
            if (given == null) {
                throw source.missing(below, component.getGenericType());
            }
            if (given.isNull() && !RecordShape.isNullable(component)) {
                throw source.wrong(below, given, component.getGenericType());
            }
            arguments[i] = given.isNull() ? null : value(below, given, component.getGenericType());
        }
        return construct(path, type, types, arguments);
    }

    private Record construct(String path, Class<?> type, Class<?>[] types, @Nullable Object[] arguments) {
        try {
            Constructor<?> constructor = type.getDeclaredConstructor(types);
            constructor.setAccessible(true);
            return (Record) constructor.newInstance(arguments);
        } catch (InvocationTargetException e) {
            Throwable cause = e.getCause();
            if (cause instanceof InputException || cause instanceof IllegalArgumentException) {
                throw source.refused(path, RecordShape.keys(type), String.valueOf(cause.getMessage()), cause);
            }
            throw new IllegalStateException("constructor of " + type.getName() + " failed: " + cause, e);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("cannot construct " + type.getName() + ": " + e.getMessage(), e);
        }
    }

    private List<Object> list(String path, JsonNode node, Type type, Type element) {
        if (!node.isArray()) {
            throw source.wrong(path, node, type);
        }
        List<Object> result = new ArrayList<>(node.size());
        for (int i = 0; i < node.size(); i++) {
            String below = SettingSource.join(path, String.valueOf(i));
            if (node.get(i).isNull()) {
                throw source.wrong(below, node.get(i), element);
            }
            result.add(value(below, node.get(i), element));
        }
        return List.copyOf(result);
    }

    private Object scalar(String path, JsonNode node, Class<?> type) {
        if (!node.isValueNode()) {
            throw source.wrong(path, node, type);
        }
        if (type.isEnum()) {
            return constant(path, node, type);
        }
        if (type == String.class) {
            return node.asText();
        }
        if (type == Path.class) {
            return path(path, node);
        }
        if (type == boolean.class || type == Boolean.class) {
            return flag(path, node, type);
        }
        if (type == int.class || type == Integer.class) {
            return Math.toIntExact(whole(path, node, type, Integer.MIN_VALUE, Integer.MAX_VALUE));
        }
        if (type == long.class || type == Long.class) {
            return whole(path, node, type, Long.MIN_VALUE, Long.MAX_VALUE);
        }
        BigDecimal exact = number(path, node, type);
        double number = node.isNumber() ? node.doubleValue() : Double.parseDouble(node.asText());
        if (Double.isInfinite(number) || (number == 0 && exact.signum() != 0)) {
            throw source.wrong(path, node.asText(), "a number within the range of float64");
        }
        return type == float.class || type == Float.class ? (Object) (float) number : (Object) number;
    }

    private Object constant(String path, JsonNode node, Class<?> type) {
        List<String> names = new ArrayList<>();
        for (Object constant : type.getEnumConstants()) {
            names.add(RecordShape.name((Enum<?>) constant));
        }
        String written = node.asText().toLowerCase(Locale.ROOT).replace('_', '-');
        String name = OldSpelling.current(source.subject(), written, names);
        if (names.contains(name)) {
            return type.getEnumConstants()[names.indexOf(name)];
        }
        throw source.wrong(
                path, '"' + node.asText() + '"', "one of " + String.join(", ", names) + Nearest.hint(name, names));
    }

    private Path path(String path, JsonNode node) {
        try {
            return Path.of(node.asText());
        } catch (InvalidPathException e) {
            throw source.wrong(path, node, Path.class);
        }
    }

    private Boolean flag(String path, JsonNode node, Class<?> type) {
        return switch (node.asText()) {
            case "true" -> true;
            case "false" -> false;
            default -> throw source.wrong(path, node, type);
        };
    }

    private long whole(String path, JsonNode node, Class<?> type, long least, long most) {
        BigDecimal number = number(path, node, type);
        // The exponent is looked at first: 1e999999999 must not be expanded into its digits.
        boolean sane = number.precision() - number.scale() <= 20 && number.scale() <= 400;
        if (!sane || number.stripTrailingZeros().scale() > 0) {
            throw source.wrong(path, node.asText(), RecordShape.expected(type));
        }
        if (number.compareTo(BigDecimal.valueOf(least)) < 0 || number.compareTo(BigDecimal.valueOf(most)) > 0) {
            throw source.wrong(path, node.asText(), "a whole number from " + least + " to " + most);
        }
        return number.longValue();
    }

    private BigDecimal number(String path, JsonNode node, Class<?> type) {
        boolean number = node.isNumber() || node.isTextual();
        if (number && NUMBER.matcher(node.asText()).matches() && node.asText().length() < 400) {
            try {
                return new BigDecimal(node.asText());
            } catch (NumberFormatException e) {
                throw source.wrong(path, node, type); // an exponent of more than ten digits
            }
        }
        throw source.wrong(path, node, type);
    }
}
