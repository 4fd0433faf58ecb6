package org.fullrank.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.fullrank.data.Images;
import org.fullrank.data.Labels;
import org.fullrank.data.SeriesShape;
import org.fullrank.data.Vectors;
import org.fullrank.engine.InputException;
import org.junit.jupiter.api.Test;

class RawInputTest {
    @Test
    void aProtocolDescribesTheInputThatThereIs() {
        Vectors vectors = Vectors.of(new float[12], 6);
        assertThat(RawInput.describe(Images.of(new byte[4], 2, 2, 1))).startsWith("pixels / 255");
        assertThat(RawInput.describe(vectors))
                .isEqualTo("the columns of the table, standardized by the labeled rows of train");
        assertThat(RawInput.describe(vectors.withSeries(new SeriesShape(2, 3))))
                .contains("all channels and steps")
                .doesNotContain("pixels");
    }

    @Test
    void smallImagesAreTakenAsTheyAre() {
        byte[] pixels = {0, 51, (byte) 255, 102};
        var labels = new Labels(new int[] {1, 0}, List.of("a", "b"));
        Splits raw = RawInput.of(Images.of(pixels, 1, 2, 1, labels), Images.of(pixels, 1, 2, 1, labels));
        assertThat(raw.train().values()).containsExactly(0, 0.2f, 1, 0.4f);
        assertThat(raw.train().width()).isEqualTo(2);
        assertThat(raw.test().labels()).containsExactly(1, 0);
    }

    @Test
    void largeImagesAreAveragedOverTheAreaUnderEachPixel() {
        byte[] pixels = new byte[64 * 96 * 3];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (byte) (i * 37 % 251);
        }
        Images images = Images.of(pixels, 64, 96, 3);
        float[] raw = RawInput.of(images, images).train().values();
        assertThat(raw).hasSize(32 * 32 * 3);
        for (int y = 0; y < 32; y++) {
            for (int x = 0; x < 32; x++) {
                for (int c = 0; c < 3; c++) {
                    double sum = 0;
                    for (int k = 0; k < 6; k++) {
                        sum += pixels[((2 * y + k / 3) * 96 + 3 * x + k % 3) * 3 + c] & 0xFF;
                    }
                    assertThat(raw[(y * 32 + x) * 3 + c]).isCloseTo((float) (sum / 6 / 255), within(1e-5f));
                }
            }
        }
    }

    @Test
    void meanSurvivesSizesThatDoNotDivide() {
        byte[] pixels = new byte[45 * 33];
        double sum = 0;
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (byte) (i * i % 255);
            sum += pixels[i] & 0xFF;
        }
        Images images = Images.of(pixels, 45, 33, 1);
        double mean = 0;
        for (float value : RawInput.of(images, images).train().values()) {
            mean += value / 1024;
        }
        assertThat(mean).isCloseTo(sum / pixels.length / 255, within(1e-5));
    }

    @Test
    void splitsOfUnlikeSizesGetOne() {
        Splits raw = RawInput.of(Images.of(new byte[64], 8, 8, 1), Images.of(new byte[32], 4, 8, 1));
        assertThat(raw.train().width()).isEqualTo(1024);
        assertThat(raw.test().width()).isEqualTo(1024);
    }

    @Test
    void theUnitsOfColumnsDoNotMatter() {
        float[] train = {1, 2, 3, 5, 8, 1};
        float[] test = {2, 2, 7, 0};
        Splits raw = RawInput.of(Vectors.of(train, 2), Vectors.of(test, 2));
        float[] mean = {4, 8f / 3};
        double[] std = {Math.sqrt(26 / 3.0), Math.sqrt(26 / 9.0)};
        for (int i = 0; i < test.length; i++) {
            assertThat(raw.test().values()[i]).isCloseTo((float) ((test[i] - mean[i % 2]) / std[i % 2]), within(1e-6f));
        }
        Splits grams = RawInput.of(Vectors.of(inGrams(train), 2), Vectors.of(inGrams(test), 2));
        for (int i = 0; i < train.length; i++) {
            assertThat(grams.train().values()[i]).isCloseTo(raw.train().values()[i], within(1e-5f));
        }
    }

    /// The first column times 1,000, the second shifted.
    private static float[] inGrams(float[] values) {
        float[] other = values.clone();
        for (int i = 0; i < other.length; i++) {
            other[i] = i % 2 == 0 ? 1000 * other[i] : other[i] + 7;
        }
        return other;
    }

    @Test
    void valuesOfSeriesAreTakenAsTheyAre() {
        float[] values = {1, 2, 3, 4};
        Vectors series = Vectors.of(values, 2).withSeries(new SeriesShape(1, 2));
        assertThat(RawInput.of(series, series).test().values()).isEqualTo(values);
    }

    @Test
    void splitsOfUnlikeKindsAreRefused() {
        assertThatThrownBy(() -> RawInput.of(Vectors.of(new float[4], 2), Images.of(new byte[4], 2, 2, 1)))
                .isInstanceOf(InputException.class);
    }
}
