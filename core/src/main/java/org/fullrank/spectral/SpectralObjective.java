package org.fullrank.spectral;

import java.util.Arrays;
import org.fullrank.engine.InputException;
import org.fullrank.settings.Named;
import org.fullrank.spectral.QuadraticForm.Mean;

/// An objective of embeddings `Z`, `[N, K]`, whose minimum follows from eigenvectors. `G` is the [Relation],
/// `d` its degrees, `s` the sum of all its values, and `L = diag(d) - G` its Laplacian.
///
/// Sources: Kiani et al. 2022, "Joint embedding self-supervised learning in the kernel regime"; Balestriero
/// and LeCun 2022, "Contrastive and non-contrastive self-supervised learning recover global and local
/// spectral embedding methods"; HaoChen et al. 2021 for the spectral contrastive loss.
public sealed interface SpectralObjective {
    /// The quadratic forms whose eigenvectors span the optimum.
    QuadraticForm form(Relation relation);

    /// The squared length of the optimum along an eigenvector with this eigenvalue. If the value is 0 or
    /// less, the optimum does not use this eigenvector.
    double squaredLength(double eigenvalue);

    /// The smallest value of the objective.
    ///
    /// @param eigenvalues the largest ones, in descending order, at most K
    /// @param width number of dimensions K
    double minimum(double[] eigenvalues, int width, Relation relation);

    /// A factor of all embeddings that is not part of their lengths; see [Vicreg].
    default double scale(int samples) {
        return 1;
    }

    /// Whether embeddings may be moved by a constant without effect.
    default boolean ignoresMean() {
        return false;
    }

    /// The loss `|Z' J Z - I|^2 + beta tr(Z' L Z)` with the centering `J`. The first term is variance and
    /// covariance, written as a distance to the identity. The second term is the invariance, which is the
    /// energy of the graph. With `normalized`, `Z' J Z / N` is the covariance, and `L` is also divided by N.
    /// Then `Z` is longer by a factor of the square root of N, and beta is `2 gamma` in the notation of
    /// Balestriero and LeCun.
    ///
    /// The optimum is Laplacian eigenmaps: the eigenvectors of `L` with the smallest eigenvalues `mu`, with
    /// squared lengths `1 - beta mu / 2`. A dimension whose squared length is not positive is dropped.
    ///
    /// @param beta weight of the invariance, at least 0
    /// @param normalized whether embeddings have variance 1 instead of a sum of squares of 1
    record Vicreg(double beta, boolean normalized) implements SpectralObjective {
        /// With this default, every mode of a graph of pairs is kept. The largest eigenvalue of such a graph
        /// is 2. With a beta of 1, modes with this eigenvalue would have length 0.
        public static final double DEFAULT_BETA = 0.4;

        public Vicreg {
            requireWeight("beta", beta);
        }

        public static Vicreg defaults() {
            return new Vicreg(DEFAULT_BETA, true);
        }

        /// The objective with unit variance and invariance weight `gamma` of Balestriero and LeCun.
        public static Vicreg ofGamma(double gamma) {
            requireWeight("gamma", gamma);
            return new Vicreg(2 * gamma, true);
        }

        private static void requireWeight(String name, double weight) {
            InputException.unless(
                    weight >= 0 && weight < Double.POSITIVE_INFINITY,
                    "%s: found %s, expected 0 or a positive number; give another weight of the invariance",
                    name,
                    weight);
        }

        @Override
        public QuadraticForm form(Relation relation) {
            double half = beta / 2;
            double[] diagonal =
                    Arrays.stream(relation.degrees()).map(d -> 1 - half * d).toArray();
            return new QuadraticForm(diagonal, half, QuadraticForm.ones(relation.size()), Mean.UNIFORM);
        }

        @Override
        public boolean ignoresMean() {
            return true;
        }

        @Override
        public double squaredLength(double eigenvalue) {
            return eigenvalue;
        }

        @Override
        public double minimum(double[] eigenvalues, int width, Relation relation) {
            return width - positiveSquares(eigenvalues);
        }

        @Override
        public double scale(int samples) {
            return normalized ? Math.sqrt(samples) : 1;
        }
    }

    /// The loss `|Z Z' - (G + I)|^2`. It pulls the inner products of related samples to 1, and the others to
    /// 0. The optimum is classical multidimensional scaling of `G + I`.
    record Contrastive() implements SpectralObjective {
        @Override
        public QuadraticForm form(Relation relation) {
            double[] ones = QuadraticForm.ones(relation.size());
            return new QuadraticForm(ones, 1, ones, Mean.KEPT);
        }

        @Override
        public double squaredLength(double eigenvalue) {
            return eigenvalue;
        }

        @Override
        public double minimum(double[] eigenvalues, int width, Relation relation) {
            return relation.squaredNorm() + relation.size() - positiveSquares(eigenvalues);
        }
    }

    /// The spectral contrastive loss `-2 sum_ij w_ij z_i.z_j + sum_ij w_i w_j (z_i.z_j)^2` with the weights
    /// `w = G / s` and their row sums `w_i`. The optimum consists of eigenvectors of the normalized adjacency
    /// matrix.
    @Named("spectral-contrastive")
    record SpectralContrastive() implements SpectralObjective {
        @Override
        public QuadraticForm form(Relation relation) {
            return QuadraticForm.weighted(relation, true, Mean.KEPT);
        }

        @Override
        public double squaredLength(double eigenvalue) {
            return eigenvalue;
        }

        @Override
        public double minimum(double[] eigenvalues, int width, Relation relation) {
            return -positiveSquares(eigenvalues);
        }
    }

    /// The loss `|C - I|^2` with the cross-correlation `C = Z' G Z / s` of related samples. Their mean,
    /// weighted by degree, is subtracted. `C` is not divided by standard deviations.
    ///
    /// Without whitening, many maps reach the minimum. This map has the smallest norm. Gradient descent from
    /// small weights finds the same map. With whitening, the covariance `Z' diag(d) Z / s` is fixed to the
    /// identity. Then the optimum consists of canonical correlations. The published loss divides by standard
    /// deviations instead, and canonical directions do not minimize it.
    ///
    /// @param whitened whether the covariance is fixed to the identity
    @Named("barlow-twins")
    record BarlowTwins(boolean whitened) implements SpectralObjective {
        public static BarlowTwins defaults() {
            return new BarlowTwins(false);
        }

        @Override
        public QuadraticForm form(Relation relation) {
            return QuadraticForm.weighted(relation, whitened, Mean.BY_DEGREE);
        }

        @Override
        public boolean ignoresMean() {
            return true;
        }

        @Override
        public double squaredLength(double eigenvalue) {
            return whitened ? 1 : 1 / eigenvalue;
        }

        @Override
        public double minimum(double[] eigenvalues, int width, Relation relation) {
            double reached = Arrays.stream(eigenvalues)
                    .map(l -> whitened ? (2 - l) * l : l > 0 ? 1 : 0) // 1 - (1 - l)^2
                    .sum();
            return width - reached;
        }
    }

    private static double positiveSquares(double[] eigenvalues) {
        return Arrays.stream(eigenvalues).filter(l -> l > 0).map(l -> l * l).sum();
    }
}
