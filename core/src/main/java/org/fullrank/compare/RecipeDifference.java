package org.fullrank.compare;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.TreeSet;
import org.fullrank.run.Recipe;
import org.fullrank.settings.Yaml;

/// Describes the settings in which two recipes differ.
final class RecipeDifference {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private RecipeDifference() {}

    /// `train.epochs 3, expected 5`: the first key that differs.
    static String of(Recipe found, Recipe expected) {
        try {
            return of("", MAPPER.readTree(Yaml.json(found)), MAPPER.readTree(Yaml.json(expected)));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String of(String path, JsonNode found, JsonNode expected) {
        var keys = new TreeSet<String>();
        if (found.isObject() && expected.isObject()) {
            found.fieldNames().forEachRemaining(keys::add);
            expected.fieldNames().forEachRemaining(keys::add);
            for (String key : keys) {
                if (!found.path(key).equals(expected.path(key))) {
                    return of(path.isEmpty() ? key : path + "." + key, found.path(key), expected.path(key));
                }
            }
        }
        return "%s %s, expected %s".formatted(path, found, expected);
    }
}
