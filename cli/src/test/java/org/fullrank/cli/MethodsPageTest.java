package org.fullrank.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.fullrank.method.MethodPresets;
import org.fullrank.method.MethodSpec;
import org.fullrank.method.PredictorSpec;
import org.fullrank.method.TargetSpec;
import org.fullrank.objective.Alignment;
import org.fullrank.objective.Objective;
import org.fullrank.objective.RankingLoss;
import org.fullrank.objective.Regression;
import org.fullrank.objective.Regularizer;
import org.fullrank.run.Recipes;
import org.fullrank.settings.Choices;
import org.fullrank.settings.Choices.Choice;
import org.fullrank.settings.Yaml;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// `docs/reference/methods.md` has a sheet for each name, with the defaults of the record, and numbers that its
/// commands print.
class MethodsPageTest {
    private static final Path PAGE = Path.of("../docs/reference/methods.md");

    /// Headings of the page and the choices below each.
    private static final Map<String, Class<?>> SECTIONS = Map.of(
            "Regularizers", Regularizer.class,
            "Alignments", Alignment.class,
            "Regressions", Regression.class,
            "Ranking losses", RankingLoss.class,
            "Predictors", PredictorSpec.class,
            "Targets", TargetSpec.class,
            "Methods", MethodSpec.class);

    private static final String OBJECTIVES = "Objectives";
    /// The heading of named settings of a method.
    private static final String PRESETS = "Presets";

    private static final List<String> LABELS = List.of("Formula", "Parts", "Paper, code", "Elsewhere");
    private static final Pattern LABEL = Pattern.compile("- \\*\\*(.*)\\*\\*: ");

    private static final Pattern ROW = Pattern.compile("\\| `([^`]+)` \\| `([^`]*)` \\| (.+) \\|");
    private static final Pattern ENTRY = Pattern.compile("(grad_[a-z]+)\\[(\\d+),(\\d+)]");
    private static final String COMMAND = "fullrank ";
    private static final double RELATIVE = 1e-9;

    @TempDir
    static Path folder;

    /// The part of the page below one name.
    ///
    /// @param section heading above it
    /// @param name in its own heading
    /// @param lines of it
    record Sheet(String section, String name, List<String> lines) {
        Stream<MatchResult> rows() {
            return lines.stream().map(ROW::matcher).filter(Matcher::matches).map(Matcher::toMatchResult);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    /// A row of a table of reference values.
    record Reference(String command, String of, double value) {}

    static List<Sheet> sheets() throws IOException {
        List<Sheet> sheets = new ArrayList<>();
        String section = "";
        for (String line : Files.readAllLines(PAGE)) {
            if (line.startsWith("## ")) {
                section = line.substring(3);
            } else if (line.startsWith("### ") && expected().containsKey(section)) {
                sheets.add(new Sheet(section, line.replaceAll("^### `(.*)`$", "$1"), new ArrayList<>()));
            } else if (!sheets.isEmpty() && sheets.getLast().section().equals(section)) {
                sheets.getLast().lines().add(line);
            }
        }
        return sheets;
    }

    static List<Reference> references() throws IOException {
        return sheets().stream()
                .flatMap(Sheet::rows)
                .filter(row -> row.group(1).startsWith(COMMAND))
                .map(row -> new Reference(
                        row.group(1),
                        row.group(2),
                        Double.parseDouble(row.group(3).replaceAll("[`*]", ""))))
                .toList();
    }

    @BeforeAll
    static void writeSamples() throws IOException {
        NumpyFiles.write(folder.resolve("a.npy"), NumpyFiles.A);
        NumpyFiles.write(folder.resolve("b.npy"), NumpyFiles.B);
        NumpyFiles.write(folder.resolve("a03.npy"), NumpyFiles.scaled(NumpyFiles.A, 0.3));
        NumpyFiles.write(folder.resolve("b03.npy"), NumpyFiles.scaled(NumpyFiles.B, 0.3));
    }

    @Test
    void everyNameHasASheetAndEverySheetAName() throws IOException {
        SequencedMap<String, List<String>> found = new LinkedHashMap<>();
        for (Sheet sheet : sheets()) {
            found.computeIfAbsent(sheet.section(), _ -> new ArrayList<>()).add(sheet.name());
        }
        assertThat(found.keySet()).isEqualTo(expected().keySet());
        expected()
                .forEach((section, names) ->
                        assertThat(found.get(section)).as(section).containsExactlyInAnyOrderElementsOf(names));
    }

    /// The names below each heading.
    private static SequencedMap<String, List<String>> expected() {
        SequencedMap<String, List<String>> expected = new LinkedHashMap<>();
        SECTIONS.forEach((section, choices) -> expected.put(
                section, Choices.of(choices).stream().map(Choice::name).toList()));
        expected.put(OBJECTIVES, List.copyOf(Objective.all().keySet()));
        expected.put(PRESETS, List.copyOf(MethodPresets.all().keySet()));
        return expected;
    }

    @ParameterizedTest
    @MethodSource("sheets")
    void everySheetHasTheSameHeadings(Sheet sheet) {
        assertThat(sheet.lines().stream()
                        .map(LABEL::matcher)
                        .filter(Matcher::lookingAt)
                        .map(label -> label.group(1)))
                .containsExactlyElementsOf(LABELS);
    }

    @ParameterizedTest
    @MethodSource("sheets")
    void everyDefaultIsThatOfTheRecord(Sheet sheet) {
        SequencedMap<String, String> defaults = new LinkedHashMap<>();
        sheet.rows()
                .filter(row -> !row.group(1).startsWith(COMMAND))
                .forEach(row -> defaults.put(row.group(1), row.group(2)));
        assertThat(defaults).isEqualTo(settings(sheet));
    }

    /// Of the regressions that need a predictor the settings are those of the predictor.
    private static SequencedMap<String, String> settings(Sheet sheet) {
        if (sheet.section().equals(PRESETS)) {
            return Choices.settings((Record) MethodPresets.named(sheet.name()));
        }
        if (sheet.section().equals(OBJECTIVES)) {
            return Choices.settings((Record) Objective.named(sheet.name()));
        }
        if (sheet.section().equals("Regressions")) {
            return Choices.settings(Evaluable.named(sheet.name(), List.of()).settings());
        }
        return Choices.of(Objects.requireNonNull(SECTIONS.get(sheet.section()))).stream()
                .filter(choice -> choice.name().equals(sheet.name()))
                .findFirst()
                .orElseThrow()
                .settings();
    }

    @ParameterizedTest
    @MethodSource("references")
    void everyCommandPrintsTheNumberBesideIt(Reference reference) throws IOException {
        List<String> arguments = new ArrayList<>();
        for (String word : reference.command().substring(COMMAND.length()).split(" ")) {
            arguments.add(word.endsWith(".npy") ? folder.resolve(word).toString() : word);
        }
        Path gradients = folder.resolve("gradients");
        arguments.addAll(List.of("--json", "--gradients", gradients.toString()));
        CommandLineRun run = CommandLineRun.of(arguments.toArray(String[]::new));
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(number(new ObjectMapper().readTree(run.out()), gradients, reference.of()))
                .isCloseTo(reference.value(), within(RELATIVE * Math.abs(reference.value())));
    }

    private static double number(JsonNode json, Path gradients, String of) throws IOException {
        Matcher entry = ENTRY.matcher(of);
        if (entry.matches()) {
            double[][] gradient = NumpyFiles.read(gradients.resolve(entry.group(1) + ".npy"), "<f8");
            return gradient[Integer.parseInt(entry.group(2))][Integer.parseInt(entry.group(3))];
        }
        return of.equals("value")
                ? json.get("value").doubleValue()
                : json.at("/parts/" + of).doubleValue();
    }

    @Test
    void everyFunctionOfTheCommandHasAReferenceValue() throws IOException {
        assertThat(references().stream().map(r -> r.command().split(" ")[2]).distinct())
                .containsExactlyInAnyOrderElementsOf(Evaluable.names());
    }

    @Test
    void everythingThatARecipeChoosesIsOnThePage() throws IOException {
        List<String> names = sheets().stream().map(Sheet::name).toList();
        for (String recipe : Recipes.list()) {
            JsonNode method = new ObjectMapper()
                    .readTree(Yaml.json(Recipes.load(recipe, List.of())))
                    .get("method");
            assertThat(names).as(recipe).containsAll(method.findValuesAsText("type"));
        }
    }
}
