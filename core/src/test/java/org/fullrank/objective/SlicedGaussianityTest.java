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

class SlicedGaussianityTest {
    private static final SlicedGaussianity SMALL = new SlicedGaussianity(5, 9, 3, Weighting.GAUSSIAN, Pooling.MEAN);
    private static final int ROWS = 400;
    private static final int COLUMNS = 8;


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
        var single = new RegularizerCase(SlicedGaussianity.defaults(), 1000, 1, 1);
        double[] uniform = new double[1000];
        Arrays.setAll(uniform, i -> Math.sqrt(12) * ((i + 0.5) / 1000 - 0.5));
        double[] gaussian = new double[1000];
        Arrays.setAll(gaussian, i -> gaussian(3, i));
        assertThat(single.value(uniform)).isGreaterThan(2 * single.value(gaussian));
    }

    @Test
    void descentLeadsToTheGaussian() {
        double[] z = new double[64 * 4];
        Arrays.setAll(z, i -> 0.1 * gaussian(5, i) + (i % 4 == 0 ? 0.5 : 0));
        var c = new RegularizerCase(SlicedGaussianity.defaults(), 64, 4, 1);
        double before = c.value(z);
        for (int step = 0; step < 200; step++) {
            double[] gradient = c.gradient(z);
            for (int i = 0; i < z.length; i++) {
                z[i] -= 0.5 * gradient[i];
            }
        }
        assertThat(c.value(z)).isLessThan(0.05 * before);
        double[][] covariance = NaiveStatistics.covariance(z, 64, 4);
        for (int j = 0; j < 4; j++) {
            assertThat(covariance[j][j]).isBetween(0.7, 1.3);
        }
        assertThat(NaiveStatistics.offDiagonal(covariance)).isLessThan(0.2);
    }

    @Test
    void theLargestDirectionIsAtLeastTheMean() {
        var c = new RegularizerCase(SMALL, 9, 4, 0.7);
        var max = new RegularizerCase(new SlicedGaussianity(5, 9, 3, Weighting.GAUSSIAN, Pooling.MAX), 9, 4, 0.7);
        assertThat(max.value(c.embedding(1))).isGreaterThan(c.value(c.embedding(1)));
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
        return new RegularizerCase(SlicedGaussianity.defaults(), ROWS, COLUMNS, 1).value(z);
    }

    private static double gaussian(long seed, int index) {
        return Keyed.of(seed, index).nextGaussian();
    }
}
