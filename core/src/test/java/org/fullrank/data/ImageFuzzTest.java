package org.fullrank.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.IOException;
import org.junit.jupiter.api.Test;

/// Damaged images of every format: a picture or a reason in one line, no crash, and less than a gigabyte for
/// each. `-Dfullrank.fuzz=20000` tries that many.
class ImageFuzzTest {
    private static final int COUNT = Integer.getInteger("fullrank.fuzz", 500);

    @Test
    void everySampleIsReadBeforeItIsDamaged() {
        var decoder = new ImageDecoder(DataSpec.of("x"));
        ImageMutations.samples().forEach((name, sample) -> {
            if (!name.equals("tiff fax")) {
                assertThatCode(() -> decoder.decode(sample)).as(name).doesNotThrowAnyException();
            }
        });
    }

    @Test
    void everyDamagedImageIsReadOrRefusedInOneLine() throws IOException {
        assertThat(ImageMutations.wrongAnswers(COUNT, 1)).isEmpty();
    }
}
