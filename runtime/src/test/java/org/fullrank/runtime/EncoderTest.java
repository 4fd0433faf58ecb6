package org.fullrank.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two models of small encoders, one of images of 16 pixels and one of rows of three numbers. The module cli compares
 * such models with the encoders of their runs.
 */
class EncoderTest {
    @TempDir
    Path folder;

    private Path model(String name) throws IOException {
        try (var in = EncoderTest.class.getResourceAsStream(name)) {
            assertThat(in).isNotNull();
            Path file = folder.resolve(name);
            if (!Files.exists(file)) {
                Files.copy(in, file);
            }
            return file;
        }
    }

    private static BufferedImage noise(int height, int width, int seed) {
        var image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        var random = new Random(seed);
        for (int i = 0; i < height * width; i++) {
            image.setRGB(i % width, i / width, random.nextInt(1 << 24));
        }
        return image;
    }

    @Test
    void anImageHasOneEmbeddingHoweverItIsGiven() throws IOException {
        Path png = folder.resolve("image.png");
        BufferedImage image = noise(300, 40, 1);
        ImageIO.write(image, "png", png.toFile());
        try (var encoder = Encoder.open(model("images.onnx"))) {
            assertThat(encoder.readsImages()).isTrue();
            assertThat(encoder.width()).isEqualTo(8);
            float[] embedding = encoder.embed(image);
            assertThat(embedding).hasSize(8).isNotEqualTo(encoder.embed(noise(300, 40, 2)));
            assertThat(encoder.embed(png)).containsExactly(embedding);
            assertThat(encoder.embed(Files.readAllBytes(png))).containsExactly(embedding);
        }
    }

    @Test
    void rowsHaveTheEmbeddingsThatTheyHaveAlone() throws IOException {
        float[][] rows = {{1, 2, 3}, {-0.5f, 44, 1}, {0, 0, 0}};
        try (var encoder = Encoder.open(model("rows.onnx"), 1)) {
            assertThat(encoder.readsImages()).isFalse();
            float[][] all = encoder.embed(rows);
            assertThat(all).hasDimensions(3, 6);
            for (int n = 0; n < rows.length; n++) {
                assertThat(encoder.embed(rows[n])).containsExactly(all[n], within(1e-6f));
            }
            assertThat(encoder.embed(new float[0][])).isEmpty();
        }
    }

    @Test
    void threadsShareAnEncoder() throws Exception {
        List<BufferedImage> images =
                IntStream.range(0, 24).mapToObj(i -> noise(10 + i, 50 - i, i)).toList();
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try (var encoder = Encoder.open(model("images.onnx"), 1)) {
            List<float[]> alone = images.stream().map(encoder::embed).toList();
            List<Callable<float[]>> calls = images.stream()
                    .map(image -> (Callable<float[]>) () -> encoder.embed(image))
                    .toList();
            List<Future<float[]>> together = threads.invokeAll(calls);
            for (int i = 0; i < images.size(); i++) {
                assertThat(together.get(i).get()).containsExactly(alone.get(i));
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void wrongInputsAreNamed() throws IOException {
        Path text = Files.writeString(folder.resolve("note.jpg"), "not an image");
        try (var images = Encoder.open(model("images.onnx"));
                var rows = Encoder.open(model("rows.onnx"))) {
            assertRefused(() -> images.embed(new float[3]), "found a row of numbers, expected an image");
            assertRefused(() -> rows.embed(text), "found an image, expected a row of 3 numbers");
            assertRefused(() -> rows.embed(new float[2]), "found a row of 2 numbers, expected 3");
            assertRefused(() -> images.embed(text), "note.jpg cannot be read: its first bytes are those of no known");
            assertRefused(() -> images.embed(new byte[0]), "image cannot be read: the file is empty");
            assertRefused(() -> images.embed(folder), "found a folder, expected an image file");
            assertRefused(() -> images.embed(folder.resolve("none.png")), "found no file");
        }
        assertRefused(() -> Encoder.open(text), "note.jpg: it is not a model that onnxruntime can run");
        assertRefused(() -> Encoder.open(folder.resolve("none.onnx")), "found no file");
        assertRefused(() -> Encoder.open(text, -1), "threads is -1");
    }

    private static void assertRefused(Callable<?> call, String says) {
        assertThatThrownBy(call::call)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(says)
                .hasMessageNotContaining("\n");
    }

    @Test
    void aClosedEncoderSaysSo() throws IOException {
        var encoder = Encoder.open(model("rows.onnx"));
        encoder.close();
        encoder.close();
        assertThatThrownBy(() -> encoder.embed(new float[3]))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("it is closed; open it again");
    }
}
