package org.fullrank.view;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.fullrank.data.Images;
import org.fullrank.engine.JobException;
import org.fullrank.engine.Keyed;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ContactSheetTest {
    private final byte[] pixels = ReferenceImage.randomPixels(3 * 32, 32, 3, Keyed.of(1));
    private final ImageViewGenerator generator =
            new ImageViewGenerator(Images.of(pixels, 32, 32, 3), (ImageViews) ViewPresets.named("vicreg-cifar"), 1, 1);

    @Test
    void theFirstColumnShowsTheImagesThemselves(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("sheet.png");
        ContactSheet.write(ContactSheet.draw(generator, new int[] {0, 2}, 0), file);
        BufferedImage sheet = ImageIO.read(file.toFile());
        assertThat(sheet.getWidth()).isEqualTo(3 * 100 + 4);
        assertThat(sheet.getHeight()).isEqualTo(2 * 100 + 4);
        for (int y = 0; y < 32; y++) {
            for (int x = 0; x < 32; x++) {
                int at = 2 * 32 * 32 * 3 + (y * 32 + x) * 3;
                int rgb = ((pixels[at] & 0xFF) << 16) | ((pixels[at + 1] & 0xFF) << 8) | (pixels[at + 2] & 0xFF);
                assertThat(sheet.getRGB(4 + 3 * x, 104 + 3 * y + 1) & 0xFFFFFF).isEqualTo(rgb);
            }
        }
    }

    @Test
    void aSpriteHoldsPlainViewsSideBySideInTheirOwnGrays() {
        byte[] gray = ReferenceImage.randomPixels(3 * 32, 32, 1, Keyed.of(2));
        var spec = ((ImageViews) ViewPresets.named("vicreg-cifar"));
        var one = new ImageViewGenerator(Images.of(gray, 32, 32, 1), spec, 1, 1);
        BufferedImage sprite = ContactSheet.sprite(one, new int[] {2, 0, 1}, 2);
        assertThat(sprite.getWidth()).isEqualTo(64);
        assertThat(sprite.getHeight()).isEqualTo(64);
        for (int i = 0; i < 32; i++) {
            assertThat(sprite.getRaster().getSample(i, i, 0)).isEqualTo(gray[2 * 1024 + i * 33] & 0xFF);
            assertThat(sprite.getRaster().getSample(i, 32 + i, 0)).isEqualTo(gray[1024 + i * 33] & 0xFF);
        }
    }

    @Test
    void aMissingFolderIsNamed(@TempDir Path folder) {
        Path file = folder.resolve("missing/sheet.png");
        assertThatExceptionOfType(JobException.class)
                .isThrownBy(() -> ContactSheet.write(ContactSheet.draw(generator, new int[] {0}, 0), file))
                .withMessageContaining(file.toString());
    }
}
