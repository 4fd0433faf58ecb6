package org.fullrank.view;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.fullrank.engine.Keyed;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ColorTest {
    private static final int N = 27 + 5000;

    private final float[][] rgb = colors();
    private final float[][] scratch = new float[3][N];

    /// All 27 colors of 0, 1/2 and 1, where hues tie, and random ones.
    private static float[][] colors() {
        Keyed random = Keyed.of(3);
        float[][] rgb = new float[3][N];
        for (int i = 0; i < N; i++) {
            int code = i;
            for (int c = 0; c < 3; c++, code /= 3) {
                rgb[c][i] = i < 27 ? code % 3 / 2f : random.nextFloat();
            }
        }
        return rgb;
    }

    @ParameterizedTest
    @ValueSource(floats = {-0.5f, -0.37f, -0.1f, 0, 0.02f, 0.1f, 0.25f, 0.5f})
    void hueTurnsLikeTheRoundTripThroughHsv(float turn) {
        float[][] turned = copy();
        Color.hue(turned[0], turned[1], turned[2], turn, scratch, N);
        for (int i = 0; i < N; i++) {
            double[] expected = ReferenceImage.turned(new double[] {rgb[0][i], rgb[1][i], rgb[2][i]}, turn);
            for (int c = 0; c < 3; c++) {
                assertThat((double) turned[c][i]).isCloseTo(expected[c], within(2e-6));
            }
        }
    }

    @Test
    void noTurnOfHueIsTheIdentity() {
        float[][] turned = copy();
        Color.hue(turned[0], turned[1], turned[2], 0, scratch, N);
        for (int c = 0; c < 3; c++) {
            for (int i = 0; i < N; i++) {
                assertThat(turned[c][i]).isCloseTo(rgb[c][i], within(1e-6f));
            }
        }
    }

    @Test
    void turningBackRestoresTheColor() {
        float[][] turned = copy();
        Color.hue(turned[0], turned[1], turned[2], 0.31f, scratch, N);
        Color.hue(turned[0], turned[1], turned[2], -0.31f, scratch, N);
        for (int c = 0; c < 3; c++) {
            for (int i = 0; i < N; i++) {
                assertThat(turned[c][i]).isCloseTo(rgb[c][i], within(5e-6f));
            }
        }
    }

    @Test
    void saturationZeroIsGray() {
        float[][] washed = copy();
        float[][] gray = copy();
        Color.saturation(washed[0], washed[1], washed[2], 0, scratch[0], N);
        Color.gray(gray[0], gray[1], gray[2], N);
        for (int c = 0; c < 3; c++) {
            assertThat(washed[c]).containsExactly(gray[c]);
        }
    }

    @Test
    void factorOneChangesNothing() {
        float[][] same = copy();
        Color.brightness(same[0], 1, N);
        Color.contrast(same[0], 1, 0.4f, N);
        Color.saturation(same[0], same[1], same[2], 1, scratch[0], N);
        for (int c = 0; c < 3; c++) {
            assertThat(same[c]).containsExactly(rgb[c]);
        }
    }

    @Test
    void valuesStayInTheUnitInterval() {
        float[][] bright = copy();
        Color.brightness(bright[0], 1.8f, N);
        Color.contrast(bright[0], 1.8f, 0.9f, N);
        Color.saturation(bright[0], bright[1], bright[2], 1.8f, scratch[0], N);
        for (float[] plane : bright) {
            for (float value : plane) {
                assertThat(value).isBetween(0f, 1f);
            }
        }
    }

    @Test
    void sumIsThatOfAllValues() {
        double sum = 0;
        for (int i = 0; i < N - 2; i++) {
            sum += rgb[1][i];
        }
        assertThat(Color.sum(rgb[1], N - 2)).isCloseTo(sum, within(1e-9));
    }

    private float[][] copy() {
        return new float[][] {rgb[0].clone(), rgb[1].clone(), rgb[2].clone()};
    }
}
