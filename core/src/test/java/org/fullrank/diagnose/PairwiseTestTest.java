package org.fullrank.diagnose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.fullrank.engine.InputException;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Scope;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PairwiseTestTest {
    private static final double SMALLEST = 1.0 / (1 + PairwiseTest.SHUFFLES);

    private final Scope scope = Scope.open();

    @AfterEach
    void free() {
        scope.close();
    }

    private static double[][] uniform(long seed, int rows, int width) {
        var random = Keyed.of(seed);
        double[][] z = new double[rows][width];
        for (double[] row : z) {
            for (int j = 0; j < width; j++) {
                row[j] = random.nextDouble();
            }
        }
        return z;
    }

    private static PairwiseTest test(double[][] z) {
        return PairwiseTest.of(Samples.tensor(z));
    }

    @Test
    void independentUniformColumnsAreIndependentAndTheirRotationIsNot() {
        double[][] z = uniform(1, 1000, 4);
        PairwiseTest columns = test(z);
        assertThat(columns.squaredCorrelation()).isLessThan(0.005);
        assertThat(columns.p()).isGreaterThan(0.05);
        assertThat(columns.criterion() / columns.shuffled()).isCloseTo(1, within(0.3));
        PairwiseTest rotated = PairwiseTest.ofRandomDirections(Samples.tensor(z));
        assertThat(rotated.squaredCorrelation()).isLessThan(0.005);
        assertThat(rotated.p()).isEqualTo(SMALLEST);
        assertThat(rotated.criterion()).isGreaterThan(1.5 * rotated.shuffled());
    }

    @Test
    void gaussianColumnsAreIndependentInEveryBasis() {
        double[][] z = Samples.gaussian(2, 1000, 4);
        assertThat(test(z).p()).isGreaterThan(0.05);
        assertThat(PairwiseTest.ofRandomDirections(Samples.tensor(z)).p()).isGreaterThan(0.05);
    }

    @Test
    void aSquareIsUncorrelatedWithItsRootAndDependent() {
        double[][] z = Samples.gaussian(3, 1000, 2);
        for (double[] row : z) {
            row[1] = row[0] * row[0];
        }
        PairwiseTest found = test(z);
        assertThat(found.squaredCorrelation()).isLessThan(0.02);
        assertThat(found.p()).isEqualTo(SMALLEST);
        assertThat(found.criterion()).isGreaterThan(10 * found.shuffled());
    }

    @Test
    void squaredCorrelationIsThatOfEqualAndUnequalPairs() {
        double[][] z = uniform(4, 200, 3);
        for (double[] row : z) {
            row[2] = 5 - 2 * row[0];
        }
        double r = correlation(z, 0, 1);
        assertThat(test(z).squaredCorrelation()).isCloseTo((1 + 2 * r * r) / 3, within(1e-12));
    }

    private static double correlation(double[][] z, int i, int j) {
        double[] x = Samples.column(z, i);
        double[] y = Samples.column(z, j);
        double meanX = Samples.mean(x);
        double meanY = Samples.mean(y);
        double xy = 0;
        double xx = 0;
        double yy = 0;
        for (int k = 0; k < x.length; k++) {
            xy += (x[k] - meanX) * (y[k] - meanY);
            xx += (x[k] - meanX) * (x[k] - meanX);
            yy += (y[k] - meanY) * (y[k] - meanY);
        }
        return xy / Math.sqrt(xx * yy);
    }

    @Test
    void constantDimensionsAreLeftOutAndOfManySomeAreDrawn() {
        double[][] z = uniform(5, 60, 41);
        for (double[] row : z) {
            row[7] = 3;
        }
        PairwiseTest found = test(z);
        assertThat(found.varying()).isEqualTo(40);
        assertThat(found.compared()).isEqualTo(PairwiseTest.COLUMNS);
        assertThat(found).isEqualTo(test(z));
    }

    @Test
    void withoutPairsThereAreNoNumbers() {
        PairwiseTest one = PairwiseTest.ofRandomDirections(Samples.tensor(uniform(6, 50, 1)));
        assertThat(one.compared()).isZero();
        assertThat(one.p()).isNaN();
        assertThat(test(uniform(6, 3, 5)).criterion()).isNaN();
        assertThatThrownBy(() -> test(new double[0][0]))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("[N, D]");
    }
}
