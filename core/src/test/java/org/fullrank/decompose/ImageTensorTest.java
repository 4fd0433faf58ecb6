package org.fullrank.decompose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.fullrank.engine.InputException;
import org.fullrank.file.NpyArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageTensorTest {
    @TempDir
    Path folder;

    /// Pixel (x, y) has the gray value `10 y + x + first`.
    private Path gray(String name, int width, int height, int first) throws IOException {
        var image = new BufferedImage(width, height, BufferedImage.TYPE_BYTE_GRAY);
        for (int i = 0; i < width * height; i++) {
            image.getRaster().setSample(i % width, i / width, 0, 10 * (i / width) + i % width + first);
        }
        Path file = folder.resolve(name);
        ImageIO.write(image, name.substring(name.lastIndexOf('.') + 1), file.toFile());
        return file;
    }

    private Path red(String name) throws IOException {
        var image = new BufferedImage(3, 2, BufferedImage.TYPE_INT_RGB);
        image.setRGB(1, 0, 0xFF0000);
        Path file = folder.resolve(name);
        ImageIO.write(image, "png", file.toFile());
        return file;
    }

    private static NpyArray read(Path path) {
        return ImageTensor.read(path, note -> {});
    }

    @Test
    void aGrayImageIsAMatrixAndAColorImageHasThreeChannels() throws IOException {
        NpyArray matrix = read(gray("a.png", 3, 2, 0));
        assertThat(matrix.shape()).containsExactly(2, 3);
        assertThat(matrix.values()).containsExactly(0, 1 / 255f, 2 / 255f, 10 / 255f, 11 / 255f, 12 / 255f);
        NpyArray color = read(red("red.png"));
        assertThat(color.shape()).containsExactly(2, 3, 3);
        assertThat(color.values()).startsWith(0, 0, 0, 1, 0, 0).endsWith(0, 0, 0);
    }

    @Test
    void aLargeImageKeepsItsSize() throws IOException {
        assertThat(read(gray("wide.png", 300, 290, 0)).shape()).containsExactly(290, 300);
    }

    @Test
    void aFolderIsAStackInTheOrderOfTheNames() throws IOException {
        gray("b.tif", 3, 2, 100);
        gray("a.png", 3, 2, 0);
        Files.writeString(folder.resolve("notes.txt"), "no image");
        NpyArray stack = read(folder);
        assertThat(stack.shape()).containsExactly(2, 3, 2);
        assertThat(stack.values())
                .startsWith(0, 100 / 255f, 1 / 255f, 101 / 255f)
                .endsWith(12 / 255f, 112 / 255f);
        gray("b2.png", 3, 2, 20);
        gray("b10.png", 3, 2, 50);
        assertThat(read(folder).values()).startsWith(0, 100 / 255f, 20 / 255f, 50 / 255f);
        assertThat(ImageTensor.isNamedBy(folder)).isTrue();
        assertThat(ImageTensor.isNamedBy(Path.of("X.TIFF"))).isTrue();
        assertThat(ImageTensor.isNamedBy(Path.of("x.npy"))).isFalse();
    }

    @Test
    void aFolderThatIsNoStackIsRefused() throws IOException {
        assertThatThrownBy(() -> read(folder))
                .isInstanceOf(InputException.class)
                .hasMessage("images %s: found no PNG or TIFF file, expected gray images of one size".formatted(folder));
        gray("a.png", 3, 2, 0);
        Path red = red("b.png");
        assertThatThrownBy(() -> read(folder))
                .isInstanceOf(InputException.class)
                .hasMessage("image %s: found colors, expected a gray image in a folder; convert it".formatted(red));
        Path other = gray("b.png", 4, 2, 0);
        assertThatThrownBy(() -> read(folder))
                .isInstanceOf(InputException.class)
                .hasMessage("image %s: found 4 x 2 pixels, expected 3 x 2, as in a.png".formatted(other));
    }
}
