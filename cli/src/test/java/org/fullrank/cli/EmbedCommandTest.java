package org.fullrank.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import javax.imageio.ImageIO;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.file.Npy;
import org.fullrank.rows.RowStream;
import org.fullrank.rows.RowStreams;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `embed --image` on a run of eight photographs.
class EmbedCommandTest {
    @TempDir
    static Path folder;

    private static Path photos;
    private static String run;

    @BeforeAll
    static void train() throws IOException {
        photos = Files.createDirectory(folder.resolve("photos"));
        for (int i = 0; i < 8; i++) {
            var image = new BufferedImage(20, 16 + i, BufferedImage.TYPE_INT_RGB);
            var random = Keyed.of(i);
            for (int pixel = 0; pixel < image.getHeight() * 20; pixel++) {
                image.setRGB(pixel % 20, pixel / 20, (int) random.nextLong() & 0xFFFFFF);
            }
            ImageIO.write(
                    image, "png", photos.resolve("photo%d.png".formatted(i)).toFile());
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
    }

    private static String photo(int i) {
        return photos.resolve("photo%d.png".formatted(i)).toString();
    }

    @Test
    void imagesHaveTheRowsOfTheirDataSet() {
        Path all = folder.resolve("all.npy");
        Path two = folder.resolve("two.npy");
        assertThat(CommandLineRun.of("embed", run, "--out", all.toString()).code())
                .isZero();
        CommandLineRun found =
                CommandLineRun.of("embed", run, "--image", photo(5), "--image", photo(2), "--out", two.toString());
        assertThat(found.out()).contains("two.npy: 2 embeddings of width 8");
        assertThat(folder.resolve("two_names.txt")).hasContent(photo(5) + "\n" + photo(2) + "\n");
        assertThat(folder.resolve("two_labels.npy")).doesNotExist();
        float[] expected = Npy.readMatrix(all).values();
        float[] values = Npy.readMatrix(two).values();
        for (int d = 0; d < 8; d++) {
            assertThat(values[d]).isCloseTo(expected[5 * 8 + d], within(1e-5f));
            assertThat(values[8 + d]).isCloseTo(expected[2 * 8 + d], within(1e-5f));
        }
    }

    @Test
    void everyFormatHasTheRowsAndThePaths() throws IOException {
        double[] expected = null;
        for (String name : List.of("rows.npy", "rows.parquet", "rows.jsonl", "rows.fbin", "bulk.ndjson")) {
            var line = new ArrayList<>(
                    List.of("embed", run, "--out", folder.resolve(name).toString()));
            if (name.startsWith("bulk")) {
                line.addAll(List.of("--bulk", "photos"));
            }
            CommandLineRun found = CommandLineRun.of(line.toArray(String[]::new));
            assertThat(found.out()).contains(name + ": 8 embeddings of width 8");
            double[] rows = rows(folder.resolve(name));
            expected = expected == null ? rows : expected;
            assertThat(rows).hasSize(64).containsExactly(expected, within(1e-7));
        }
        assertThat(Files.readAllLines(folder.resolve("rows.jsonl")).get(3))
                .startsWith("{\"path\":\"photo3.png\",\"emb");
        assertThat(Files.readAllLines(folder.resolve("bulk.ndjson")).get(6))
                .isEqualTo("{\"index\":{\"_index\":\"photos\",\"_id\":\"photo3.png\"}}");
    }

    private static double[] rows(Path file) {
        try (RowStream rows = RowStreams.open(file);
                var scope = Scope.open()) {
            return Tensors.doubles(Objects.requireNonNull(rows.next()));
        }
    }

    @Test
    void withoutOutTheRowsArePrinted() {
        List<String> lines = CommandLineRun.of("embed", run, "--image", photo(0))
                .out()
                .lines()
                .toList();
        assertThat(lines).hasSize(2);
        assertThat(lines.getFirst()).isEqualTo("path,e0,e1,e2,e3,e4,e5,e6,e7");
        assertThat(lines.getLast().split(",")).hasSize(9).startsWith(photo(0));
    }

    @Test
    void whatDoesNotFitIsRefusedInOneLine() throws IOException {
        Path broken = Files.writeString(folder.resolve("broken.png"), "no image");
        Path out = folder.resolve("never.csv");
        refused("found --data too", "--image", photo(0), "--data", "x", "--out", out.toString());
        refused("found --split too", "--image", photo(0), "--split", "test", "--out", out.toString());
        refused("--json: found no --out", "--image", photo(0), "--json");
        refused(
                "image " + broken + " cannot be read",
                "--image",
                photo(0),
                "--image",
                broken.toString(),
                "--out",
                out.toString());
        refused("found no file, expected an image file", "--image", "none.png");
        refused("--out x.xlsx: found no known ending", "--image", photo(0), "--out", "x.xlsx");
        refused("--bulk: found --out " + out, "--bulk", "photos", "--out", out.toString());
        refused("--bulk: found no --out", "--image", photo(0), "--bulk", "photos");
        refused(
                "found the index name 'Photos'",
                "--out",
                folder.resolve("a.jsonl").toString(),
                "--bulk",
                "Photos");
        assertThat(out).doesNotExist();
    }

    private static void refused(String message, String... options) {
        var line = new ArrayList<>(List.of("embed", run));
        line.addAll(List.of(options));
        CommandLineRun found = CommandLineRun.of(line.toArray(String[]::new));
        assertThat(found.code()).isEqualTo(2);
        assertThat(found.err().lines()).hasSize(1);
        assertThat(found.err()).contains(message);
        assertThat(found.out()).isEmpty();
    }
}
