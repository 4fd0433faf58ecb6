package org.fullrank.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import org.fullrank.engine.InputException;
import org.junit.jupiter.api.Test;

class LogVarianceTest {


    @Test
    void aCollapsedEmbeddingHasTheLargestValue() {
        var point = new RegularizerCase(LogVariance.defaults(), 6, 3, 0);
        assertThat(point.value(point.embedding(1))).isCloseTo(-Math.log(1e-4), within(1e-9));
    }

    @Test
    void thePushIsStrongestWhereTheVarianceIsSmall() {
        double strong = push(0.1);
        assertThat(strong).isGreaterThan(5 * push(1)).isGreaterThan(50 * push(10));
        assertThat(push(10)).isPositive();
    }

    @Test
    void theGradientLengthensDeviationsFromTheMean() {
        var c = new RegularizerCase(LogVariance.defaults(), 8, 3, 0.7);
        double[] z = c.embedding(1);
        double[] gradient = c.gradient(z);
        for (int j = 0; j < 3; j++) {
            int column = j;
            double mean = Arrays.stream(new int[] {0, 1, 2, 3, 4, 5, 6, 7})
                    .mapToDouble(i -> z[i * 3 + column])
                    .average()
                    .orElseThrow();
            for (int i = 0; i < 8; i++) {
                assertThat(gradient[i * 3 + j] * (z[i * 3 + j] - mean)).isNegative();
            }
        }
    }

    @Test
    void anEpsilonThatIsNotPositiveIsRefused() {
        assertThatThrownBy(() -> new LogVariance(0))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("epsilon: found 0.0, expected a positive number");
    }

    /// The length of the gradient at an embedding of this spread.
    private static double push(double spread) {
        var c = new RegularizerCase(LogVariance.defaults(), 20, 4, spread);
        return Math.sqrt(
                Arrays.stream(c.gradient(c.embedding(1))).map(g -> g * g).sum());
    }
}
