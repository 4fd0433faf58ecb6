package org.fullrank.trained;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.fullrank.data.Dataset;
import org.fullrank.data.Images;
import org.fullrank.data.Split;
import org.fullrank.data.Vectors;
import org.fullrank.engine.InputException;
import org.fullrank.engine.JobException;
import org.fullrank.engine.Keyed;
import org.fullrank.export.OnnxCheck;
import org.fullrank.export.OnnxEncoder;
import org.fullrank.probe.Features;
import org.fullrank.run.Recipe;
import org.fullrank.run.Recipes;
import org.fullrank.run.RunFolder;
import org.fullrank.train.Checkpoints;
import org.fullrank.train.SmallTraining;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Single inputs have the embeddings that they have in a data set.
class TrainedEncoderTest {
    private static final int PHOTOS = 8;

    @TempDir
    Path folder;

    private Features whole(Path run, Recipe recipe) {
        try (var out = RunFolder.open(run);
                var data = Dataset.open(recipe.data());
                var trained = Trained.open(out, data, Checkpoints.latest(out.checkpoints(), note -> {}))) {
            return trained.embed(Split.TRAIN);
        }
    }

    private static float[] row(Features features, int i) {
        return Arrays.copyOfRange(features.values(), i * features.width(), (i + 1) * features.width());
    }

    /// A run that learned from vectors.
    private Recipe vectors(Path run) throws IOException {
        Recipe recipe = SmallTraining.recipe(folder, 1);
        SmallTraining.train(recipe, run, new SmallTraining.Watching());
        return recipe;
    }

    /// Photographs of different sizes, and a run that learned from them.
    private Recipe photos(Path run) throws IOException {
        Path photos = Files.createDirectory(folder.resolve("photos"));
        for (int i = 0; i < PHOTOS; i++) {
            ImageIO.write(
                    photo(i), "png", photos.resolve("photo%d.png".formatted(i)).toFile());
        }
        Recipe recipe = small(photos);
        SmallTraining.train(recipe, run, new SmallTraining.Watching());
        return recipe;
    }

    private Recipe small(Path data) {
        return Recipes.load(
                "small-vicreg",
                List.of(
                        "data.path=" + data,
                        "data.cache=" + folder.resolve("cache"),
                        "views.size=16",
                        "encoder={type: convnet, channels: [4, 8]}",
                        "method.projector.widths=[8, 8]",
                        "train={epochs: 1, batch: 4, precision: fp32, threads: 1}"));
    }

    private static BufferedImage photo(int i) {
        var image = new BufferedImage(20 + 3 * i, 31 - 2 * i, BufferedImage.TYPE_INT_RGB);
        var random = Keyed.of(i);
        for (int y = 0; y < image.getHeight(); y++) {
            for (int x = 0; x < image.getWidth(); x++) {
                image.setRGB(x, y, (int) random.nextLong() & 0xFFFFFF);
            }
        }
        return image;
    }

    @Test
    void aRowHasTheEmbeddingThatItHasInTheDataSet() throws IOException {
        Path run = folder.resolve("run");
        Recipe recipe = vectors(run);
        Features expected = whole(run, recipe);
        try (var data = Dataset.open(recipe.data());
                var encoder = TrainedEncoder.open(run)) {
            var rows = (Vectors) data.items(Split.TRAIN);
            for (int i = 0; i < rows.size(); i++) {
                assertThat(encoder.embed(rows.copy(i))).containsExactly(row(expected, i), within(1e-5f));
            }
        }
    }

    @Test
    void anImageHasTheEmbeddingThatItHasInTheDataSetAndLeavesNoFile() throws IOException {
        Path run = folder.resolve("run");
        Recipe recipe = photos(run);
        Features expected = whole(run, recipe);
        long before = files();
        try (var encoder = TrainedEncoder.open(run)) {
            for (int i = 0; i < PHOTOS; i++) {
                float[] found = encoder.embed(folder.resolve("photos/photo%d.png".formatted(i)));
                assertThat(found).containsExactly(row(expected, i), within(1e-5f));
                assertThat(encoder.embed(photo(i))).containsExactly(found);
            }
        }
        assertThat(files()).isEqualTo(before);
    }

    /// Pixels of an image, red, green and blue.
    private static float[] pixels(BufferedImage image) {
        int width = image.getWidth();
        float[] values = new float[3 * width * image.getHeight()];
        for (int i = 0; i < values.length; i++) {
            values[i] = image.getRGB(i / 3 % width, i / 3 / width) >> 8 * (2 - i % 3) & 0xFF;
        }
        return values;
    }

    /// Photographs that are smaller and larger than the view, and than the stored shorter side.
    @Test
    void anExportedModelGivesTheEmbeddingOfAnImage() throws IOException {
        Path run = folder.resolve("run");
        photos(run);
        Path file = folder.resolve("encoder.onnx");
        try (var encoder = TrainedEncoder.open(run)) {
            var export = encoder.exportOnnx(file, OnnxEncoder.Input.IMAGE, null, Map.of());
            assertThat(export.input()).isEqualTo("uint8 [N, height, width, 3]");
            assertThat(export.difference()).isLessThan(1e-5);
            try (var check = new OnnxCheck(Files.readAllBytes(file), 1)) {
                for (int[] size : new int[][] {{16, 16}, {9, 40}, {41, 16}, {300, 257}, {256, 700}, {1, 1}, {3, 200}}) {
                    var image = new BufferedImage(size[1], size[0], BufferedImage.TYPE_INT_RGB);
                    var random = Keyed.of(size[0]);
                    for (int i = 0; i < size[0] * size[1]; i++) {
                        image.setRGB(i % size[1], i / size[1], random.nextInt(1 << 24));
                    }
                    float[] found = check.run(pixels(image), true, size[0], size[1], 3)[0];
                    assertThat(found)
                            .as("%d x %d", size[0], size[1])
                            .containsExactly(encoder.embed(image), within(1e-5f));
                }
            }
        }
    }

    @Test
    void aModelForResizedImagesReadsBytesOfItsSize() throws IOException {
        Path run = folder.resolve("run");
        photos(run);
        Path file = folder.resolve("encoder.onnx");
        BufferedImage image = photo(3).getSubimage(0, 0, 16, 16);
        try (var encoder = TrainedEncoder.open(run)) {
            var export = encoder.exportOnnx(file, OnnxEncoder.Input.UINT8, null, Map.of());
            assertThat(export.input()).isEqualTo("uint8 [N, 16, 16, 3]");
            try (var check = new OnnxCheck(Files.readAllBytes(file), 1)) {
                assertThat(check.run(pixels(image), true, 16, 16, 3)[0])
                        .containsExactly(encoder.embed(image), within(1e-5f));
            }
        }
    }

    /// Also when an entry is NaN and all later ones are right.
    @Test
    void aModelThatDiffersIsRefused() {
        float[] expected = {2, 0, 1, -1};
        Path file = Path.of("encoder.onnx");
        OnnxExport.requireSame(file, OnnxExport.difference(new float[][] {{2, 0}, {1, -1.0001f}}, expected));
        for (float wrong : new float[] {Float.NaN, 0.001f, Float.POSITIVE_INFINITY}) {
            double difference = OnnxExport.difference(new float[][] {{2, wrong}, {1, -1}}, expected);
            assertThatThrownBy(() -> OnnxExport.requireSame(file, difference))
                    .isInstanceOf(JobException.class)
                    .hasMessageContaining("encoder.onnx");
        }
    }

    @Test
    void aModelOf8BitsMayLoseOnePointButNotItsDirections() {
        Path file = Path.of("int8.onnx");
        Int8Export.requireSame(file, 0.5, 0.4901, 0.99);
        for (double[] bad : new double[][] {{0.48, 0.99}, {0.5, 0.97}, {0.5, Double.NaN}}) {
            assertThatThrownBy(() -> Int8Export.requireSame(file, 0.5, bad[0], bad[1]))
                    .isInstanceOf(JobException.class)
                    .hasMessageContaining("nothing was written");
        }
        Features a = Features.unlabeled(new float[] {1, 0, 3, 4}, 2);
        Features b = Features.unlabeled(new float[] {2, 0, -4, 3}, 2);
        assertThat(Int8Export.cosine(a, b)).isCloseTo(0.5, within(1e-9));
    }

    private long files() throws IOException {
        try (var all = Files.walk(folder)) {
            return all.count();
        }
    }

    @Test
    void anImageInMemoryMayBeGrayOrTransparent() throws IOException {
        Path run = folder.resolve("run");
        photos(run);
        var gray = new BufferedImage(16, 16, BufferedImage.TYPE_BYTE_GRAY);
        var rgb = new BufferedImage(16, 16, BufferedImage.TYPE_INT_RGB);
        var clear = new BufferedImage(16, 16, BufferedImage.TYPE_INT_ARGB_PRE);
        var white = new BufferedImage(16, 16, BufferedImage.TYPE_3BYTE_BGR);
        for (int i = 0; i < 256; i++) {
            gray.getRaster().setSample(i % 16, i / 16, 0, i);
            rgb.setRGB(i % 16, i / 16, 0x010101 * i);
            white.setRGB(i % 16, i / 16, 0xFFFFFF);
        }
        try (var encoder = TrainedEncoder.open(run)) {
            assertThat(encoder.embed(gray)).containsExactly(encoder.embed(rgb));
            assertThat(encoder.embed(clear)).containsExactly(encoder.embed(white));
        }
    }

    @Test
    void anEncoderOfGrayImagesReadsGrayFiles() throws IOException {
        byte[] pixels = new byte[PHOTOS * 256];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (byte) (i * 31 + i / 256);
        }
        ByteBuffer idx = ByteBuffer.allocate(16 + pixels.length);
        idx.putInt(0x803).putInt(PHOTOS).putInt(16).putInt(16).put(pixels);
        Path data = Files.write(folder.resolve("train-images-idx3-ubyte"), idx.array());
        Path run = folder.resolve("run");
        Recipe recipe = small(data);
        SmallTraining.train(recipe, run, new SmallTraining.Watching());
        var gray = new BufferedImage(16, 16, BufferedImage.TYPE_BYTE_GRAY);
        gray.getRaster().setDataElements(0, 0, 16, 16, Arrays.copyOf(pixels, 256));
        Path file = folder.resolve("first.png");
        ImageIO.write(gray, "png", file.toFile());
        try (var encoder = TrainedEncoder.open(run)) {
            float[] expected = row(whole(run, recipe), 0);
            assertThat(encoder.embed(file)).containsExactly(expected, within(1e-5f));
            assertThat(encoder.embed(gray)).containsExactly(expected, within(1e-5f));
            refused(() -> encoder.embed(photo(0)), "image: found colors, expected a gray image as in training");
        }
    }

    @Test
    void aClosedEncoderIsRefused() throws IOException {
        Path run = folder.resolve("run");
        vectors(run);
        TrainedEncoder encoder = TrainedEncoder.open(run);
        encoder.embed(new float[8]);
        encoder.close();
        encoder.close();
        refused(() -> encoder.embed(new float[8]), "it is closed");
    }

    @Test
    void whatTheEncoderCannotReadIsRefused() throws IOException {
        Path vectors = folder.resolve("vectors");
        vectors(vectors);
        Path images = folder.resolve("images");
        photos(images);
        Path text = Files.writeString(folder.resolve("text.png"), "no image");
        try (var encoder = TrainedEncoder.open(vectors)) {
            refused(() -> encoder.embed(photo(0)), "found an image, expected a row of numbers");
            refused(() -> encoder.embed(text), "found an image, expected a row of numbers");
            refused(() -> encoder.embed(new float[3]), "3");
            refused(() -> encoder.embed(new float[] {0, 0, 0, 0, 0, 0, 0, Float.NaN}), "NaN");
        }
        try (var encoder = TrainedEncoder.open(images)) {
            refused(() -> encoder.embed(new float[3]), "the data are vectors");
            refused(() -> encoder.embed(text), "image " + text + " cannot be read");
            refused(() -> encoder.embed(folder.resolve("none.png")), "found no file, expected an image file");
            refused(() -> encoder.embed(folder), "found a folder, expected an image file");
            encoder.embed(photo(0));
            refused(
                    () -> encoder.embed(Images.of(new byte[256], 16, 16, 1)),
                    "found gray images of 16 x 16 pixels after color images of 16 x 16 pixels");
        }
        refused(() -> TrainedEncoder.open(folder.resolve("nothing")), "found nothing there, expected a run folder");
    }

    private static void refused(ThrowingCallable call, String message) {
        assertThatThrownBy(call).isInstanceOf(InputException.class).hasMessageContaining(message);
    }
}
