package org.fullrank.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import org.fullrank.engine.InputException;
import org.junit.jupiter.api.Test;

class LogDetEntropyTest extends RegularizerContract {
    @Override
    List<LogDetEntropy> regularizers() {
        return List.of(LogDetEntropy.defaults(), new LogDetEntropy(1e-3));
    }

    @Override
    double naive(Regularizer regularizer, double[] z, int n, int d) {
        double scale = d / ((LogDetEntropy) regularizer).distortion() * (n - 1) / n;
        double[][] matrix = NaiveStatistics.covariance(z, n, d);
        for (int j = 0; j < d; j++) {
            for (int k = 0; k < d; k++) {
                matrix[j][k] = scale * matrix[j][k] + (j == k ? 1 : 0);
            }
        }
        return -logDeterminant(matrix) / (2 * d);
    }

    @Test
    void aCollapsedEmbeddingHasTheLargestValueWhichIsZero() {
        var point = new Case(LogDetEntropy.defaults(), 6, 3, 0);
        assertThat(value(point, point.embedding(1))).isCloseTo(0, within(1e-12));
    }

    @Test
    void correlationCostsEntropyAtEqualVariances() {
        var c = new Case(LogDetEntropy.defaults(), 4, 2, 1);
        double free = value(c, new double[] {1, 1, 1, -1, -1, 1, -1, -1});
        double bound = value(c, new double[] {1, 1, 1, 1, -1, -1, -1, -1});
        assertThat(bound).isGreaterThan(free + 0.2);
        assertThat(free).isCloseTo(-Math.log(1 + 2 / 0.5) / 2, within(1e-12)); // the sum over its diagonal
    }

    @Test
    void wideEmbeddingsHaveTheValueOfTheFullMatrix() {
        var wide = new Case(LogDetEntropy.defaults(), 3, 20, 1);
        double[] z = wide.embedding(1);
        assertThat(value(wide, z)).isCloseTo(naive(wide.regularizer(), z, 3, 20), within(1e-12));
    }

    @Test
    void aDistortionThatIsNotPositiveIsRefused() {
        assertThatThrownBy(() -> new LogDetEntropy(0))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("distortion: found 0.0");
    }

    /// By elimination; the matrix is positive definite.
    private static double logDeterminant(double[][] matrix) {
        double[][] a = Arrays.stream(matrix).map(double[]::clone).toArray(double[][]::new);
        double sum = 0;
        for (int p = 0; p < a.length; p++) {
            sum += Math.log(a[p][p]);
            for (int i = p + 1; i < a.length; i++) {
                double factor = a[i][p] / a[p][p];
                for (int j = p; j < a.length; j++) {
                    a[i][j] -= factor * a[p][j];
                }
            }
        }
        return sum;
    }
}
