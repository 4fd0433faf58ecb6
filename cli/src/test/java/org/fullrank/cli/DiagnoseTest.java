package org.fullrank.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.fullrank.engine.Keyed;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DiagnoseTest {
    private static final int ROWS = 400;
    private static final int WIDTH = 12;

    @TempDir
    Path folder;

    /// Gaussian rows that use `rank` of the dimensions.
    private static double[][] rows(int rank, long key) {
        var draw = Keyed.of(7, key);
        double[][] basis = new double[rank][WIDTH];
        for (int r = 0; r < rank; r++) {
            if (rank == WIDTH) {
                basis[r][r] = 1;
            } else {
                for (int c = 0; c < WIDTH; c++) {
                    basis[r][c] = draw.nextGaussian();
                }
            }
        }
        double[][] rows = new double[ROWS][WIDTH];
        for (double[] row : rows) {
            for (double[] direction : basis) {
                double weight = draw.nextGaussian();
                for (int c = 0; c < WIDTH; c++) {
                    row[c] += weight * direction[c];
                }
            }
        }
        return rows;
    }

    private Path file(String name, int rank) throws IOException {
        return NumpyFiles.write(folder.resolve(name), rows(rank, rank));
    }

    private static CommandLineRun diagnose(Object... arguments) {
        List<String> line = new ArrayList<>(List.of("diagnose"));
        for (Object argument : arguments) {
            line.add(argument.toString());
        }
        return CommandLineRun.of(line.toArray(String[]::new));
    }

    private static JsonNode only(CommandLineRun run) throws IOException {
        assertThat(run.err()).isEmpty();
        JsonNode diagnoses = new ObjectMapper().readTree(run.out()).path("diagnoses");
        assertThat(diagnoses).hasSize(1);
        return diagnoses.get(0);
    }

    @Test
    void healthyRowsAreCalledSoFirst() throws IOException {
        CommandLineRun run = diagnose(file("z.npy", WIDTH));
        assertThat(run.code()).isZero();
        assertThat(run.err()).isEmpty();
        assertThat(run.out().lines().toList().getFirst()).endsWith("z.npy: 400 rows of 12 dimensions");
        assertThat(run.out().lines().toList().get(2)).startsWith("HEALTHY, confidence ");
        assertThat(run.out().lines()).allSatisfy(line -> assertThat(line).isEqualTo(line.stripTrailing()));
    }

    @Test
    void aCollapseEndsWithExitCode3OnlyWhenAsked() throws IOException {
        Path z = file("z.npy", 2);
        CommandLineRun run = diagnose(z);
        assertThat(run.out()).contains("DIMENSIONAL COLLAPSE, confidence ");
        assertThat(run.code()).isZero();
        assertThat(diagnose(z, "--fail-on", "collapse").code()).isEqualTo(3);
        assertThat(diagnose(file("full.npy", WIDTH), "--fail-on", "collapse").code())
                .isZero();
        CommandLineRun wrong = diagnose(z, "--fail-on", "anything");
        assertThat(wrong.code()).isEqualTo(2);
        assertThat(wrong.err().lines()).hasSize(1);
    }

    @Test
    void aFigureBeyondItsBoundEndsWithExitCode3AndAJUnitFile() throws IOException {
        Path z = file("z.npy", WIDTH);
        Path junit = folder.resolve("junit.xml");
        CommandLineRun run = diagnose(z, "--fail-on", "collapse,effective-rank<50", "--junit", junit);
        assertThat(run.code()).isEqualTo(3);
        assertThat(run.err()).contains("--fail-on effective-rank<50: the condition holds for ");
        assertThat(junit).content().contains("tests=\"2\" failures=\"1\"");
        assertThat(diagnose(z, "--fail-on", "effective-rank<3").code()).isZero();
        assertThat(diagnose(z, "--junit", junit).code()).isZero();
        assertThat(junit).content().contains("name=\"collapse\"").contains("failures=\"0\"");
    }

    @Test
    void aFigureThatWasNotMeasuredIsAnErrorInTheJUnitFile() throws IOException {
        Path junit = folder.resolve("junit.xml");
        CommandLineRun run = diagnose(file("z.npy", WIDTH), "--fail-on", "alignment<1", "--junit", junit);
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).contains("found no alignment among the figures");
        assertThat(junit).content().contains("errors=\"1\"");
    }

    private static CommandLineRun diagnoseInput(byte[] input, Object... arguments) {
        InputStream before = System.in;
        try {
            System.setIn(new ByteArrayInputStream(input));
            return diagnose(arguments);
        } finally {
            System.setIn(before);
        }
    }

    @Test
    void standardInputIsReadInAnyFormat() throws IOException {
        CommandLineRun run = diagnoseInput(Files.readAllBytes(file("z.npy", WIDTH)), "-");
        assertThat(run.err()).isEmpty();
        assertThat(run.out()).startsWith("standard input: 400 rows of 12 dimensions");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "a,b;1,2;3,high|CSV file standard input, line 3, column 2 (b) is 'high'",
                "[1,2];[3]|JSON lines standard input, line 2: found 1 numbers",
                "|standard input: is empty",
            })
    void errorsNameStandardInput(@Nullable String lines, String message) {
        String text = lines == null ? "" : lines.replace(';', '\n');
        CommandLineRun run = diagnoseInput(text.getBytes(StandardCharsets.UTF_8), "-");
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).contains(message).doesNotContain("fullrank-input");
    }

    @Test
    void notesAboutLabelsNameStandardInput() {
        var lines = new StringBuilder();
        var draw = Keyed.of(5);
        for (int row = 0; row < 40; row++) {
            lines.append("{\"z\": [%s, %s], \"label\": \"\"}\n".formatted(draw.nextGaussian(), draw.nextGaussian()));
        }
        CommandLineRun run = diagnoseInput(lines.toString().getBytes(StandardCharsets.UTF_8), "-");
        assertThat(run.err()).contains("JSON lines standard input: found no label in 40 rows");
        assertThat(run.code()).isZero();
    }

    @Test
    void jsonHoldsEveryFileWithItsVerdictsAndFigures() throws IOException {
        CommandLineRun run = diagnose(file("a.npy", WIDTH), file("b.npy", 2), "--json", "--fail-on", "collapse");
        assertThat(run.code()).isEqualTo(3);
        JsonNode diagnoses = new ObjectMapper().readTree(run.out()).path("diagnoses");
        assertThat(diagnoses).hasSize(2);
        assertThat(diagnoses.get(0).path("subject").asText()).endsWith("a.npy");
        assertThat(diagnoses.get(0).path("rows").asInt()).isEqualTo(ROWS);
        assertThat(diagnoses.get(0).path("width").asInt()).isEqualTo(WIDTH);
        assertThat(diagnoses.get(1).path("verdicts").get(0).path("kind").asText())
                .isEqualToIgnoringCase("DIMENSIONAL");
        assertThat(diagnoses.get(1).path("sections")).isNotEmpty();
    }

    @ParameterizedTest
    @CsvSource({"<f8,true", ">f8,false", ">f4,true", "<f4,false"})
    void orderOfBytesAndOfEntriesDoNotMatter(String descr, boolean fortran) throws IOException {
        double[][] rows = rows(WIDTH, 1);
        JsonNode plain = only(diagnose(NumpyFiles.write(folder.resolve("z.npy"), rows), "--json"));
        JsonNode other = only(diagnose(NumpyFiles.write(folder.resolve("z.npy"), descr, fortran, rows), "--json"));
        double expected = rankMe(plain);
        assertThat(rankMe(other)).isCloseTo(expected, org.assertj.core.data.Offset.offset(1e-6 * expected));
    }

    @Test
    void halfPrecisionIsRead() throws IOException {
        double[][] rows = rows(WIDTH, 1);
        double expected = rankMe(only(diagnose(NumpyFiles.write(folder.resolve("z.npy"), rows), "--json")));
        Path half = NumpyFiles.write(folder.resolve("h.npy"), "<f2", false, rows);
        assertThat(rankMe(only(diagnose(half, "--json"))))
                .isCloseTo(expected, org.assertj.core.data.Offset.offset(1e-3 * expected));
    }

    private static double rankMe(JsonNode diagnosis) {
        for (JsonNode section : diagnosis.path("sections")) {
            for (JsonNode measure : section.path("measures")) {
                if (measure.path("name").asText().equals("rankme.centered")) {
                    return measure.path("value").asDouble();
                }
            }
        }
        throw new AssertionError("no rankme.centered in " + diagnosis);
    }

    @Test
    void rowsThatAreNotFiniteAreLeftOutAndListed() throws IOException {
        double[][] rows = rows(WIDTH, 1);
        rows[3][2] = Double.NaN;
        rows[5][0] = Double.POSITIVE_INFINITY;
        JsonNode diagnosis = only(diagnose(NumpyFiles.write(folder.resolve("z.npy"), rows), "--json"));
        assertThat(diagnosis.path("rows").asInt()).isEqualTo(ROWS - 2);
        assertThat(diagnosis.path("warnings").get(0).asText())
                .isEqualTo("2 of 400 rows hold NaN or infinity and are left out (from 0: 3, 5)");
        assertThat(diagnose(folder.resolve("z.npy")).out()).contains("warning: 2 of 400 rows hold NaN");
    }

    @Test
    void aSecondViewAndLabelsAddTheirFigures() throws IOException {
        double[][] rows = rows(WIDTH, 1);
        double[][] noise = rows(WIDTH, 2);
        double[][] second = new double[ROWS][WIDTH];
        var labels = new StringBuilder();
        for (int i = 0; i < ROWS; i++) {
            for (int c = 0; c < WIDTH; c++) {
                second[i][c] = rows[i][c] + 0.5 * noise[i][c];
            }
            labels.append(i % 3 == 0 ? "cat" : "dog").append('\n');
        }
        Path z = NumpyFiles.write(folder.resolve("z.npy"), rows);
        Path other = NumpyFiles.write(folder.resolve("other.npy"), second);
        Path text = Files.writeString(folder.resolve("y.txt"), labels);
        assertThat(diagnose(z, "--full").out()).doesNotContain("\npairing ", "\nclasses ");
        assertThat(diagnose(z, "--second", other, "--labels", text, "--full").out())
                .contains("\npairing ", "\nclasses ");
    }

    @Test
    void theOutputFitsAScreenUnlessAllFiguresAreAskedFor() throws IOException {
        Path z = file("z.npy", 2);
        CommandLineRun brief = diagnose(z);
        assertThat(brief.out())
                .contains("DIMENSIONAL COLLAPSE", "  because  ", "  next     ", "\n  effective-rank  ")
                .containsPattern(
                        "\n! effective-rank\\.margin|\n! rankme\\.centered\\.share|\n! squared-correlation-excess")
                .contains("! outside of the healthy range");
        assertThat(brief.out().lines()).hasSizeLessThan(36);
        assertThat(diagnose(z, "--full").out().lines()).hasSizeGreaterThan(36);
        JsonNode measure =
                new ObjectMapper().readTree(diagnose(z, "--json").out()).at("/diagnoses/0/sections/0/measures/0");
        assertThat(measure.path("name").asText()).isEqualTo("std");
        assertThat(measure.path("low").asDouble()).isEqualTo(0.4);
        assertThat(measure.path("ok").asBoolean())
                .isEqualTo(measure.path("value").asDouble() >= 0.4);
    }

    /// Titles are names of the rows; a text column with classes is announced with the option that corrects it.
    @Test
    void aColumnOfTextIsAnnouncedOnlyIfItIsTheLabel() throws IOException {
        double[][] rows = rows(WIDTH, 1);
        var titled = new StringBuilder("a,title,b,c\n");
        var late = new StringBuilder("a,animal,b,c\n");
        for (int i = 0; i < ROWS; i++) {
            String format = rows[i][0] + ",%s %d," + rows[i][1] + "," + rows[i][2] + "\n";
            titled.append(format.formatted("title", i));
            late.append(format.formatted("animal", i % (ROWS / 2))); // differs in the first rows
        }
        CommandLineRun named = diagnose(Files.writeString(folder.resolve("titled.csv"), titled), "--full");
        assertThat(named.out() + named.err())
                .contains("400 rows of 3 dimensions")
                .doesNotContain("warning", "\nclasses ");
        Path file = Files.writeString(folder.resolve("late.csv"), late);
        CommandLineRun classes = diagnose(file, "--full");
        assertThat(classes.err())
                .isEqualToIgnoringNewLines(
                        "warning: column 2 (animal) was taken for the label, because it is the only one"
                                + " of text; if it is not, use --label-column none");
        assertThat(classes.out()).contains("\nclasses ");
        CommandLineRun none = diagnose(file, "--full", "--label-column", "none");
        assertThat(none.out()).contains("400 rows of 3 dimensions").doesNotContain("\nclasses ");
    }

    /// `ok` is what `low` and `high` say of the value, and an infinite end has no key.
    @Test
    void everyMeasureInJsonSaysWhetherItIsInItsRange() throws IOException {
        Set<String> ends = new HashSet<>();
        Set<Boolean> found = new HashSet<>();
        for (Path z : List.of(file("low.npy", 2), file("full.npy", WIDTH))) {
            JsonNode diagnosis =
                    new ObjectMapper().readTree(diagnose(z, "--json").out()).at("/diagnoses/0");
            for (JsonNode section : diagnosis.path("sections")) {
                for (JsonNode measure : section.path("measures")) {
                    if (!measure.has("ok")) {
                        assertThat(measure.has("low") || measure.has("high"))
                                .as(measure.toString())
                                .isFalse();
                        continue;
                    }
                    double value = measure.path("value").asDouble(Double.NaN);
                    boolean low =
                            measure.has("low") && value < measure.path("low").asDouble();
                    boolean high =
                            measure.has("high") && value > measure.path("high").asDouble();
                    assertThat(measure.path("ok").asBoolean())
                            .as(measure.toString())
                            .isEqualTo(!low && !high);
                    ends.add((measure.has("low") ? "low " : "") + (measure.has("high") ? "high" : ""));
                    found.add(measure.path("ok").asBoolean());
                }
            }
        }
        assertThat(ends).contains("low high", "low ", "high");
        assertThat(found).containsExactlyInAnyOrder(true, false);
    }

    @Test
    void twoFilesAreComparedRowByRow() throws IOException {
        double[][] rows = rows(WIDTH, 1);
        double[][] turned = new double[ROWS][WIDTH + 1]; // rotated, scaled and moved: the same up to these
        for (int i = 0; i < ROWS; i++) {
            for (int c = 0; c < WIDTH; c++) {
                turned[i][WIDTH - c] = 3 * rows[i][c];
            }
            turned[i][0] = 5;
        }
        Path a = NumpyFiles.write(folder.resolve("a.npy"), rows);
        Path b = NumpyFiles.write(folder.resolve("b.npy"), turned);
        JsonNode same = new ObjectMapper()
                .readTree(diagnose(a, b, "--compare", "--json").out())
                .path("comparison");
        assertThat(same.path("rows").asInt()).isEqualTo(ROWS);
        assertThat(same.path("linearCka").asDouble()).isCloseTo(1, within(1e-6));
        assertThat(same.path("angles").get(0).asDouble()).isCloseTo(0, within(0.1));
        Path collapsed = file("c.npy", 2);
        assertThat(diagnose(collapsed, a, "--compare").out())
                .contains("first:  " + collapsed + ": dimensional collapse", "second minus first", "linear CKA 0.")
                .endsWith("The second is better: only the first has collapsed.\n");
        assertThat(diagnose(a, "--compare").err())
                .contains("--compare: found 1 files, expected two files of embeddings");
    }

    @Test
    void thePageIsWrittenWhole() throws IOException {
        Path page = folder.resolve("page.html");
        assertThat(diagnose(file("z.npy", 2), "--page", page).code()).isZero();
        assertThat(Files.readString(page)).startsWith("<!DOCTYPE html>").contains("z.npy");
    }
}
