package org.fullrank.examples.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbedImageTest {
    @TempDir
    Path folder;

    @Test
    void printsAnEmbeddingForEachImage() throws IOException {
        Path model = folder.resolve("encoder.onnx");
        try (var in = EmbedImageTest.class.getResourceAsStream("/encoder.onnx")) {
            assertThat(in).isNotNull();
            Files.copy(in, model);
        }
        Path image = folder.resolve("image.png");
        ImageIO.write(new BufferedImage(40, 30, BufferedImage.TYPE_INT_RGB), "png", image.toFile());
        PrintStream standard = System.out;
        var printed = new ByteArrayOutputStream();
        System.setOut(new PrintStream(printed));
        try {
            EmbedImage.main(new String[] {model.toString(), image.toString(), image.toString()});
        } finally {
            System.setOut(standard);
        }
        String[] lines = printed.toString().split("\n");
        assertThat(lines).hasSize(2);
        assertThat(lines[0]).isEqualTo(lines[1]).matches("\\[(-?[\\d.E-]+, ){7}-?[\\d.E-]+]");
    }
}
