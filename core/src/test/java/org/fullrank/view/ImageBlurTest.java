package org.fullrank.view;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.fullrank.view.KernelCheck.assertClose;
import static org.fullrank.view.KernelCheck.whole;

import java.util.Arrays;
import java.util.List;
import org.fullrank.engine.Keyed;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ImageBlurTest {
    private final Keyed random = Keyed.of(7);

    @ParameterizedTest
    @ValueSource(doubles = {0.1, 0.5, 1.1, 2})
    void blurEqualsItsDefinition(double sigma) {
        for (int size : new int[] {4, 13, 32, 70}) {
            byte[] pixels = ReferenceImage.randomPixels(size, size, 3, random);
            float[] view = whole(pixels, size, 3, draw -> draw.sigma(sigma));
            assertClose(view, ReferenceImage.of(pixels, size, size, 3).blur(sigma));
        }
    }

    @Test
    void blurLeavesAConstantImageAlone() {
        byte[] pixels = new byte[40 * 40];
        Arrays.fill(pixels, (byte) 51);
        float[] view = whole(pixels, 40, 1, draw -> draw.sigma(1.7));
        for (float value : view) {
            assertThat(value).isCloseTo(0.2f, within(1e-6f));
        }
    }

    @Test
    void blurWeightsSumToOne() {
        for (double sigma = 0.1; sigma < 3; sigma += 0.1) {
            for (BlurKernel kernel : List.of(new BlurKernel.Tenth(), new BlurKernel.Taps(7), new BlurKernel.Pil())) {
                float[] weights = kernel.weights(sigma, 64);
                assertThat(weights).hasSizeLessThanOrEqualTo(kernel.radius(sigma, 64) + 1);
                assertThat(moment(weights, 0)).as("%s", kernel).isCloseTo(1, within(1e-6));
            }
        }
    }

    /// What a blur adds to the variance of a picture's edges: all of sigma^2 where nothing is cut off, little
    /// of it with 3 taps.
    @Test
    void pilAddsTheWholeVarianceAndThreeTapsDoNot() {
        double[] added = new double[3];
        int count = 0;
        for (double sigma = 0.1; sigma <= 2; sigma += 0.001, count++) {
            assertThat(moment(new BlurKernel.Pil().weights(sigma, 32), 2)).isCloseTo(sigma * sigma, within(2e-6));
            added[0] += moment(new BlurKernel.Pil().weights(sigma, 32), 2);
            added[1] += moment(new BlurKernel.Taps(3).weights(sigma, 32), 2);
            added[2] += moment(new BlurKernel.Tenth().weights(sigma, 32), 2);
        }
        assertThat(added[0] / count).isCloseTo(1.40, within(0.01));
        assertThat(added[1] / count).isCloseTo(0.44, within(0.01));
        assertThat(added[2]).isEqualTo(added[1]);
    }

    private static double moment(float[] weights, int power) {
        double sum = power == 0 ? weights[0] : 0;
        for (int i = 1; i < weights.length; i++) {
            sum += 2 * Math.pow(i, power) * weights[i];
        }
        return sum;
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.1, 0.5, 0.87, 1.1, 2})
    void pilEqualsThreeBoxes(double sigma) {
        for (int size : new int[] {8, 13, 32}) {
            byte[] pixels = ReferenceImage.randomPixels(size, size, 3, random);
            float[] view = whole(pixels, size, 3, draw -> draw.sigma(sigma).kernel(new BlurKernel.Pil()));
            assertClose(view, ReferenceImage.of(pixels, size, size, 3).boxes(sigma));
        }
    }

    @Test
    void aNumberOfTapsCutsTheGaussian() {
        byte[] pixels = ReferenceImage.randomPixels(32, 32, 3, random);
        float[] view = whole(pixels, 32, 3, draw -> draw.sigma(1.5).kernel(new BlurKernel.Taps(9)));
        assertClose(view, ReferenceImage.of(pixels, 32, 32, 3).blur(1.5, 4));
    }
}
