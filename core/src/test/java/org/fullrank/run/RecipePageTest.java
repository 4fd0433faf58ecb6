package org.fullrank.run;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.fullrank.method.MethodPresets;
import org.fullrank.objective.Objective;
import org.fullrank.objective.Regularizer;
import org.fullrank.settings.RecordShape;
import org.fullrank.settings.RecordTree;
import org.fullrank.settings.SettingSource;
import org.fullrank.settings.YamlText;
import org.fullrank.view.ViewPresets;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// `docs/reference/recipes.md` has a section for each record that a recipe is made of, with a row for each
/// of its keys.
class RecipePageTest {
    private static final Path PAGE = Path.of("../docs/reference/recipes.md");
    private static final Pattern ROW = Pattern.compile("\\| `([^`]+)` \\| `([^`]*)` \\| (.+) \\|");

    @Test
    void thePageNamesEveryKeyWithItsDefaultAndNoOther() throws IOException {
        assertThat(rows()).isEqualTo(keys());
    }

    @Test
    void thePageNamesEveryRecipeAndViewPreset() throws IOException {
        String page = Files.readString(PAGE);
        assertThat(Recipes.list().stream().filter(name -> !ofAMethod(name)))
                .allSatisfy(name -> assertThat(page).containsPattern("[`| ]" + name + "[`| ]"));
        assertThat(ViewPresets.names()).allSatisfy(name -> assertThat(page).contains("`" + name + "`"));
        assertThat(page).contains("`small-NAME`", "`published-NAME`");
    }

    /// Whether a recipe is one of those that each objective and each preset has.
    private static boolean ofAMethod(String recipe) {
        String method = recipe.replaceFirst("^(small|published)-", "");
        return !method.equals(recipe)
                && (Objective.all().containsKey(method) || MethodPresets.all().containsKey(method));
    }

    @Test
    void everyAblationOnThePageIsARecipe() throws IOException {
        Pattern ablation = Pattern.compile("\\| [^`|]+ \\| `(method=[^`]+)` \\|");
        List<Recipe> recipes = Files.readAllLines(PAGE).stream()
                .map(ablation::matcher)
                .filter(Matcher::matches)
                .map(row -> Recipes.load("shapes-vicreg", List.of(row.group(1).split(" "))))
                .toList();
        assertThat(recipes).hasSizeGreaterThan(15).doesNotHaveDuplicates();
    }

    /// Heading to key to default, as the page has it.
    private static SequencedMap<String, SequencedMap<String, String>> rows() throws IOException {
        SequencedMap<String, SequencedMap<String, String>> sections = new LinkedHashMap<>();
        String heading = "";
        for (String line : Files.readAllLines(PAGE)) {
            Matcher row = ROW.matcher(line);
            if (line.startsWith("#")) {
                heading = line.replaceFirst("^#+ ", "");
            } else if (row.matches()) {
                assertThat(row.group(3)).as(row.group(1)).isNotBlank();
                sections.computeIfAbsent(heading, h -> new LinkedHashMap<>()).put(row.group(1), row.group(2));
            }
        }
        return sections;
    }

    /// The same as the records have it.
    private static SequencedMap<String, SequencedMap<String, String>> keys() {
        SequencedMap<String, SequencedMap<String, String>> sections = new LinkedHashMap<>();
        record(sections, "The recipe", "", Recipe.class, RecordTree.of(Recipe.defaults()));
        return sections;
    }

    private static void record(
            SequencedMap<String, SequencedMap<String, String>> sections,
            String heading,
            String path,
            Class<?> record,
            @Nullable JsonNode defaults) {
        SequencedMap<String, String> keys = new LinkedHashMap<>();
        sections.put(heading, keys);
        for (RecordComponent component : record.getRecordComponents()) {
            String key = SettingSource.join(path, component.getName());
            @Nullable JsonNode value = defaults == null ? null : defaults.get(component.getName());
            Type element = RecordShape.element(component.getGenericType());
            if (element != null && RecordShape.isRecord(element)) {
                Class<?> type = (Class<?>) element;
                record(sections, "`" + key + "`, each", key + ".N", type, tree(RecordShape.defaults(type)));
            } else if (RecordShape.isChoice(component.getGenericType())) {
                choices(sections, key, component.getType(), value);
            } else if (RecordShape.isRecord(component.getGenericType())) {
                record(sections, "`" + key + "`", key, component.getType(), value);
            } else {
                keys.put(key, value == null ? "" : YamlText.flat(value));
            }
        }
        if (keys.isEmpty()) {
            sections.remove(heading);
        }
    }

    private static void choices(
            SequencedMap<String, SequencedMap<String, String>> sections,
            String key,
            Class<?> sealed,
            @Nullable JsonNode chosen) {
        if (sealed == Objective.class || sealed == Regularizer.class) {
            return; // their settings are on the page of the methods
        }
        for (Class<?> choice : RecordShape.choices(sealed)) {
            String name = RecordShape.name(choice);
            boolean byDefault =
                    chosen != null && name.equals(chosen.path(RecordShape.TYPE).asText());
            String heading = "`" + key + "`, type: " + name;
            record(sections, heading, key, choice, byDefault ? chosen : tree(RecordShape.defaults(choice)));
        }
    }

    private static @Nullable ObjectNode tree(@Nullable Record record) {
        return record == null ? null : RecordTree.of(record);
    }
}
