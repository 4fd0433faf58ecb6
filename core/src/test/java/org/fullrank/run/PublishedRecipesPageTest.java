package org.fullrank.run;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.fullrank.settings.RecordTree;
import org.fullrank.settings.SettingSource;
import org.fullrank.settings.YamlText;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// `docs/reference/published-recipes.md` has the settings of each published recipe with their sources.
class PublishedRecipesPageTest {
    private static final Path PAGE = Path.of("../docs/reference/published-recipes.md");
    private static final String PREFIX = "published-";
    private static final Pattern NAME = Pattern.compile("`(" + PREFIX + "[a-z0-9-]+)`");
    private static final Pattern ROW =
            Pattern.compile("\\| `([a-z][A-Za-z0-9.]*)` \\| (.+?) \\| `([^`]*)` \\| (.+) \\|");
    private static final Pattern PLACE = Pattern.compile("`([a-z_-]+): [\\w./-]+:[\\d,-]+`");
    private static final Pattern CODE = Pattern.compile("`([^`]+)`");
    private static final Pattern NUMBER = Pattern.compile("-?[\\d.]+(e-?\\d+)?");
    /// Settings that decide how a network starts and learns: each needs a row.
    private static final Pattern REQUIRED = Pattern.compile(
            "encoder\\..+|optimizer\\..+|schedule\\..+|train\\.(epochs|batch)|groups\\.decayVectors"
                    + "|views\\.(size|views|normalize\\..+)"
                    + "|views\\.pipelines\\.\\d\\.(crop\\.(scaleM..|filter)|flip|jitter\\..+|gray|blur\\.p|solarize\\.p"
                    + "|colorFirst)|method\\.(objective\\.type|predictor\\.(alpha|epsilon|rho|every)|projector\\.widths)");

    /// @param source as the page has it
    /// @param here the value in code letters
    private record Row(String key, String source, String here, String where) {}

    static List<String> names() {
        return Recipes.list().stream().filter(name -> name.startsWith(PREFIX)).toList();
    }

    @ParameterizedTest
    @MethodSource("names")
    void everyRowIsTheValueOfItsRecipe(String name) throws IOException {
        Map<String, String> values = values(name);
        for (Row row : rows().getOrDefault(name, List.of())) {
            assertThat(values).containsEntry(row.key(), row.here());
        }
    }

    @ParameterizedTest
    @MethodSource("names")
    void everySettingThatMattersHasOneRow(String name) throws IOException {
        List<String> keys =
                rows().getOrDefault(name, List.of()).stream().map(Row::key).toList();
        assertThat(keys).doesNotHaveDuplicates();
        List<String> required = values(name).keySet().stream()
                .filter(key -> REQUIRED.matcher(key).matches())
                .toList();
        assertThat(required).hasSizeGreaterThan(30);
        assertThat(keys).containsAll(required);
    }

    @Test
    void thePageNamesNoRecipeThatIsNotShipped() throws IOException {
        assertThat(rows().keySet()).containsExactlyInAnyOrderElementsOf(names());
    }

    @Test
    void aSourceInCodeLettersAloneEqualsTheRecipe() throws IOException {
        for (List<Row> rows : rows().values()) {
            for (Row row : rows) {
                Matcher code = CODE.matcher(row.source());
                boolean number = NUMBER.matcher(row.here()).matches();
                if (code.matches() && (number || row.here().startsWith("["))) {
                    assertThat(plain(code.group(1))).as("%s", row).isEqualTo(plain(row.here()));
                }
            }
        }
    }

    /// 1e-4, 1.0e-4 and 0.0001 are one number.
    private static Object plain(String value) {
        return NUMBER.matcher(value).matches() ? new BigDecimal(value).stripTrailingZeros() : value;
    }

    @Test
    void everyPlaceIsInARepositoryOfTheListOrSaysThatThereIsNone() throws IOException {
        List<String> repositories = new ArrayList<>();
        for (String line : Files.readAllLines(PAGE)) {
            Matcher row = Pattern.compile("\\| `([a-z_-]+)` \\| [\\w.-]+/[\\w.-]+ \\| `[0-9a-f]{40}` \\|")
                    .matcher(line);
            if (row.matches()) {
                repositories.add(row.group(1));
            }
        }
        assertThat(repositories).hasSizeGreaterThan(5).doesNotHaveDuplicates();
        for (List<Row> rows : rows().values()) {
            for (Row row : rows) {
                Matcher place = PLACE.matcher(row.where());
                if (place.matches()) {
                    assertThat(repositories).contains(place.group(1));
                } else {
                    assertThat(row.where()).as("%s", row).isEqualTo("our choice");
                }
            }
        }
    }

    /// The rows below each heading, for all recipes that the heading names.
    private static Map<String, List<Row>> rows() throws IOException {
        Map<String, List<Row>> rows = new LinkedHashMap<>();
        List<String> named = List.of();
        for (String line : Files.readAllLines(PAGE)) {
            Matcher row = ROW.matcher(line);
            if (line.startsWith("#")) {
                named = NAME.matcher(line).results().map(m -> m.group(1)).toList();
            } else if (!named.isEmpty() && row.matches()) {
                var read = new Row(row.group(1), row.group(2), row.group(3), row.group(4));
                named.forEach(name ->
                        rows.computeIfAbsent(name, n -> new ArrayList<>()).add(read));
            }
        }
        return rows;
    }

    /// Every setting of a recipe as the page writes it.
    private static Map<String, String> values(String name) {
        Map<String, String> values = new LinkedHashMap<>();
        collect("", RecordTree.of(Recipes.load(name, List.of())), values);
        return values;
    }

    private static void collect(String path, JsonNode node, Map<String, String> values) {
        boolean list = node.isArray() && !node.isEmpty() && node.get(0).isObject();
        if (node.isObject()) {
            node.properties().forEach(e -> collect(SettingSource.join(path, e.getKey()), e.getValue(), values));
        } else if (list) {
            for (int i = 0; i < node.size(); i++) {
                collect(SettingSource.join(path, String.valueOf(i)), node.get(i), values);
            }
        } else {
            values.put(path, YamlText.flat(node));
        }
    }
}
