package org.fullrank.run;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.fullrank.settings.Yaml;

/// A setting whose value differs between two recipes.
///
/// @param key of the setting, such as `train.batch`
/// @param before its value in the first recipe; missing if it has none
/// @param after its value in the second recipe; missing if it has none
public record RecipeChange(String key, JsonNode before, JsonNode after) {
    /// All changes, in the order of their keys.
    public static List<RecipeChange> between(Recipe before, Recipe after) {
        var changes = new ArrayList<RecipeChange>();
        collect("", Yaml.parseValue("recipe", Yaml.json(before)), Yaml.parseValue("recipe", Yaml.json(after)), changes);
        return changes;
    }

    private static void collect(String path, JsonNode before, JsonNode after, List<RecipeChange> changes) {
        if (before.equals(after)) {
            return;
        }
        if (!before.isObject() || !after.isObject()) {
            changes.add(new RecipeChange(path, before, after));
            return;
        }
        var keys = new TreeSet<String>();
        before.fieldNames().forEachRemaining(keys::add);
        after.fieldNames().forEachRemaining(keys::add);
        for (String key : keys) {
            collect(path.isEmpty() ? key : path + "." + key, before.path(key), after.path(key), changes);
        }
    }

    /// `train.batch 32 -> 16`.
    public String text() {
        return "%s %s -> %s".formatted(key, value(before), value(after));
    }

    /// What the changes of a resumed run mean. A run may continue with an edited recipe, but its two parts are then
    /// different trainings.
    ///
    /// @param step of the change
    /// @param steps of the whole training
    public static Optional<String> warning(List<RecipeChange> changes, long step, long steps) {
        if (changes.isEmpty()) {
            return Optional.empty();
        }
        String all = changes.stream().map(RecipeChange::text).collect(Collectors.joining(", "));
        return Optional.of(
                "warning: the recipe has changed since step %d: %s; training continues at step %d of %d with the new values"
                        .formatted(step, all, step, steps));
    }

    private static String value(JsonNode value) {
        return value.isMissingNode() ? "none" : value.toString();
    }
}
