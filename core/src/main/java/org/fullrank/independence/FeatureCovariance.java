package org.fullrank.independence;

import java.util.Arrays;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.linalg.Reductions;

/// The covariance term of VICReg after a random projector that acts on each component separately. The
/// projector gives each component m cosine features. Each feature is standardized over the samples, so the
/// variance term is zero. The value of a pair of components is the mean squared correlation of their
/// features. This value is a normalized HSIC. For independent components it is about `1 / N`. Source: Mialon,
/// Balestriero and LeCun 2022, arXiv 2209.14905.
///
/// @param features of one component with variance 1
record FeatureCovariance(ScalarFeatures features) {
    /// Number of features of a component for final results.
    static final int FEATURES = 32;

    /// Standard deviation of their frequencies. With 1.5 the angles are about a tenth more exact than with 1.
    static final double SPREAD = 1.5;

    /// Number of features for the first search. If each start has its own features, the search succeeds more
    /// often with few features than with many.
    static final int FEW_FEATURES = 8;

    /// Standard deviation of their frequencies. With 2 the first search ends in local minima more often.
    static final double FEW_SPREAD = 1;

    /// Added to each standard deviation, so that a constant feature is not divided by zero.
    private static final double TINY = 1e-12;

    /// The projector that defines the result.
    static FeatureCovariance fine(long seed) {
        return of(FEATURES, SPREAD, seed);
    }

    /// The projector of a first search.
    static FeatureCovariance rough(long seed) {
        return of(FEW_FEATURES, FEW_SPREAD, seed);
    }

    private static FeatureCovariance of(int count, double spread, long seed) {
        ScalarFeatures drawn = ScalarFeatures.fourier(count, seed);
        double[] frequencies =
                Arrays.stream(drawn.frequencies()).map(w -> spread * w).toArray();
        return new FeatureCovariance(new ScalarFeatures(drawn.function(), frequencies, drawn.phases(), drawn.scale()));
    }

    /// The standardized features of components, `[N, k] -> [N, k, m]`.
    Tensor of(Tensor components) {
        Tensor phi = features.of(components);
        phi.sub_(Reductions.means(phi));
        Tensor deviation = phi.mul(phi)
                .mean(new long[] {0}, true, new ScalarTypeOptional())
                .sqrt_();
        return phi.div_(deviation.add_(Tensors.scalar(TINY)));
    }

    /// The mean squared correlation between the features of two groups of components, times the number of
    /// pairs.
    ///
    /// @param a `[N, k, m]`
    /// @param b `[N, l, m]`
    double between(Tensor a, Tensor b) {
        double scale = (double) a.size(0) * features.count();
        return Reductions.squares(a.flatten(1, 2).t().matmul(b.flatten(1, 2))) / (scale * scale);
    }

    /// The value of each pair of components, `[D][D]`.
    ///
    /// @param phi features `[N, D, m]`
    double[][] pairwise(Tensor phi) {
        try (var scope = Scope.withoutGradients()) {
            long width = phi.size(1);
            long m = phi.size(2);
            Tensor flat = phi.flatten(1, 2); // [N, D m]
            Tensor correlation = flat.t().matmul(flat).div_(Tensors.scalar(phi.size(0))); // [D m, D m]
            return KernelSums.matrix(correlation
                    .mul_(correlation)
                    .reshape(width, m, width, m)
                    .mean(new long[] {1, 3}, false, new ScalarTypeOptional()));
        }
    }

    /// The criterion of components `[N, D]`.
    double criterion(Tensor components) {
        return criterion(pairwise(of(components)));
    }

    /// The mean over the pairs of different components.
    static double criterion(double[][] pairwise) {
        double sum = 0;
        for (int i = 0; i < pairwise.length; i++) {
            for (int j = 0; j < i; j++) {
                sum += pairwise[i][j];
            }
        }
        return sum / (pairwise.length * (pairwise.length - 1) / 2.0);
    }
}
