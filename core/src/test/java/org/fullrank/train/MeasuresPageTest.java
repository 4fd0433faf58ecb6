package org.fullrank.train;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.fullrank.diagnose.Measure;
import org.fullrank.diagnose.Vitals;
import org.fullrank.method.MethodPresets;
import org.fullrank.method.MethodSpec;
import org.fullrank.objective.Lpl;
import org.fullrank.run.MetricKeys;
import org.fullrank.run.Recipe;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `docs/reference/measures.md` has a row for each measure and each key of the log, and training writes no
/// other keys.
class MeasuresPageTest {
    private static final Path PAGE = Path.of("../docs/reference/measures.md");

    @TempDir
    Path folder;

    @Test
    void thePageHasTheTablesOfTheCode() throws IOException {
        var expected = new ArrayList<String>();
        for (Measure measure : Measure.values()) {
            expected.add(row(
                    code(measure.key()),
                    code(measure.formula()),
                    measure.scale(),
                    measure.healthy(),
                    measure.meaning(),
                    String.join(", ", places(measure))));
        }
        for (MetricKeys.Places at : MetricKeys.MEASURED) {
            for (String place : at.places()) {
                expected.add(row(
                        code(place),
                        String.join(
                                ", ",
                                at.measures().stream().map(m -> code(m.key())).toList()),
                        at.when()));
            }
        }
        for (MetricKeys.Key key : MetricKeys.TRAINING) {
            expected.add(row(code(key.pattern()), key.scale(), key.meaning()));
        }
        Files.createDirectories(Path.of("target"));
        Files.write(Path.of("target/measures-rows.md"), expected); // to paste into the page
        List<String> found = Files.readAllLines(PAGE).stream()
                .filter(line -> line.startsWith("| `"))
                .toList();
        assertThat(found).containsExactlyElementsOf(expected);
    }

    private static List<String> places(Measure measure) {
        var places = new ArrayList<String>();
        if (measure != Measure.ACTIVITY) {
            places.add("diagnosis");
        }
        if (Vitals.CHECK.contains(measure)) {
            places.add("check");
        }
        if (Vitals.BATCH.contains(measure)) {
            places.add("batch");
        }
        if (Vitals.LAYER.contains(measure)) {
            places.add("batch blocks");
        }
        if (Vitals.COMPARED.contains(measure)) {
            places.add("comparison");
        }
        if (Set.of(Measure.RANKME, Measure.LIDAR, Measure.ALPHA).contains(measure)) {
            places.add("label-free");
        }
        if (measure == Measure.RANKME_CENTERED) {
            places.add("preflight");
        }
        return places;
    }

    private static String code(String text) {
        return "`" + text.replace("|", "\\|") + "`";
    }

    private static String row(String... cells) {
        return "| " + String.join(" | ", cells).replace("|  |", "| |") + " |";
    }

    @Test
    void trainingWritesNoKeyThatIsNotInTheTable() throws IOException {
        Recipe joint = SmallTraining.recipe(folder, 1);
        var methods = List.of(
                joint.method(),
                new MethodSpec.Local(List.of(6), Lpl.defaults()),
                MethodPresets.named("byol"),
                MethodPresets.named("directpred"));
        var keys = new LinkedHashSet<String>();
        for (int i = 0; i < methods.size(); i++) {
            Path run = folder.resolve("run" + i);
            SmallTraining.train(
                    SmallTraining.with(joint, joint.encoder(), methods.get(i)), run, TrainingListener.silent());
            for (String line : SmallTraining.metrics(run)) {
                new ObjectMapper().readTree(line).fieldNames().forEachRemaining(keys::add);
            }
        }
        assertThat(keys).contains("knn", "target.lag", "block.0.loss", "batch.embedding.std", "representation.rankme");
        assertThat(keys).allMatch(MeasuresPageTest::isInTheTable);
        assertThat(Stream.of("batch.std", "embedding.rank.share", "embedding.rank-me", "knn.other"))
                .noneMatch(MeasuresPageTest::isInTheTable);
    }

    private static boolean isInTheTable(String key) {
        Stream<String> measured = MetricKeys.MEASURED.stream()
                .flatMap(at -> at.places().stream()
                        .flatMap(place -> at.measures().stream().map(measure -> measure.at(place))));
        return Stream.concat(measured, MetricKeys.TRAINING.stream().map(MetricKeys.Key::pattern))
                .anyMatch(pattern -> key.matches(Stream.of(pattern.split("\\."))
                        .map(part -> switch (part) {
                            case "TERM" -> "[A-Za-z0-9-]+(\\.[A-Za-z0-9-]+)?"; // that of a layer has its name before it
                            case "NAME" -> ".+";
                            default -> Pattern.quote(part);
                        })
                        .collect(Collectors.joining("\\."))));
    }
}
