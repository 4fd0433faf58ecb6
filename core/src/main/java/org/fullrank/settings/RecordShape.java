package org.fullrank.settings;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.fullrank.engine.InputException;
import org.jspecify.annotations.Nullable;

/// What a recipe can contain for a Java type. A type can stand for the keys of a record, the names of the
/// records of a sealed interface, or the spelling of enum constants.
public final class RecordShape {
    /// The key that selects the record of a sealed interface.
    public static final String TYPE = "type";

    /// The key that selects a preset, which supplies the values of missing keys. It exists for types with a
    /// static method `named(String)`.
    static final String PRESET = "preset";
    /// The temporary key of a plain name in a section with other keys. It is used until it is known whether
    /// the name is a type or a preset.
    static final String NAME = "";

    private RecordShape() {}

    public static boolean isChoice(Type type) {
        return type instanceof Class<?> c && c.isInterface() && c.isSealed();
    }

    public static boolean isRecord(Type type) {
        return type instanceof Class<?> c && c.isRecord();
    }

    /// The element type of a list, or null when the type is not a list.
    public static @Nullable Type element(Type type) {
        return type instanceof ParameterizedType p && p.getRawType() == List.class
                ? p.getActualTypeArguments()[0]
                : null;
    }

    static boolean isNullable(RecordComponent component) {
        return component.getAnnotatedType().isAnnotationPresent(Nullable.class);
    }

    static List<String> keys(Class<?> record) {
        return Arrays.stream(record.getRecordComponents())
                .map(RecordComponent::getName)
                .toList();
    }

    /// The records of a sealed interface in the order of its `permits` list, including the records of nested
    /// interfaces.
    public static List<Class<?>> choices(Class<?> sealed) {
        List<Class<?>> found = new ArrayList<>();
        for (Class<?> permitted : sealed.getPermittedSubclasses()) {
            if (permitted.isRecord()) {
                found.add(permitted);
            } else if (isChoice(permitted)) {
                found.addAll(choices(permitted));
            }
        }
        return found;
    }

    public static String name(Class<?> record) {
        Named named = record.getAnnotation(Named.class);
        return named != null ? named.value() : record.getSimpleName().toLowerCase(Locale.ROOT);
    }

    public static String name(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /// The record's own `defaults()`, or the only value of a record without components. Null if there is
    /// neither. Then every key is required.
    public static @Nullable Record defaults(Class<?> record) {
        try {
            if (keys(record).isEmpty()) {
                Constructor<?> only = record.getDeclaredConstructor();
                only.setAccessible(true);
                return (Record) only.newInstance();
            }
            Method method = record.getDeclaredMethod("defaults");
            method.setAccessible(true);
            return (Record) method.invoke(null);
        } catch (NoSuchMethodException e) {
            return null;
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("defaults of " + record.getName() + " failed: " + e.getCause(), e);
        }
    }

    /// Whether values of this record or sealed interface have names, which its static method `named(String)`
    /// knows.
    static boolean hasPresets(Class<?> type) {
        return Arrays.stream(type.getDeclaredMethods())
                .anyMatch(m -> m.getName().equals("named") && Modifier.isStatic(m.getModifiers()));
    }

    /// @throws InputException when the type has no such name
    static Record preset(Class<?> type, String name) {
        try {
            Method method = type.getDeclaredMethod("named", String.class);
            method.setAccessible(true);
            return (Record) method.invoke(null, name);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof InputException wrong) {
                throw wrong;
            }
            throw new IllegalStateException("named(String) of " + type.getName() + " failed: " + e.getCause(), e);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("no named(String) in " + type.getName(), e);
        }
    }

    /// The expected form of a value of this type, for error messages.
    static String expected(Type type) {
        Type element = element(type);
        if (element != null) {
            return "a list, each element " + expected(element);
        }
        if (isChoice(type)) {
            return "keys with type one of "
                    + choices((Class<?>) type).stream().map(RecordShape::name).collect(Collectors.joining(", "));
        }
        if (isRecord(type)) {
            return "keys " + String.join(", ", keys((Class<?>) type));
        }
        if (type instanceof Class<?> c && c.isEnum()) {
            return "one of "
                    + Arrays.stream(c.getEnumConstants())
                            .map(e -> name((Enum<?>) e))
                            .collect(Collectors.joining(", "));
        }
        return scalar(type);
    }

    private static String scalar(Type type) {
        if (type == int.class || type == Integer.class || type == long.class || type == Long.class) {
            return "a whole number";
        }
        if (type == double.class || type == Double.class || type == float.class || type == Float.class) {
            return "a number";
        }
        if (type == boolean.class || type == Boolean.class) {
            return "true or false";
        }
        if (type == String.class) {
            return "text";
        }
        if (type == Path.class) {
            return "a path";
        }
        throw new IllegalArgumentException("recipes cannot hold values of " + type.getTypeName());
    }
}
