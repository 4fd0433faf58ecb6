package org.fullrank.objective;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class DecorrelationTest extends RegularizerContract {
    @Override
    List<Decorrelation> regularizers() {
        return List.of(Decorrelation.defaults());
    }

    @Override
    double naive(Regularizer regularizer, double[] z, int n, int d) {
        return NaiveStatistics.offDiagonal(NaiveStatistics.covariance(z, n, d)) / (d * d - d);
    }

    @Test
    void aSingleDimensionHasNothingToDecorrelate() {
        var single = new Case(Decorrelation.defaults(), 5, 1, 1);
        assertThat(value(single, single.embedding(1))).isZero();
        assertThat(gradient(single, single.embedding(1))).containsOnly(0.0);
    }
}
