package org.fullrank.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.fullrank.engine.Keyed;
import org.fullrank.runtime.Encoder;
import org.fullrank.trained.TrainedEncoder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The module `runtime` gives the embeddings of `embed`, for photographs of many sizes and formats.
class RuntimeTest {
    private static final List<String> FORMATS = List.of("png", "jpg", "bmp", "gif");

    @TempDir
    Path folder;

    /// Photographs, some of which are larger than the stored shorter side.
    private Path photos() throws IOException {
        Path photos = Files.createDirectory(folder.resolve("photos"));
        for (int i = 0; i < 24; i++) {
            var image = new BufferedImage(300 - 11 * i, 40 + 13 * i, BufferedImage.TYPE_INT_RGB);
            var random = Keyed.of(i);
            double wave = 0.05 + 0.2 * random.nextDouble();
            for (int y = 0; y < image.getHeight(); y++) {
                for (int x = 0; x < image.getWidth(); x++) {
                    int red = (int) (127 + 120 * Math.sin(wave * x));
                    int green = (int) (127 + 120 * Math.cos(wave * y));
                    image.setRGB(x, y, red << 16 | green << 8 | random.nextInt(256));
                }
            }
            String format = FORMATS.get(i % FORMATS.size());
            assertThat(ImageIO.write(
                            image,
                            format,
                            photos.resolve("photo%02d.%s".formatted(i, format)).toFile()))
                    .isTrue();
        }
        return photos;
    }

    @Test
    void anExportedEncoderGivesTheEmbeddingsOfTheRun() throws IOException {
        Path photos = photos();
        Path run = folder.resolve("run");
        Path model = folder.resolve("encoder.onnx");
        for (String[] command : new String[][] {
            {
                "pretrain",
                "--recipe",
                "small-vicreg",
                "--data",
                photos.toString(),
                "--out",
                run.toString(),
                "--no-preflight",
                "--set",
                "views.size=32",
                "--set",
                "encoder={type: convnet, channels: [4, 8]}",
                "--set",
                "method.projector.widths=[8, 8]",
                "--set",
                "data.storedShorterSide=100",
                "--set",
                "train={epochs: 1, batch: 8, precision: fp32, threads: 1}",
                "--set",
                "data.cache=" + folder.resolve("cache")
            },
            {"export", run.toString(), "--out", model.toString()}
        }) {
            CommandLineRun done = CommandLineRun.of(command);
            assertThat(done.code()).as(done.err()).isZero();
        }
        try (var runtime = Encoder.open(model, 1);
                var encoder = TrainedEncoder.open(run);
                Stream<Path> files = Files.list(photos)) {
            for (Path file : files.sorted().toList()) {
                float[] expected = encoder.embed(file);
                float largest = 0;
                for (float value : expected) {
                    largest = Math.max(largest, Math.abs(value));
                }
                assertThat(runtime.embed(file)).as(file.toString()).containsExactly(expected, within(1e-4f * largest));
            }
        }
    }
}
