package org.fullrank.decompose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.junit.jupiter.api.Test;

class TotalVariationTest {
    private static double of(double[] values, Integer... shape) {
        try (var scope = Scope.withoutGradients()) {
            return Tensors.value(TotalVariation.of(Tensors.of(values, values.length), List.of(shape)));
        }
    }

    @Test
    void isTheMeanOfTheDifferencesBetweenNeighbors() {
        Keyed random = Keyed.of(1);
        double[] x = random.doubles(5 * 4 * 3).toArray(); // [5, 4, 3]
        double sum = 0;
        for (int i = 1; i < 5; i++) {
            for (int j = 1; j < 4; j++) {
                for (int k = 0; k < 3; k++) {
                    double here = x[(i * 4 + j) * 3 + k];
                    sum += Math.abs(here - x[(i * 4 + j - 1) * 3 + k]) + Math.abs(here - x[((i - 1) * 4 + j) * 3 + k]);
                }
            }
        }
        assertThat(of(x, 5, 4, 3)).isCloseTo(sum / 36, within(1e-12));
        assertThat(of(new double[] {1, 1, 1, 1}, 2, 2)).isZero();
        assertThat(of(new double[] {0, 0, 0, 2}, 2, 2)).isEqualTo(4);
    }

    @Test
    void aSideOfOnePixelHasNoNeighbors() {
        assertThat(of(new double[] {1, 3, 6}, 1, 3)).isEqualTo(2.5);
        assertThat(of(new double[] {1, 3, 6}, 3, 1)).isEqualTo(2.5);
        assertThat(of(new double[] {1, 3, 6, 4}, 1, 2, 2)).isEqualTo(3); // |6 - 1| and |4 - 3|
        assertThat(of(new double[] {1, 3, 6}, 1, 1, 3)).isZero();
    }

    @Test
    void aLargeWeightGivesAFlatterProduct() {
        Noisy noisy = Noisy.matrix(16, 12, 2, 0.3, 1);
        DecompositionSettings plain = Noisy.settings(3, 40);
        double free = variation(Decomposition.fit(noisy.tensor(), plain));
        double held = variation(Decomposition.fit(noisy.tensor(), plain.withVariation(3)));
        assertThat(held).isLessThan(0.5 * free);
    }

    private static double variation(Decomposition fitted) {
        double[] values = new double[16 * 12];
        float[] found = fitted.reconstruction();
        for (int i = 0; i < values.length; i++) {
            values[i] = found[i];
        }
        return of(values, 16, 12);
    }
}
