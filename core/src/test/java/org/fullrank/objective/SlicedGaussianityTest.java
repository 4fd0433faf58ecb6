package org.fullrank.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.Device;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.objective.SlicedGaussianity.Pooling;
import org.fullrank.objective.SlicedGaussianity.Weighting;
import org.junit.jupiter.api.Test;

class SlicedGaussianityTest extends RegularizerContract {
    private static final SlicedGaussianity SMALL = new SlicedGaussianity(5, 9, 3, Weighting.GAUSSIAN, Pooling.MEAN);
    private static final int ROWS = 400;
    private static final int COLUMNS = 8;

    @Override
    List<SlicedGaussianity> regularizers() {
        return List.of(
                SMALL,
                new SlicedGaussianity(4, 6, 5, Weighting.UNIFORM, Pooling.MEAN),
                new SlicedGaussianity(5, 9, 3, Weighting.GAUSSIAN, Pooling.MAX));
    }

    @Override
    double naive(Regularizer regularizer, double[] z, int n, int d) {
        var sigreg = (SlicedGaussianity) regularizer;
        double[] statistics = new double[sigreg.directions()];
        for (int m = 0; m < statistics.length; m++) {
            double[] direction = direction(m, d);
            double[] x = new double[n];
            for (int i = 0; i < n * d; i++) {
                x[i / d] += z[i] * direction[i % d];
            }
            statistics[m] = eppsPulley(sigreg, x);
        }
        return sigreg.pooling() == Pooling.MEAN
                ? Arrays.stream(statistics).average().orElseThrow()
                : Arrays.stream(statistics).max().orElseThrow();
    }

    /// By the documented key.
    private static double[] direction(int m, int d) {
        Keyed random = Keyed.of(DRAW, Keyed.name("direction of sliced gaussianity"), m);
        double[] direction = new double[d];
        double squares = 0;
        for (int j = 0; j < d; j++) {
            direction[j] = (float) random.nextGaussian();
            squares += direction[j] * direction[j];
        }
        double norm = Math.sqrt(squares);
        return Arrays.stream(direction).map(a -> a / norm).toArray();
    }

    /// The trapezoid rule over both sides of 0.
    private static double eppsPulley(SlicedGaussianity sigreg, double[] x) {
        double step = sigreg.range() / (sigreg.points() - 1);
        double sum = 0;
        for (int k = 1 - sigreg.points(); k < sigreg.points(); k++) {
            double t = k * step;
            double real = Arrays.stream(x).map(v -> Math.cos(t * v)).average().orElseThrow() - Math.exp(-t * t / 2);
            double imaginary =
                    Arrays.stream(x).map(v -> Math.sin(t * v)).average().orElseThrow();
            double weight = sigreg.weighting() == Weighting.GAUSSIAN ? Math.exp(-t * t / 2) : 1;
            double edge = Math.abs(k) == sigreg.points() - 1 ? 0.5 : 1;
            sum += edge * step * weight * (real * real + imaginary * imaginary);
        }
        return x.length * sum;
    }

    @Test
    void standardGaussianSamplesAreNearOne() {
        double mean = 0;
        for (int seed = 1; seed <= 8; seed++) {
            long key = seed;
            mean += sigreg(i -> gaussian(key, i)) / 8;
        }
        assertThat(mean).isBetween(0.9, 1.25);
    }

    @Test
    void everyDepartureFromTheStandardGaussianCosts() {
        double gaussian = sigreg(i -> gaussian(1, i));
        assertThat(sigreg(i -> 0.5 * gaussian(1, i))).as("scale").isGreaterThan(5 * gaussian);
        assertThat(sigreg(i -> 2 * gaussian(1, i))).as("scale").isGreaterThan(5 * gaussian);
        assertThat(sigreg(i -> 1 + gaussian(1, i))).as("offset").isGreaterThan(5 * gaussian);
        assertThat(sigreg(i -> i % COLUMNS < 2 ? 2 * gaussian(1, i) : 0))
                .as("rank 2 of the same total variance")
                .isGreaterThan(5 * gaussian);
        assertThat(sigreg(i -> gaussian(1, i / COLUMNS))).as("rank 1").isGreaterThan(5 * gaussian);
        assertThat(sigreg(i -> 0)).as("point").isCloseTo(0.409 * ROWS, within(0.01 * ROWS));
    }

    @Test
    void uniformEntriesCostMoreThanGaussianOnes() {
        // In many dimensions a projection of uniform entries is nearly Gaussian; in one it is not.
        var single = new Case(SlicedGaussianity.defaults(), 1000, 1, 1);
        double[] uniform = new double[1000];
        Arrays.setAll(uniform, i -> Math.sqrt(12) * ((i + 0.5) / 1000 - 0.5));
        double[] gaussian = new double[1000];
        Arrays.setAll(gaussian, i -> gaussian(3, i));
        assertThat(value(single, uniform)).isGreaterThan(2 * value(single, gaussian));
    }

    @Test
    void descentLeadsToTheGaussian() {
        double[] z = new double[64 * 4];
        Arrays.setAll(z, i -> 0.1 * gaussian(5, i) + (i % 4 == 0 ? 0.5 : 0));
        var c = new Case(SlicedGaussianity.defaults(), 64, 4, 1);
        double before = value(c, z);
        for (int step = 0; step < 200; step++) {
            double[] gradient = gradient(c, z);
            for (int i = 0; i < z.length; i++) {
                z[i] -= 0.5 * gradient[i];
            }
        }
        assertThat(value(c, z)).isLessThan(0.05 * before);
        double[][] covariance = NaiveStatistics.covariance(z, 64, 4);
        for (int j = 0; j < 4; j++) {
            assertThat(covariance[j][j]).isBetween(0.7, 1.3);
        }
        assertThat(NaiveStatistics.offDiagonal(covariance)).isLessThan(0.2);
    }

    @Test
    void theLargestDirectionIsAtLeastTheMean() {
        var c = new Case(SMALL, 9, 4, 0.7);
        var max = new Case(new SlicedGaussianity(5, 9, 3, Weighting.GAUSSIAN, Pooling.MAX), 9, 4, 0.7);
        assertThat(value(max, c.embedding(1))).isGreaterThan(value(c, c.embedding(1)));
    }

    @Test
    void equalDrawsGiveEqualDirectionsAndOthersDoNot() {
        try (var scope = Scope.open()) {
            Tensor z = Tensors.zeros(Device.CPU, ScalarType.Double, 3, 7);
            double[] first = Tensors.doubles(SMALL.directions(z, 4));
            assertThat(Tensors.doubles(SMALL.directions(z, 4))).containsExactly(first);
            assertThat(Tensors.doubles(SMALL.directions(z, 5))).isNotEqualTo(first);
        }
    }

    @Test
    void settingsOutOfRangeAreRefused() {
        assertThatThrownBy(() -> new SlicedGaussianity(0, 9, 3, Weighting.GAUSSIAN, Pooling.MEAN))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("directions: found 0");
        assertThatThrownBy(() -> new SlicedGaussianity(5, 1, 3, Weighting.GAUSSIAN, Pooling.MEAN))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("points: found 1");
    }

    private static double sigreg(IntToDoubleFunction entry) {
        double[] z = new double[ROWS * COLUMNS];
        Arrays.setAll(z, entry);
        return value(new Case(SlicedGaussianity.defaults(), ROWS, COLUMNS, 1), z);
    }

    private static double gaussian(long seed, int index) {
        return Keyed.of(seed, index).nextGaussian();
    }
}
