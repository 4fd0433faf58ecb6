package org.fullrank.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Keyed;
import org.fullrank.image.ImageDecoder;
import org.fullrank.image.ImageFormat;
import org.fullrank.image.Pixels;
import org.junit.jupiter.api.Test;

/// Damaged images of every format. Each must be a picture, or refused in one line, see [FuzzReport].
/// `-Dfullrank.fuzz=20000` tries that many and prints a row of the table.
class ImageFuzzTest {
    private static final int COUNT = 500;

    private final ImageDecoder decoder = new ImageDecoder(DataSpec.of("x").imageLimits());

    @Test
    void everySampleIsReadBeforeItIsDamaged() {
        ImageMutations.samples().forEach((name, sample) -> {
            if (!name.equals("tiff fax")) {
                assertThatCode(() -> decoder.decode(sample)).as(name).doesNotThrowAnyException();
            }
        });
    }

    @Test
    void everyDamagedImageIsReadOrRefusedInOneLine() {
        List<Map.Entry<String, byte[]>> samples =
                List.copyOf(ImageMutations.samples().entrySet());
        int count = Integer.getInteger("fullrank.fuzz", COUNT);
        try (var report = new FuzzReport("images")) {
            for (int i = 0; i < count; i++) {
                Map.Entry<String, byte[]> sample = samples.get(i % samples.size());
                byte[] bad = ImageMutations.damaged(sample.getValue(), Keyed.of(1, i));
                boolean png = ImageFormat.of(bad).equals(Optional.of(ImageFormat.PNG));
                byte[] file = png ? ImageMutations.withSums(bad) : bad;
                report.read("%s, number %d".formatted(sample.getKey(), i), () -> decode(file));
            }
            if (count != COUNT) {
                System.out.println(report.row());
            }
            assertThat(report.wrong()).isEmpty();
        }
    }

    /// As a data set refuses the image.
    private Pixels decode(byte[] file) {
        try {
            Pixels pixels = decoder.decode(file).pixels();
            if (pixels.rgb().length != 3L * pixels.height() * pixels.width()) {
                throw new IllegalStateException("a picture of another size");
            }
            return pixels;
        } catch (IOException e) {
            throw new InputException(String.valueOf(e.getMessage()), e);
        }
    }
}
