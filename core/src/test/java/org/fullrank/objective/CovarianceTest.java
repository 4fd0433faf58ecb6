package org.fullrank.objective;

import java.util.List;

class CovarianceTest extends RegularizerContract {
    @Override
    List<Covariance> regularizers() {
        return List.of(Covariance.defaults());
    }

    @Override
    double naive(Regularizer regularizer, double[] z, int n, int d) {
        return NaiveStatistics.offDiagonal(NaiveStatistics.covariance(z, n, d)) / d;
    }
}
