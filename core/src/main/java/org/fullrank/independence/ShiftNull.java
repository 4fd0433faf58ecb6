package org.fullrank.independence;

import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.Scope;

/// Values of a [FeatureCovariance] for independent components. The values are measured after random shifts in
/// time. If the rows are independent, a shift is as good as a random order. For time series a shift is
/// better, because it keeps the dependence between neighboring samples.
///
/// @param mean of the criterion over the shifts
/// @param largest value of the criterion over the shifts
/// @param largestPairwise largest value of each pair, `[D][D]`
record ShiftNull(double mean, double largest, double[][] largestPairwise) {
    /// Number of shifts. The largest value is about the 99th percentile.
    static final int SHIFTS = 100;

    /// @param phi features `[N, D, m]`
    static ShiftNull of(FeatureCovariance covariance, Tensor phi, long seed) {
        int width = Math.toIntExact(phi.size(1));
        double[][] most = new double[width][width];
        double sum = 0;
        double largest = 0;
        for (int round = 0; round < SHIFTS; round++) {
            try (var scope = Scope.withoutGradients()) {
                double[][] pairwise = covariance.pairwise(covariance.shifted(phi, seed, round));
                double criterion = FeatureCovariance.criterion(pairwise);
                sum += criterion;
                largest = Math.max(largest, criterion);
                for (int i = 0; i < width; i++) {
                    for (int j = 0; j < width; j++) {
                        most[i][j] = Math.max(most[i][j], pairwise[i][j]);
                    }
                }
            }
        }
        return new ShiftNull(sum / SHIFTS, largest, most);
    }
}
