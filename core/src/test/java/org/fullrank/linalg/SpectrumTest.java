package org.fullrank.linalg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.ejml.simple.SimpleMatrix;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Keyed;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SpectrumTest {
    @ParameterizedTest
    @CsvSource({"50, 7", "7, 50", "20, 20"})
    void singularValuesAndRanksEqualThoseOfAnIndependentSvd(int rows, int width) {
        float[] z = gaussian(1, rows * width);
        double[] expected = matrix(z, rows).svd().getSingularValues();
        var spectrum = Spectrum.of(z, rows);
        assertThat(spectrum.singularValues()).containsExactly(expected, within(1e-6));
        double sum = 0;
        double entropy = 0;
        double squares = 0;
        double fourths = 0;
        for (double s : expected) {
            sum += s;
            squares += s * s;
            fourths += s * s * s * s;
        }
        for (double s : expected) {
            entropy -= s / sum * Math.log(s / sum);
        }
        assertThat(spectrum.rankMe()).isCloseTo(Math.exp(entropy), within(1e-6));
        assertThat(spectrum.participationRatio()).isCloseTo(squares * squares / fourths, within(1e-6));
    }

    @Test
    void rankOfOneDirectionIsOneHoweverWide() {
        float[] row = gaussian(1, 700);
        float[] length = gaussian(2, 300);
        float[] z = new float[300 * 700];
        for (int i = 0; i < z.length; i++) {
            z[i] = length[i / 700] * row[i % 700];
        }
        assertThat(Spectrum.of(z, 300).rankMe()).isCloseTo(1, within(1e-9));
    }

    @Test
    void rankOfOrthonormalColumnsIsTheWidth() {
        float[] z = new float[40 * 16];
        for (int j = 0; j < 16; j++) {
            z[(j + 5) * 16 + j] = 3;
        }
        assertThat(Spectrum.of(z, 40).rankMe()).isCloseTo(16, within(1e-9));
        assertThat(Spectrum.of(z, 40).participationRatio()).isCloseTo(16, within(1e-9));
    }

    @Test
    void rankIsInvariantToOrderRotationAndScale() {
        float[] z = gaussian(3, 30 * 8);
        double rank = Spectrum.of(z, 30).rankMe();
        SimpleMatrix rotation = matrix(gaussian(4, 64), 8).svd().getU();
        assertThat(Spectrum.of(floats(matrix(z, 30).mult(rotation).scale(7)), 30)
                        .rankMe())
                .isCloseTo(rank, within(1e-5));
        float[] reversed = new float[z.length];
        for (int i = 0; i < z.length; i++) {
            reversed[z.length - 1 - i] = z[i];
        }
        assertThat(Spectrum.of(reversed, 30).rankMe()).isCloseTo(rank, within(1e-9));
    }

    @Test
    void rankOfZerosIsZero() {
        assertThat(Spectrum.of(new float[20], 5).rankMe()).isZero();
        assertThat(Spectrum.of(new float[20], 5).participationRatio()).isZero();
    }

    @Test
    void uselessEmbeddingsAreRefused() {
        assertThatThrownBy(() -> Spectrum.of(new float[0], 0)).isInstanceOf(InputException.class);
        assertThatThrownBy(() -> Spectrum.of(new float[] {1, Float.NaN, 3, 4}, 2))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("not finite");
    }

    private static float[] gaussian(long seed, int count) {
        var random = Keyed.of(seed);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    private static SimpleMatrix matrix(float[] values, int rows) {
        var matrix = new SimpleMatrix(rows, values.length / rows);
        for (int i = 0; i < values.length; i++) {
            matrix.set(i / matrix.getNumCols(), i % matrix.getNumCols(), values[i]);
        }
        return matrix;
    }

    private static float[] floats(SimpleMatrix matrix) {
        float[] values = new float[matrix.getNumElements()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) matrix.get(i / matrix.getNumCols(), i % matrix.getNumCols());
        }
        return values;
    }
}
