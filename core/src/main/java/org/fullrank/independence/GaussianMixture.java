package org.fullrank.independence;

import java.util.Arrays;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.linalg.Reductions;
import org.fullrank.net.NonFiniteTrace;

/// A mixture of Gaussians with equal weights, and bounds of its entropy, which has no formula. It is the
/// distribution of embeddings if each item is a small Gaussian: the component n has the mean `f(x_n)` and the
/// covariance `J_n S J_n'`. All entropies are in nats.
///
/// Source: Kolchinsky and Tracey 2017, "Estimating mixture entropy with pairwise distances", for the bounds;
/// Shwartz-Ziv et al. 2022, arXiv 2207.10081, for embeddings. Both are unverified against the papers; a test
/// compares the bounds with samples.
///
/// @param means `[N, D]`, float64
/// @param covariances `[N, D, D]`, float64, symmetric, without negative eigenvalues. The caller's scope
///     owns both
public record GaussianMixture(Tensor means, Tensor covariances) {
    private static final long SAMPLES = Keyed.name("mixture samples");

    /// Samples of one component that are in memory at the same time.
    private static final int BLOCK = 4096;

    /// Two entries of a symmetric matrix differ by less than this share of its largest entry.
    private static final double SYMMETRIC = 1e-9;

    /// A covariance is singular if its Cholesky factor has an entry below this share of the largest one.
    private static final double SINGULAR = 1e-7;

    /// `log(2 pi e)`.
    private static final double LOG_2_PI_E = Math.log(2 * Math.PI) + 1;

    public GaussianMixture {
        InputException.unless(
                means.dim() == 2
                        && covariances.dim() == 3
                        && means.size(0) > 0
                        && means.size(1) > 0
                        && covariances.size(0) == means.size(0)
                        && covariances.size(1) == means.size(1)
                        && covariances.size(2) == means.size(1),
                "mixture: found means %s and covariances %s, expected [N, D] and [N, D, D]; give one covariance for"
                        + " each mean",
                Tensors.describe(means),
                Tensors.describe(covariances));
        InputException.unless(
                means.scalar_type().intern() == ScalarType.Double
                        && covariances.scalar_type().intern() == ScalarType.Double,
                "mixture: found %s and %s, expected float64; convert them",
                means.scalar_type().intern(),
                covariances.scalar_type().intern());
        InputException.unless(
                NonFiniteTrace.isFinite(means) && NonFiniteTrace.isFinite(covariances),
                "mixture: found NaN or infinity, expected finite means and covariances; leave such a component out");
        requireSymmetric(covariances);
    }

    private static void requireSymmetric(Tensor covariances) {
        try (var scope = Scope.withoutGradients()) {
            Tensor asymmetry =
                    covariances.sub(covariances.transpose(1, 2)).abs().amax(new long[] {1, 2}, false); // [N]
            Tensor largest = covariances.abs().amax(new long[] {1, 2}, false); // [N]
            InputException.when(
                    Tensors.value(asymmetry
                                    .gt(largest.mul(Tensors.scalar(SYMMETRIC)))
                                    .any())
                            != 0,
                    "mixture: found a covariance that is not symmetric, expected symmetric ones; average it with its"
                            + " transpose");
        }
    }

    /// The Cholesky factors of the covariances, `[N, D, D]`.
    private Tensor factors() {
        var found = torch.linalg_cholesky_ex(covariances);
        long[] failed = Tensors.longs(found.get1().to(ScalarType.Long));
        Tensor squares = found.get0().diagonal(0, -2, -1); // [N, D]
        double[] least = Tensors.doubles(
                torch.div(torch.amin(squares, new long[] {1}, false), torch.amax(squares, new long[] {1}, false)));
        for (int n = 0; n < failed.length; n++) {
            InputException.when(
                    failed[n] != 0 || !(least[n] > SINGULAR),
                    "mixture: found covariance %d (from 0) without variance in some direction, so the entropy is minus"
                            + " infinity, expected positive definite ones; add noise to the outputs",
                    n);
        }
        return found.get0();
    }

    /// The same mixture with independent noise of this variance on each dimension. Covariances `J S J'` of
    /// networks with dead outputs, or with more outputs than inputs, are singular without it.
    public GaussianMixture blurred(double variance) {
        return new GaussianMixture(means, covariances.add(identity().mul(Tensors.scalar(variance))));
    }

    private Tensor identity() {
        return torch.eye(means.size(1), means.options());
    }

    private int components() {
        return Math.toIntExact(means.size(0));
    }

    private int width() {
        return Math.toIntExact(means.size(1));
    }

    /// Bounds of the entropy H of a mixture: `lower <= H <= upper`, and `H <= gaussian <= diagonal`.
    ///
    /// @param components mean entropy of the components; H is larger by at most log N
    /// @param lower by the Bhattacharyya distances of all pairs of components
    /// @param upper by their Kullback-Leibler divergences
    /// @param gaussian entropy of the Gaussian with the covariance of the mixture, the largest entropy of that
    ///     covariance
    /// @param diagonal entropy of the Gaussian with the same variances and without correlations (Hadamard)
    public record Bounds(double components, double lower, double upper, double gaussian, double diagonal) {}

    /// The bounds. The time is that of N^2 Cholesky decompositions.
    ///
    /// @throws InputException when a covariance is singular: then the entropy is minus infinity
    public Bounds bounds() {
        try (var scope = Scope.withoutGradients()) {
            int n = components();
            Tensor factors = factors(); // [N, D, D]
            Tensor logDets = logDets(factors); // [N]
            Tensor inverses = torch.cholesky_inverse(factors); // [N, D, D]
            double[] closeness = new double[n]; // log of the mean of exp(-distance)
            double[] overlap = new double[n];
            for (int i = 0; i < n; i++) {
                try (var inner = Scope.open()) {
                    overlap[i] = logMean(divergences(i, logDets, inverses));
                    closeness[i] = logMean(bhattacharyya(i, logDets));
                }
            }
            double within = (width() * LOG_2_PI_E + Tensors.value(logDets.mean())) / 2;
            return new Bounds(
                    within,
                    within - Arrays.stream(closeness).average().orElseThrow(),
                    within - Arrays.stream(overlap).average().orElseThrow(),
                    gaussian(),
                    diagonal());
        }
    }

    /// The entropy of the Gaussian with the covariance of the mixture: `1/2 log det(2 pi e S)`. It is minus
    /// infinity if that covariance is singular.
    public double gaussian() {
        try (var scope = Scope.withoutGradients()) {
            Tensor eigenvalues = torch.linalg_eigvalsh(covariance()); // [D], ascending
            double[] values = Tensors.doubles(eigenvalues);
            double sum = 0;
            for (double value : values) {
                boolean positive = value > width() * Math.ulp(1.0) * values[values.length - 1];
                sum += positive ? Math.log(value) : Double.NEGATIVE_INFINITY;
            }
            return (width() * LOG_2_PI_E + sum) / 2;
        }
    }

    /// The entropy of the Gaussian with the same variances and without correlations.
    public double diagonal() {
        try (var scope = Scope.withoutGradients()) {
            return (width() * LOG_2_PI_E
                            + Tensors.value(covariance().diagonal().log().sum()))
                    / 2;
        }
    }

    private static double logMean(Tensor distances) {
        return Tensors.value(torch.logsumexp(distances.neg(), 0)) - Math.log(distances.size(0));
    }

    /// `log det` of `L L'` for each factor L, `[..., D, D] -> [...]`.
    private static Tensor logDets(Tensor factors) {
        return factors.diagonal(0, -2, -1).log().sum(-1).mul(Tensors.scalar(2));
    }

    /// The divergence of component i from each component j, `[N]`.
    private Tensor divergences(int i, Tensor logDets, Tensor inverses) {
        Tensor shift = means.sub(means.select(0, i)).unsqueeze(2); // [N, D, 1]
        Tensor mahalanobis =
                shift.transpose(1, 2).matmul(inverses.matmul(shift)).flatten(); // [N]
        Tensor traces = inverses.flatten(1, 2).matmul(covariances.select(0, i).flatten()); // [N], tr(S_j^-1 S_i)
        return logDets.sub(logDets.select(0, i))
                .add(mahalanobis)
                .add(traces)
                .sub(Tensors.scalar(width()))
                .div(Tensors.scalar(2));
    }

    /// The Bhattacharyya distance of component i from each component j, `[N]`.
    private Tensor bhattacharyya(int i, Tensor logDets) {
        Tensor factors =
                torch.linalg_cholesky(covariances.add(covariances.select(0, i)).div(Tensors.scalar(2))); // [N, D, D]
        Tensor shift = means.sub(means.select(0, i)).unsqueeze(2); // [N, D, 1]
        Tensor solved = torch.linalg_solve_triangular(factors, shift, false).flatten(1, 2); // [N, D]
        Tensor between = logDets.add(logDets.select(0, i)).div(Tensors.scalar(2));
        return Reductions.squaredNorms(solved)
                .flatten()
                .div(Tensors.scalar(8))
                .add(logDets(factors).sub(between).div(Tensors.scalar(2)));
    }

    /// The covariance of the whole mixture, `[D, D]`: the mean of the covariances plus the covariance of the
    /// means with the divisor N. The caller's scope owns it.
    public Tensor covariance() {
        Tensor centered = means.sub(Reductions.means(means));
        return Reductions.sum(covariances, 0)
                .squeeze(0)
                .add(centered.t().matmul(centered))
                .div(Tensors.scalar(components()));
    }

    /// An estimate from samples.
    ///
    /// @param value mean of `-log p(z)`
    /// @param error standard error of the value
    public record Estimate(double value, double error) {}

    /// The entropy by `count` samples of each component.
    ///
    /// @param seed equal seeds give equal samples
    /// @throws InputException when there are fewer than 2 samples of each component, or when a covariance is
    ///     singular
    public Estimate sampled(int count, long seed) {
        InputException.when(
                count < 2, "mixture: found %d samples of each component, expected at least 2; draw more", count);
        try (var scope = Scope.withoutGradients()) {
            Tensor factors = factors(); // [N, D, D]
            Tensor logDets = logDets(factors); // [N]
            double sum = 0;
            double variance = 0; // of the sum
            for (int n = 0; n < components(); n++) {
                double[] values = surprise(n, count, seed, factors, logDets);
                double mean = Arrays.stream(values).average().orElseThrow();
                double squares =
                        Arrays.stream(values).map(v -> (v - mean) * (v - mean)).sum();
                sum += mean;
                variance += squares / (count - 1) / count;
            }
            return new Estimate(sum / components(), Math.sqrt(variance) / components());
        }
    }

    /// `-log p` of samples of component n.
    private double[] surprise(int n, int count, long seed, Tensor factors, Tensor logDets) {
        double[] values = new double[count];
        var random = Keyed.of(seed, SAMPLES, n);
        for (int begin = 0; begin < count; begin += BLOCK) {
            int size = Math.min(BLOCK, count - begin);
            double[] normal = new double[size * width()];
            Arrays.setAll(normal, k -> random.nextGaussian());
            try (var scope = Scope.open()) {
                Tensor z = Tensors.of(normal, size, width())
                        .matmul(factors.select(0, n).t())
                        .add(means.select(0, n)); // [B, D]
                Tensor terms = z.new_empty(components(), size); // [N, B]
                for (int j = 0; j < components(); j++) {
                    try (var inner = Scope.open()) {
                        Tensor solved = torch.linalg_solve_triangular(
                                factors.select(0, j), z.sub(means.select(0, j)).t(), false); // [D, B]
                        terms.select(0, j)
                                .copy_(Reductions.sum(solved.mul(solved), 0)
                                        .flatten()
                                        .add(logDets.select(0, j)));
                    }
                }
                Tensor logs = torch.logsumexp(terms.div(Tensors.scalar(-2)), 0); // [B]
                double constant = Math.log(components()) + width() * Math.log(2 * Math.PI) / 2;
                double[] part = Tensors.doubles(logs);
                for (int k = 0; k < size; k++) {
                    values[begin + k] = constant - part[k];
                }
            }
        }
        return values;
    }
}
