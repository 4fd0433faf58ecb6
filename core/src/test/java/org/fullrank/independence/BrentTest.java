package org.fullrank.independence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;

class BrentTest {
    private static final double PRECISION = 1e-4;

    /// A function whose minimum in [-1, 2] is known.
    private record Case(String name, DoubleUnaryOperator value, double minimum) {}

    private static final List<Case> CASES = List.of(
            new Case("parabola", x -> (x - 0.3) * (x - 0.3), 0.3),
            new Case("corner", x -> Math.abs(x - 0.7), 0.7),
            new Case("flat at the minimum", x -> Math.pow(x + 0.2, 4), -0.2),
            new Case("wave", x -> -Math.cos(x - 1.1), 1.1),
            new Case("skewed", x -> Math.exp(x) - 2 * x, Math.log(2)),
            new Case("rising: the lower end", x -> x, -1),
            new Case("falling: the upper end", x -> -x, 2));

    @Test
    void findsTheMinimumFromAnyStart() {
        for (Case c : CASES) {
            for (double start : new double[] {-0.999, 0, 0.5, 1.999}) {
                assertThat(Brent.minimum(c.value, -1, start, 2, PRECISION))
                        .as("%s from %s", c.name, start)
                        .isCloseTo(c.minimum, within(PRECISION));
            }
        }
    }

    @Test
    void needsFewValuesForASmoothFunction() {
        for (Case c : CASES.subList(3, 5)) {
            int[] count = {0};
            Brent.minimum(
                    x -> {
                        count[0]++;
                        return c.value.applyAsDouble(x);
                    },
                    -1,
                    0,
                    2,
                    PRECISION);
            assertThat(count[0]).as(c.name).isLessThan(14); // golden sections need 21
        }
    }
}
