package org.fullrank.spectral;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The two quadratic forms of an objective. The optimum maximizes `tr(Z' T Z)` with `T = diag(diagonal) +
/// coupling G` while `Z' diag(mass) Z` is fixed.
///
/// @param diagonal `[N]`
/// @param coupling weight of the relation
/// @param mass weight of each sample, `[N]`; null if the norm of the map is fixed instead
/// @param mean which mean the objective subtracts from the embeddings
record QuadraticForm(double[] diagonal, double coupling, double @Nullable [] mass, Mean mean) {
    /// The mean that is subtracted.
    enum Mean {
        KEPT,
        UNIFORM,
        BY_DEGREE
    }

    /// `T = G / s`. If `held`, the mass is the degrees divided by s.
    static QuadraticForm weighted(Relation relation, boolean held, Mean mean) {
        double[] degrees = relation.degrees();
        double sum = Arrays.stream(degrees).sum();
        double[] shares = Arrays.stream(degrees).map(d -> d / sum).toArray();
        return new QuadraticForm(new double[degrees.length], 1 / sum, held ? shares : null, mean);
    }

    /// The sum of each row of `T`, `[N]`.
    double[] rowSums(Relation relation) {
        double[] sums = relation.degrees();
        for (int i = 0; i < sums.length; i++) {
            sums[i] = diagonal[i] + coupling * sums[i];
        }
        return sums;
    }

    static double[] ones(int count) {
        double[] ones = new double[count];
        Arrays.fill(ones, 1);
        return ones;
    }

    /// The weights of the mean. Their sum is 1.
    ///
    /// @param degrees of the relation
    static double[] shares(Mean mean, double[] degrees) {
        double[] weights = mean == Mean.BY_DEGREE ? degrees : ones(degrees.length);
        double sum = Arrays.stream(weights).sum();
        return Arrays.stream(weights).map(w -> w / sum).toArray();
    }
}
