package org.fullrank.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import javax.imageio.ImageIO;
import org.fullrank.engine.Keyed;
import org.fullrank.file.Npy;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `index` and `search` on a run of photographs of two classes, and on files.
class SearchCommandsTest {
    private static final int PHOTOS = 12;

    @TempDir
    static Path folder;

    private static Path photos;
    private static String run;
    private static String index;

    @BeforeAll
    static void train() throws IOException {
        photos = Files.createDirectory(folder.resolve("photos"));
        for (int i = 0; i < PHOTOS; i++) {
            Path kind = Files.createDirectories(photos.resolve(i % 2 == 0 ? "cats" : "dogs"));
            ImageIO.write(
                    image(i), "png", kind.resolve("photo%02d.png".formatted(i)).toFile());
        }
        run = folder.resolve("run").toString();
        CommandLineRun trained = CommandLineRun.of(
                "pretrain",
                "--recipe",
                "small-vicreg",
                "--data",
                photos.toString(),
                "--out",
                run,
                "--no-preflight",
                "--set",
                "views.size=16",
                "--set",
                "encoder={type: convnet, channels: [4, 8]}",
                "--set",
                "method.projector.widths=[8, 8]",
                "--set",
                "train={epochs: 1, batch: 4, precision: fp32, threads: 1}",
                "--set",
                "data.cache=" + folder.resolve("cache"));
        assertThat(trained.code()).as(trained.err()).isZero();
        index = folder.resolve("idx").toString();
        CommandLineRun built = CommandLineRun.of("index", run, "--out", index, "--threads", "1");
        assertThat(built.code()).as(built.err()).isZero();
        assertThat(built.out())
                .contains("rows       12 of width 8, 32 bits", "recall@10  1.000 of the true neighbors of 12 rows");
    }

    private static BufferedImage image(int seed) {
        var image = new BufferedImage(20, 16, BufferedImage.TYPE_INT_RGB);
        var random = Keyed.of(seed);
        int color = (int) random.nextLong() & 0xFFFFFF;
        for (int pixel = 0; pixel < 16 * 20; pixel++) {
            image.setRGB(pixel % 20, pixel / 20, color ^ ((int) random.nextLong() & 0x3F3F3F));
        }
        return image;
    }

    private static CommandLineRun search(String... options) {
        var line = new ArrayList<>(List.of("search", index));
        line.addAll(List.of(options));
        return CommandLineRun.of(line.toArray(String[]::new));
    }

    private static JsonNode json(String... options) throws IOException {
        var line = new ArrayList<>(List.of(options));
        line.add("--json");
        CommandLineRun found = search(line.toArray(String[]::new));
        assertThat(found.code()).as(found.err()).isZero();
        return new ObjectMapper().readTree(found.out());
    }

    private static void refused(int code, String message, String... line) {
        CommandLineRun found = CommandLineRun.of(line);
        assertThat(found.code()).as(found.err()).isEqualTo(code);
        assertThat(found.err().lines()).as(found.err()).hasSize(1);
        assertThat(found.err()).contains(message);
        assertThat(found.out()).isEmpty();
    }

    @Test
    void neighborsOfARowArePrintedWithClassAndSimilarity() {
        CommandLineRun found = search("cats/photo04.png", "-k", "3");
        assertThat(found.code()).as(found.err()).isZero();
        assertThat(found.err()).isEmpty();
        List<String> lines = found.out().lines().toList();
        assertThat(lines).hasSize(4);
        assertThat(lines.getFirst()).isEqualTo("rank  name              class  similarity");
        assertThat(lines.get(1)).matches("1 {5}(cats|dogs)/photo\\d\\d\\.png {2}(cats|dogs) {3}[01]\\.\\d{4}");
        assertThat(found.out()).doesNotContain("photo04");
        assertThat(search("#2", "-k", "3").out())
                .isEqualTo(found.out())
                .isEqualTo(search("#2", "-k", "3", "--exact").out());
    }

    @Test
    void aClassFiltersTheNeighbors() throws IOException {
        JsonNode result =
                json("cats/photo04.png", "--class", "dogs", "-k", "20").path("results");
        assertThat(result.get(0).path("neighbors"))
                .hasSize(PHOTOS / 2)
                .allMatch(hit -> hit.path("class").asText().equals("dogs"));
        refused(
                2,
                "--class: found dog, expected one of the 2 classes of the index: cats, dogs; did you mean dogs?",
                "search",
                index,
                "#0",
                "--class",
                "dog");
    }

    @Test
    void anImageIsEmbeddedWithTheRunOfTheIndex() throws IOException {
        Path copy = folder.resolve("copy.png");
        Files.copy(photos.resolve("dogs/photo05.png"), copy);
        for (String[] options : new String[][] {{copy.toString()}, {copy.toString(), "--run", run}}) {
            JsonNode hit =
                    json(options).path("results").get(0).path("neighbors").get(0);
            assertThat(hit.path("name").asText()).isEqualTo("dogs/photo05.png");
            assertThat(hit.path("similarity").asDouble()).isCloseTo(1, within(1e-5));
        }
        Files.delete(copy);
        refused(2, "found no file, expected an image file", "search", index, copy.toString(), "--run", run);
        refused(2, "run none: found nothing there", "search", index, photos + "/dogs/photo05.png", "--run", "none");
    }

    @Test
    void aNameWithoutItsFolderIsTheOnlyRowOfThisName() throws IOException {
        CommandLineRun found = search("photo04.png", "-k", "3");
        assertThat(found.code()).as(found.err()).isZero();
        assertThat(found.err())
                .isEqualTo("note: searches for row cats/photo04.png, because no row and no file has the name"
                        + " photo04.png" + System.lineSeparator());
        assertThat(found.out()).isEqualTo(search("cats/photo04.png", "-k", "3").out());
        refused(2, "row photo99.png: found no row of this name in the index", "search", index, "photo99.png");
        refused(2, "row photo04.png: found no row of this name", "index", index, "--delete", "photo04.png");
        String file = folder.resolve("twice.npy").toString();
        Npy.write(Path.of(file), new float[] {1, 0, 0, 1, 1, 1}, 2);
        Files.writeString(folder.resolve("twice_names.txt"), "a/x.png\nb/x.png\nc/y.png\n");
        String place = folder.resolve("twice").toString();
        assertThat(CommandLineRun.of("index", file, "--out", place).code()).isZero();
        refused(2, "row x.png: found no row of this name in the index; did you mean", "search", place, "x.png");
    }

    @Test
    void aFileGoesBeforeARowInAFolder() throws IOException {
        Path file = Path.of("photo04.png"); // in the working folder
        Files.copy(photos.resolve("dogs/photo05.png"), file);
        try {
            JsonNode hits = json("photo04.png").path("results").get(0).path("neighbors");
            assertThat(hits.get(0).path("name").asText()).isEqualTo("dogs/photo05.png");
        } finally {
            Files.delete(file);
        }
    }

    @Test
    void aNoteSaysThatTheFirstRowIsTheQuery() throws IOException {
        String note = "note: rank 1 is the query itself" + System.lineSeparator();
        assertThat(search(photos + "/dogs/photo05.png").err()).isEqualTo(note);
        Path other = Files.createDirectories(folder.resolve("other"));
        Files.copy(photos.resolve("dogs/photo05.png"), other.resolve("photo06.png"));
        assertThat(search(other + "/photo06.png").err()).as("another name").isEmpty();
        Files.copy(photos.resolve("cats/photo04.png"), other.resolve("photo05.png"));
        assertThat(search(other + "/photo05.png").err()).as("another image").isEmpty();
        assertThat(search(photos + "/dogs/photo05.png", "--class", "cats").err())
                .isEmpty();
    }

    /// The folder of a training that was killed after its last checkpoint.
    private static Path killed() throws IOException {
        Path copy = Files.createDirectories(folder.resolve("killed"));
        Files.createDirectories(copy.resolve("checkpoints"));
        for (String name : List.of("config.yaml", "checkpoints/step-00000003.safetensors")) {
            Files.copy(Path.of(run, name), copy.resolve(name), StandardCopyOption.REPLACE_EXISTING);
        }
        List<String> lines = Files.readAllLines(Path.of(run, "metrics.jsonl"));
        assertThat(lines.getLast()).contains("finished");
        Files.write(copy.resolve("metrics.jsonl"), lines.subList(0, lines.size() - 1));
        return copy;
    }

    @Test
    void anEmbeddingNamesItsCheckpointAndATrainingThatDidNotFinish() throws IOException {
        String whole = "encoder for the train split: %s, step 3%n"
                .formatted(Path.of(run, "checkpoints", "step-00000003.safetensors"));
        assertThat(CommandLineRun.of("index", run, "--out", folder.resolve("named") + "")
                        .err())
                .startsWith(whole)
                .doesNotContain("warning");
        assertThat(CommandLineRun.of("embed", run, "--out", folder.resolve("named.npy") + "")
                        .err())
                .startsWith(whole)
                .doesNotContain("warning");
        String killed = killed().toString();
        String warning =
                "warning: run %s did not finish: step 3 of 3, interrupted; fullrank pretrain --resume %s continues it"
                        .formatted(killed, killed);
        assertThat(CommandLineRun.of("index", killed, "--out", folder.resolve("part") + "")
                        .err()
                        .lines())
                .contains(warning);
        assertThat(CommandLineRun.of("embed", killed, "--out", folder.resolve("part.npy") + "")
                        .err()
                        .lines())
                .contains(warning);
        CommandLineRun image = CommandLineRun.of("embed", killed, "--image", photos + "/dogs/photo05.png");
        assertThat(image.err().lines()).hasSize(2).last().isEqualTo(warning);
        assertThat(image.err()).startsWith("encoder for 1 image: " + killed);
    }

    @Test
    void aSearchOpensTheCheckpointOfTheIndex() throws IOException {
        Path image = folder.resolve("query.png");
        Files.copy(photos.resolve("dogs/photo05.png"), image);
        Path best = Path.of(run, "checkpoints", "best.safetensors");
        try (var files = Files.list(best.getParent())) {
            Path latest = files.filter(
                            file -> String.valueOf(file.getFileName()).startsWith("step-"))
                    .max(Comparator.naturalOrder())
                    .orElseThrow();
            Files.copy(latest, best, StandardCopyOption.REPLACE_EXISTING);
        }
        String place = folder.resolve("best").toString();
        CommandLineRun built = CommandLineRun.of("index", run, "--best", "--out", place);
        assertThat(built.code()).as(built.err()).isZero();
        assertThat(CommandLineRun.of("search", place, image.toString()).err()).isEmpty();
        Files.delete(best);
        CommandLineRun found = CommandLineRun.of("search", place, image.toString());
        assertThat(found.code()).as(found.err()).isZero();
        assertThat(found.err())
                .contains(
                        "warning: the index was built with checkpoint best.safetensors, but queries are embedded with")
                .contains("embedded with checkpoint step-");
    }

    @Test
    void aFileOfQueriesIsSearchedRowByRow() throws IOException {
        Path file = folder.resolve("two.npy");
        String embedded = folder.resolve("all.npy").toString();
        assertThat(CommandLineRun.of("embed", run, "--out", embedded).code()).isZero();
        float[] all = Npy.readMatrix(Path.of(embedded)).values();
        float[] two = new float[16];
        System.arraycopy(all, 3 * 8, two, 0, 8);
        System.arraycopy(all, 9 * 8, two, 8, 8);
        Npy.write(file, two, 8);
        JsonNode results = json(file.toString(), "-k", "1").path("results");
        assertThat(results).hasSize(2);
        assertThat(results.get(0).path("neighbors").get(0).path("row").asInt()).isEqualTo(3);
        assertThat(results.get(1).path("query").asText()).isEqualTo(file + " #1");
        assertThat(results.get(1).path("neighbors").get(0).path("row").asInt()).isEqualTo(9);
        assertThat(search(file.toString()).out())
                .startsWith("query " + file + " #0\nrank")
                .contains("\n\nquery ");
        Npy.write(file, two, 4);
        refused(2, "query: found 4 numbers, expected 8 as in index", "search", index, file.toString());
        two[5] = Float.NaN;
        Npy.write(file, two, 8);
        refused(2, "found a number that is not finite in row 0", "search", index, file.toString());
    }

    @Test
    void duplicatesAndOutliersAreListed() throws IOException {
        String file = folder.resolve("z.npy").toString();
        Npy.write(Path.of(file), new float[] {1, 0, 2, 0.01f, 0, 1, -1, -1, 0, 3, 3, 0}, 2);
        Files.writeString(folder.resolve("z_names.txt"), "a\nb\nc\nfar\nd\ne\n");
        String place = folder.resolve("plain").toString();
        CommandLineRun built = CommandLineRun.of("index", file, "--out", place, "--bits", "8", "--json");
        assertThat(built.code()).as(built.err()).isZero();
        assertThat(new ObjectMapper().readTree(built.out()).path("recall").asDouble())
                .isEqualTo(1);
        CommandLineRun found = CommandLineRun.of("search", place, "--duplicates");
        assertThat(found.code()).as(found.err()).isZero();
        assertThat(found.out())
                .startsWith("2 groups of near-duplicates with 5 rows: similarity at least 0.97\n")
                .contains("group 1: 3 rows; similarity to the first row\n   a  1.0000\n   b  1.0000\n   e  1.0000\n");
        assertThat(CommandLineRun.of("search", place, "--duplicates", "--limit", "1", "--exact")
                        .out())
                .contains("1 more group; --limit 2 shows all")
                .doesNotContain("group 2");
        found = CommandLineRun.of("search", place, "--outliers", "-k", "2", "--limit", "1", "--json");
        JsonNode outliers = new ObjectMapper().readTree(found.out()).path("outliers");
        assertThat(outliers).hasSize(1);
        assertThat(outliers.get(0).path("name").asText()).isEqualTo("far");
        assertThat(outliers.get(0).path("class").isNull()).isTrue();
        refused(2, "the index was built from a file too", "search", place, photos + "/dogs/photo05.png");
        refused(2, "row nme: found no row of this name", "search", place, "nme");
        refused(2, "index %s: found an index, expected nothing there".formatted(place), "index", file, "--out", place);
        assertThat(CommandLineRun.of("index", place, "--delete", "far", "--delete", "#0")
                        .out())
                .isEqualTo(place + ": deleted 2 rows; 4 left" + System.lineSeparator());
        refused(2, "row far: found no row of this name", "search", place, "far");
        assertThat(CommandLineRun.of("index", file, "--out", place, "--force").code())
                .isZero();
        assertThat(CommandLineRun.of("search", place, "far").code()).isZero();
    }

    @Test
    void aLowRecallIsAWarning() throws IOException {
        var random = Keyed.of(1);
        float[] noise = new float[1500 * 32];
        for (int i = 0; i < noise.length; i++) {
            noise[i] = (float) random.nextGaussian();
        }
        String file = folder.resolve("noise.npy").toString();
        Npy.write(Path.of(file), noise, 32);
        String place = folder.resolve("noisy").toString();
        CommandLineRun built =
                CommandLineRun.of("index", file, "--out", place, "--neighbors", "2", "--beam", "2", "--threads", "1");
        assertThat(built.code()).as(built.err()).isZero();
        assertThat(built.err())
                .contains("warning: searches miss many neighbors (recall@10 0.", "); raise --neighbors or --beam");
        assertThat(CommandLineRun.of("index", file, "--out", place, "--force").err())
                .doesNotContain("warning");
    }

    @Test
    void optionsThatDoNotFitAreRefused() {
        refused(2, "QUERY: found none, expected a row, an image or a .npy file", "search", index);
        refused(2, "QUERY: found #1 together with --duplicates or --outliers", "search", index, "#1", "--outliers");
        refused(2, "found --duplicates together with --outliers", "search", index, "--duplicates", "--outliers");
        refused(2, "--above: found it where it has no effect", "search", index, "#1", "--above", "0.9");
        refused(2, "--class: found it where it has no effect", "search", index, "--outliers", "--class", "cats");
        refused(2, "-k: found it where it has no effect", "search", index, "--duplicates", "-k", "3");
        refused(2, "--above: found 2.0, expected a cosine above 0", "search", index, "--duplicates", "--above", "2");
        refused(2, "-k: found 0, expected at least 1", "search", index, "#1", "-k", "0");
        refused(2, "row #12: found no such row, expected one of the 12 rows", "search", index, "#12");
        refused(2, "index %s: found a folder without fullrank-index.json".formatted(run), "search", run, "#1");
        refused(2, "--out: found none, expected a folder for the index", "index", run);
        refused(2, "--out no/such/idx: found no folder", "index", run, "--out", "no/such/idx");
        refused(2, "--bits: found 5, expected 32 (not quantized), 8 or 4", "index", run, "--out", index, "--bits", "5");
        refused(
                2,
                "--split: found the file x.npy, expected a run folder",
                "index",
                "x.npy",
                "--out",
                "y",
                "--split",
                "test");
        refused(2, "--delete: found options of a build too", "index", index, "--delete", "#1", "--out", "x");
        refused(2, "found a folder that is not an index", "index", run, "--out", photos.toString(), "--force");
    }
}
