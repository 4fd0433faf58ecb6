package org.fullrank.objective;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DecorrelationTest {

    @Test
    void aSingleDimensionHasNothingToDecorrelate() {
        var single = new RegularizerCase(new Decorrelation(), 5, 1, 1);
        assertThat(single.value(single.embedding(1))).isZero();
        assertThat(single.gradient(single.embedding(1))).containsOnly(0.0);
    }
}
