package org.fullrank.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class HypersphereUniformityTest extends RegularizerContract {
    @Override
    List<HypersphereUniformity> regularizers() {
        return List.of(HypersphereUniformity.defaults(), new HypersphereUniformity(0.5));
    }

    @Override
    double naive(Regularizer regularizer, double[] z, int n, int d) {
        double[] unit = NaiveStatistics.unitRows(z, n, d);
        double sum = 0;
        for (int a = 0; a < n; a++) {
            for (int b = a + 1; b < n; b++) {
                double distance = 0;
                for (int j = 0; j < d; j++) {
                    distance += Math.pow(unit[a * d + j] - unit[b * d + j], 2);
                }
                sum += Math.exp(-((HypersphereUniformity) regularizer).t() * distance);
            }
        }
        return Math.log(sum / (n * (n - 1) / 2.0));
    }

    @Test
    void oneDirectionHasTheLargestValueWhichIsZero() {
        var c = new Case(HypersphereUniformity.defaults(), 3, 2, 1);
        assertThat(value(c, new double[] {1, 2, 2, 4, 0.5, 1})).isCloseTo(0, within(1e-12));
    }

    @Test
    void oppositeRowsHaveTheSmallestValue() {
        var c = new Case(HypersphereUniformity.defaults(), 2, 2, 1);
        assertThat(value(c, new double[] {3, 0, -1, 0})).isCloseTo(-8, within(1e-12));
    }

    @Test
    void spreadPointsHaveALowerValueThanPolarisedOnes() {
        var c = new Case(HypersphereUniformity.defaults(), 60, 3, 1);
        double[] spread = Arrays.stream(c.embedding(1)).map(x -> x - 0.3).toArray();
        double[] polarised = Arrays.stream(spread).map(Math::abs).toArray();
        assertThat(value(c, spread)).isLessThan(value(c, polarised) - 0.5);
    }
}
