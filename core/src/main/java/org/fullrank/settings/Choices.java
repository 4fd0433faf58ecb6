package org.fullrank.settings;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/// The options that a recipe can choose from: the records of a sealed interface, with their names and
/// defaults.
public final class Choices {
    /// One choice.
    ///
    /// @param name the value of the key `type`
    /// @param defaults the record with its defaults
    /// @param settings its keys with their defaults as YAML, in order
    public record Choice<T>(String name, T defaults, SequencedMap<String, String> settings) {}

    private Choices() {}

    /// All records of a sealed interface that have defaults, in the order of its `permits` list.
    public static <T> List<Choice<T>> of(Class<T> sealed) {
        List<Choice<T>> choices = new ArrayList<>();
        for (Class<?> record : RecordShape.choices(sealed)) {
            @Nullable Record defaults = RecordShape.defaults(record);
            if (defaults != null) {
                choices.add(new Choice<>(RecordShape.name(record), sealed.cast(defaults), settings(defaults)));
            }
        }
        return choices;
    }

    /// The keys of a record with its values as YAML, in order.
    public static SequencedMap<String, String> settings(Record record) {
        SequencedMap<String, String> settings = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> field : RecordTree.of(record).properties()) {
            settings.put(field.getKey(), YamlText.flat(field.getValue()));
        }
        return settings;
    }
}
