package org.fullrank.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.fullrank.engine.Keyed;
import org.fullrank.file.NpyArray;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What `fullrank decompose` prints, writes and refuses. `F` in an argument stands for the folder of the files.
class DecomposeCommandTest {
    private static final int ROWS = 14;
    private static final int COLUMNS = 12;

    @TempDir
    Path folder;

    @BeforeEach
    void writeFiles() {
        Keyed random = Keyed.of(1);
        float[] clean = new float[ROWS * COLUMNS];
        float[] noisy = new float[clean.length];
        float[] mask = new float[clean.length];
        float[] withNaN = new float[clean.length];
        float[] counts = new float[clean.length];
        for (int i = 0; i < clean.length; i++) {
            clean[i] = (float) ((2 + Math.sin(i / COLUMNS / 3.0)) * (2 + Math.cos(i % COLUMNS / 4.0)));
            noisy[i] = clean[i] + (float) random.nextGaussian();
            mask[i] = i % 5 == 0 ? 0 : 1;
            withNaN[i] = mask[i] == 0 ? Float.NaN : noisy[i];
            counts[i] = Math.max(0, Math.round(noisy[i]));
        }
        float[] negative = counts.clone();
        write("clean", clean, ROWS, COLUMNS);
        write("noisy", noisy, ROWS, COLUMNS);
        write("mask", mask, ROWS, COLUMNS);
        write("nan", withNaN, ROWS, COLUMNS);
        write("counts", counts, ROWS, COLUMNS);
        write("cube", Arrays.copyOf(noisy, 6 * 5 * 5), 6, 5, 5);
        write("four", new float[16], 2, 2, 2, 2);
        write("thin", Arrays.copyOf(noisy, 16), 8, 2);
        negative[3] = -1;
        write("negative", negative, ROWS, COLUMNS);
        write("zero", new float[48], 8, 6);
    }

    private void write(String name, float[] values, Integer... shape) {
        new NpyArray(List.of(shape), values).write(folder.resolve(name + ".npy"));
    }

    private CommandLineRun run(String arguments) {
        var line = new ArrayList<>(List.of("decompose"));
        line.addAll(Stream.of(arguments.split(" "))
                .map(a -> a.replace("F/", folder + "/"))
                .toList());
        line.addAll(List.of("--width", "6"));
        if (!arguments.contains("--scales")) {
            line.addAll(List.of("--scales", "2"));
        }
        return CommandLineRun.of(line.toArray(String[]::new));
    }

    private JsonNode json(String arguments) throws IOException {
        CommandLineRun run = run(arguments + " --json");
        assertThat(run.code()).as(run.err()).isZero();
        return new ObjectMapper().readTree(run.out());
    }

    @Test
    void theTableComparesAllFactorizations() {
        CommandLineRun run = run("F/noisy.npy --rank 3 --truth F/clean.npy --compare svd,nmf --iterations 20");
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out().lines().map(line -> line.split("  +")[0]))
                .startsWith("method", "deeptensor", "svd", "best-svd", "nmf");
        assertThat(run.out()).containsPattern("deeptensor +3 +\\S+ +\\S+ dB").contains(" of 20 iterations, ");
        assertThat(run.err()).startsWith("rank 3  iteration 1/20  loss ");
    }

    @Test
    void theObjectHasRankIterationsHeldOutLossAndPsnr() throws IOException {
        JsonNode json = json("F/noisy.npy --rank 2 --truth F/clean.npy --iterations 10 --compare svd,nmf");
        assertThat(json.path("rank").asInt()).isEqualTo(2);
        assertThat(json.path("iterations").asInt()).isBetween(1, 10);
        assertThat(json.path("heldOut").asDouble()).isPositive();
        assertThat(json.path("psnr").fieldNames()).toIterable().containsExactly("deeptensor", "svd", "best-svd", "nmf");
        assertThat(json("F/noisy.npy --rank 2 --iterations 2").path("psnr")).isEmpty();
    }

    @Test
    void theFolderHasFactorsWhoseProductIsTheReconstruction() {
        CommandLineRun run = run("F/noisy.npy --rank 2 --iterations 10 --out F/out");
        assertThat(run.code()).as(run.err()).isZero();
        Path out = folder.resolve("out");
        NpyArray u = NpyArray.read(out.resolve("factor1.npy"));
        NpyArray v = NpyArray.read(out.resolve("factor2.npy"));
        NpyArray product = NpyArray.read(out.resolve("reconstruction.npy"));
        assertThat(u.shape()).containsExactly(ROWS, 2);
        assertThat(v.shape()).containsExactly(COLUMNS, 2);
        assertThat(product.shape()).containsExactly(ROWS, COLUMNS);
        for (int i = 0; i < product.values().length; i++) {
            int row = i / COLUMNS;
            int column = i % COLUMNS;
            float sum =
                    u.values()[2 * row] * v.values()[2 * column] + u.values()[2 * row + 1] * v.values()[2 * column + 1];
            assertThat(product.values()[i]).isCloseTo(sum, within(1e-4f));
        }
        assertThat(out.resolve("page.html")).content().contains("\"kind\":\"decomposition\"");
        assertThat(out.resolve("decomposition.json")).content().contains("\"rank\" : 2");
    }

    @Test
    void aCubeHasAFactorOfPicturesOrOneFactorForEachSide() {
        assertThat(run("F/cube.npy --rank 2 --iterations 3 --out F/picture").code())
                .isZero();
        assertThat(NpyArray.read(folder.resolve("picture/factor1.npy")).shape()).containsExactly(6, 5, 2);
        assertThat(NpyArray.read(folder.resolve("picture/reconstruction.npy")).shape())
                .containsExactly(6, 5, 5);
        assertThat(run("F/cube.npy --three-way cp --compare svd,cp,tucker --rank 2 --iterations 3 --out F/cp")
                        .code())
                .isZero();
        assertThat(NpyArray.read(folder.resolve("cp/factor3.npy")).shape()).containsExactly(5, 2);
    }

    @Test
    void anAutomaticRankIsOneOfThoseThatWereTried() throws IOException {
        JsonNode json = json("F/noisy.npy --iterations 15 --splits 2 --out F/out");
        assertThat(json.path("tried").size()).isGreaterThan(2);
        double least = Double.POSITIVE_INFINITY;
        int best = 0;
        for (JsonNode tried : json.path("tried")) {
            if (tried.path("heldOut").asDouble() < least) {
                least = tried.path("heldOut").asDouble();
                best = tried.path("rank").asInt();
            }
            if (tried.path("rank").asInt() == json.path("rank").asInt()) {
                assertThat(json.path("heldOut")).isEqualTo(tried.path("heldOut"));
                assertThat(json.path("iterations")).isEqualTo(tried.path("iterations"));
            }
        }
        assertThat(json.path("rank").asInt()).isBetween(1, best);
        assertThat(folder.resolve("out/rank-1-split-2.safetensors")).exists();
        assertThat(folder.resolve("out/rank-%d-all.safetensors"
                        .formatted(json.path("rank").asInt())))
                .exists();
    }

    @Test
    void aFolderOfImagesIsACube() throws IOException {
        Path stack = Files.createDirectory(folder.resolve("stack"));
        for (int k = 0; k < 5; k++) {
            var image = new BufferedImage(6, 5, BufferedImage.TYPE_BYTE_GRAY);
            image.getRaster().setSample(k, k, 0, 200);
            ImageIO.write(image, "png", stack.resolve(k + ".png").toFile());
        }
        assertThat(run("F/stack --rank 1 --iterations 2 --tv 0.01 --out F/out").code())
                .isZero();
        assertThat(NpyArray.read(folder.resolve("out/reconstruction.npy")).shape())
                .containsExactly(5, 6, 5);
    }

    @Test
    void knownNoiseEndsTheFit() throws IOException {
        CommandLineRun run = run("F/noisy.npy --rank 2 --iterations 4 --noise gaussian:0.1 --json");
        assertThat(run.code()).isZero();
        assertThat(run.err())
                .containsPattern(
                        "decompose: the residual is \\S+ times the noise; raise --rank or --iterations, or correct");
        JsonNode json = json("F/noisy.npy --rank 2 --iterations 50 --noise gaussian:4");
        assertThat(json.path("excess").asDouble()).isBetween(0.1, 1.0);
        assertThat(json.path("steps")).isEqualTo(json.path("iterations"));
    }

    @Test
    void missingEntriesAreMarkedByAMaskOrByNaN() throws IOException {
        String rest = " --rank 2 --iterations 5";
        JsonNode expected = json("F/noisy.npy --mask F/mask.npy" + rest);
        assertThat(json("F/nan.npy --mask F/mask.npy" + rest).path("heldOut")).isEqualTo(expected.path("heldOut"));
        assertThat(json("F/nan.npy --nan-missing" + rest).path("heldOut")).isEqualTo(expected.path("heldOut"));
    }

    @Test
    void countsHaveALossOfTheirOwn() throws IOException {
        JsonNode json = json("F/counts.npy --rank 2 --loss poisson --nonnegative --iterations 5 --compare nmf");
        assertThat(json.path("heldOuts").fieldNames()).toIterable().containsExactly("deeptensor", "nmf");
    }

    @Test
    void anEarlierFitIsContinuedOnlyWhenAsked() throws IOException {
        String fit = "F/noisy.npy --rank 2 --iterations 5 --out F/out";
        JsonNode first = json(fit);
        CommandLineRun again = run(fit);
        assertThat(again.code()).isEqualTo(2);
        assertThat(again.err())
                .isEqualToIgnoringNewLines(
                        "fullrank: --out %s: found the state of an earlier fit, expected none; add --resume to"
                                        .formatted(folder.resolve("out"))
                                + " continue it, or name another folder");
        assertThat(json(fit + " --resume").path("heldOut")).isEqualTo(first.path("heldOut"));
    }

    @Test
    void aTensorIsFoundFromLinearMeasurements() throws IOException {
        int size = ROWS * COLUMNS;
        float[] clean = NpyArray.read(folder.resolve("clean.npy")).values();
        float[] matrix = new float[120 * size]; // each measurement is the sum of two entries
        float[] values = new float[120];
        for (int i = 0; i < 120; i++) {
            for (int entry : new int[] {i, i + 48}) {
                matrix[i * size + entry] = 1;
                values[i] += clean[entry];
            }
        }
        write("matrix", matrix, 120, size);
        write("sums", values, 120);
        JsonNode json =
                json("F/sums.npy --operator F/matrix.npy --shape 14,12 --rank 2 --iterations 60 --truth F/clean.npy"
                        + " --out F/found");
        assertThat(json.path("psnr").fieldNames()).toIterable().containsExactly("deeptensor");
        assertThat(json.path("psnr").path("deeptensor").asDouble()).isGreaterThan(10);
        assertThat(NpyArray.read(folder.resolve("found/reconstruction.npy")).shape())
                .containsExactly(ROWS, COLUMNS);
        assertThat(folder.resolve("found/page.html")).exists();
    }

    @Test
    void aShortSideGetsFewerScalesAndALineSaysSo() {
        CommandLineRun run = run("F/noisy.npy --rank 1 --iterations 3 --scales 4");
        assertThat(run.code()).isZero();
        assertThat(run.err())
                .contains("decompose: network: the shortest side of factor 1 has 14 entries, so it gets 3 of 4 scales")
                .contains("decompose: network: the shortest side of factor 2 has 12 entries, so it gets 3 of 4 scales");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "F/none.npy|fullrank: NumPy file F/none.npy: cannot be read (no such file); check the file",
                "F/four.npy|fullrank: tensor: found shape [2, 2, 2, 2], expected a matrix [M, N] or a 3-way tensor",
                "F/zero.npy|fullrank: tensor: found the value 0.0 in every observed entry, expected at least two",
                "F/nan.npy|fullrank: tensor: found NaN at index [0, 0] (from 0), expected finite numbers; mark missing",
                "F/noisy.npy --mask F/cube.npy|fullrank: --mask F/cube.npy: found shape [6, 5, 5], expected [14, 12]",
                "F/noisy.npy --truth F/zero.npy|fullrank: --truth F/zero.npy: found shape [8, 6], expected [14, 12]",
                "F/noisy.npy --rank 13|fullrank: rank: found 13 for a tensor of shape [14, 12], expected at most 12",
                "F/noisy.npy --rank 13 --out F/made|fullrank: rank: found 13 for a tensor of shape [14, 12], expected at most 12",
                "F/thin.npy --rank 1 --out F/made|fullrank: network: found a side of 2 in a factor of 2 positions",
                "F/noisy.npy --rank many|fullrank: --rank: found many, expected a whole number or auto",
                "F/thin.npy --noise poisson|fullrank: network: found a side of 2 in a factor of 2 positions, expected at",
                "F/negative.npy --noise poisson|fullrank: noise poisson: found the entry -1.0, expected counts from 0 on",
                "F/noisy.npy --compare pca|fullrank: compare: found pca, expected svd, nmf, cp or tucker",
                "F/noisy.npy --compare svd,cp|fullrank: compare: found cp for a matrix of shape [14, 12], expected a 3-way",
                "F/noisy.npy --loss poisson|fullrank: loss poisson: found factors of any sign, expected nonnegative",
                "F/noisy.npy --nonnegative --semi|fullrank decompose: found --nonnegative together with --semi",
                "F/noisy.npy --activation abs|fullrank decompose: found --activation without --nonnegative or --semi",
                "F/noisy.npy --truth F/nan.npy|fullrank: --truth F/nan.npy: found NaN, expected finite numbers; correct it",
                "F/noisy.npy --mask F/nan.npy|fullrank: --mask F/nan.npy: found NaN, expected finite numbers; correct it",
                "F/noisy.npy --resume|fullrank decompose: found --resume without --out, expected the folder",
                "F/noisy.npy --out F/mask.npy|fullrank: --out F/mask.npy: found a file, expected a folder; name another",
                "F/noisy.npy --noise 0.2|fullrank: noise: found 0.2, expected gaussian:SIGMA, poisson or poisson:READOUT",
                "F/noisy.npy --operator F/clean.npy|fullrank decompose: found only one of --operator and --shape, expected both",
                "F/noisy.npy --operator F/clean.npy --shape 5,5|fullrank: operator: found shape [14, 12], expected [m, 25]",
                "F/noisy.npy --operator F/clean.npy --shape 7,2|fullrank: operator: found shape [14, 12], expected [m, 14]",
                "F/noisy.npy --operator F/clean.npy --shape 4,3|fullrank: measurements: found 168 values, expected 14",
                "F/noisy.npy --operator F/clean.npy --shape 4,0|fullrank: --shape: found [4, 0], expected positive sizes",
                "F/noisy.npy --splits 0|fullrank: splits: found 0, expected a number from 1 to 100",
                "F/noisy.npy --tv -1|fullrank: variation: found the weight -1.0, expected a number from 0 on",
                "F/noisy.npy --holdout 0.9|fullrank: holdout: found 0.9, expected a share above 0, up to 0.5",
            })
    void wrongInputIsOneLine(String arguments, String message) throws IOException {
        CommandLineRun run = run(arguments);
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.out()).isEmpty();
        assertThat(run.err().replace(folder + "/", "F/")).startsWith(message).hasLineCount(1);
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).hasSize(10);
        }
    }
}
