package org.fullrank.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class HypersphereUniformityTest {


    @Test
    void oneDirectionHasTheLargestValueWhichIsZero() {
        var c = new RegularizerCase(HypersphereUniformity.defaults(), 3, 2, 1);
        assertThat(c.value(new double[] {1, 2, 2, 4, 0.5, 1})).isCloseTo(0, within(1e-12));
    }

    @Test
    void oppositeRowsHaveTheSmallestValue() {
        var c = new RegularizerCase(HypersphereUniformity.defaults(), 2, 2, 1);
        assertThat(c.value(new double[] {3, 0, -1, 0})).isCloseTo(-8, within(1e-12));
    }

    @Test
    void spreadPointsHaveALowerValueThanPolarizedOnes() {
        var c = new RegularizerCase(HypersphereUniformity.defaults(), 60, 3, 1);
        double[] spread = Arrays.stream(c.embedding(1)).map(x -> x - 0.3).toArray();
        double[] polarized = Arrays.stream(spread).map(Math::abs).toArray();
        assertThat(c.value(spread)).isLessThan(c.value(polarized) - 0.5);
    }
}
