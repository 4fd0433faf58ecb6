package org.fullrank.diagnose;

import java.util.Arrays;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.linalg.Reductions;

/// Computes LiDAR, the effective number of directions that distinguish samples. This number is relative to
/// the differences between views of one sample. The source is Thilak et al. 2023, "LiDAR: Sensing Linear
/// Probing Performance in Joint Embedding SSL Architectures"; written from memory, unverified against the
/// paper.
///
/// Given q views of each of N samples, `Sb` is the covariance (divisor N) of the sample means. `Sw` is the
/// covariance (divisor N q) of the views around the mean of their sample. LiDAR is `exp(-sum p log p)`, `p =
/// l / sum l`, where `l` are the eigenvalues of `(Sw + delta I)^(-1/2) Sb (Sw + delta I)^(-1/2)`. Here,
/// `delta` is [#DELTA] times the mean variance of a dimension. So the scale of the embedding has no effect.
///
/// @param value from 1 (one direction) to `min(N - 1, D)`; 0 if all samples are one point, NaN for a single
///     sample
/// @param isotropic the value of isotropic Gaussian samples and views with the same number, width and ratio
///     of scatters
record Lidar(double value, double isotropic) {
    /// Regularization of the within-sample scatter, relative to the mean variance of a dimension.
    static final double DELTA = 1e-4;

    /// From this width on, the matrix `[D, D]` is not computed, and the total number of rows of all views is
    /// reduced to this number.
    static final int WIDE = 1024;

    /// Approximate number of Gaussian values over which the isotropic value is averaged. With few values, it
    /// varies from draw to draw.
    private static final long DRAWN = 1L << 18;

    private static final long MOST_DRAWS = 8;

    private static final long KEY = Keyed.name("lidar");

    /// LiDAR of two or more views of the same samples, `[N, D]` each.
    static Lidar of(Tensor[] views) {
        long width = views[0].size(1);
        long most = width > WIDE ? Math.max(2, 2L * WIDE / views.length) : Matrices.mostRows(width);
        Tensor[] used =
                Arrays.stream(views).map(view -> Matrices.evenly(view, most)).toArray(Tensor[]::new);
        long rows = used[0].size(0);
        if (rows < 2) {
            return new Lidar(Double.NaN, Double.NaN);
        }
        Tensor means = mean(used); // [N, D]
        Tensor residuals = residuals(used, means); // [N (q - 1 or q), D]
        means.sub_(Reductions.means(means));
        double between = Reductions.squares(means) / rows;
        double within = Reductions.squares(residuals) / residuals.size(0);
        double value = rank(means, residuals);
        return new Lidar(value, isotropic(rows, views.length, width, within / between));
    }

    /// The residuals of the views about the sample means. The residuals of two views are opposite to each
    /// other, so the residuals of one of them are enough.
    private static Tensor residuals(Tensor[] views, Tensor means) {
        int count = views.length == 2 ? 1 : views.length;
        return Tensors.cat(
                Arrays.stream(views).limit(count).map(view -> view.sub(means)).toList());
    }

    private static Tensor mean(Tensor[] views) {
        Tensor sum = views[0].add(views[1]);
        for (int k = 2; k < views.length; k++) {
            sum.add_(views[k]);
        }
        return sum.div_(Tensors.scalar(views.length));
    }

    private static double isotropic(long rows, int views, long width, double ratio) {
        if (!Double.isFinite(ratio)) {
            return Double.NaN;
        }
        long draws = Math.clamp(DRAWN / (rows * views * width), 1, MOST_DRAWS);
        double sum = 0;
        for (long draw = 0; draw < draws; draw++) {
            try (var scope = Scope.open()) {
                Tensor means = Matrices.gaussian(Keyed.of(KEY, draw, 0), rows, width);
                Tensor residuals = Matrices.gaussian(Keyed.of(KEY, draw, 1), rows * (views - 1), width);
                sum += rank(means.sub_(Reductions.means(means)), residuals.mul_(Tensors.scalar(Math.sqrt(ratio))));
            }
        }
        return sum / draws;
    }

    /// The effective rank for centered means `[N, D]` and residuals `[M, D]`.
    static double rank(Tensor means, Tensor residuals) {
        try (var scope = Scope.open()) {
            double width = means.size(1);
            double between = Reductions.squares(means) / means.size(0);
            double within = Reductions.squares(residuals) / residuals.size(0);
            if (between == 0) {
                return 0;
            }
            double delta = DELTA * (between + within) / width;
            return entropyRank(means.size(1) > WIDE ? wide(means, residuals, delta) : narrow(means, residuals, delta));
        }
    }

    /// The eigenvalues by the Cholesky factor L of `Sw + delta I`, `[D, D]`: `L^-1 Sb L'^-1` has the same
    /// eigenvalues.
    static double[] narrow(Tensor means, Tensor residuals, double delta) {
        Tensor within = residuals.t().matmul(residuals).div_(Tensors.scalar(residuals.size(0))); // [D, D]
        within.diagonal().add_(Tensors.scalar(delta));
        Tensor factor = torch.linalg_cholesky(within); // [D, D]
        boolean flat = means.size(0) < means.size(1);
        if (flat) {
            Tensor white = torch.linalg_solve_triangular(factor, means.t(), false); // [D, N]
            return Tensors.doubles(torch.linalg_eigvalsh(white.t().matmul(white)));
        }
        Tensor half = torch.linalg_solve_triangular(factor, means.t().matmul(means), false); // [D, D]
        return Tensors.doubles(torch.linalg_eigvalsh(torch.linalg_solve_triangular(factor, half.t(), false)));
    }

    /// The same eigenvalues from Gram matrices of rows, by Woodbury: with `R = residuals / sqrt(M)`,
    /// `delta (R'R + delta I)^-1 = I - R' (R R' + delta I)^-1 R`.
    static double[] wide(Tensor means, Tensor residuals, double delta) {
        Tensor scaled = residuals.div(Tensors.scalar(Math.sqrt(residuals.size(0)))); // [M, D]
        var within = torch.linalg_eigh(scaled.matmul(scaled.t()));
        Tensor scales = within.get0()
                .clamp_min(Tensors.scalar(0))
                .add_(Tensors.scalar(delta))
                .rsqrt(); // [M]
        Tensor projected = means.matmul(scaled.t()).matmul(within.get1().mul(scales)); // [N, M]
        Tensor gram = means.matmul(means.t()).sub_(projected.matmul(projected.t())); // [N, N], delta times too large
        return Tensors.doubles(torch.linalg_eigvalsh(gram));
    }

    /// The entropy rank. The scale of the eigenvalues has no effect. Negative eigenvalues, which come from
    /// rounding, count as zero.
    private static double entropyRank(double[] eigenvalues) {
        double sum = Arrays.stream(eigenvalues).filter(l -> l > 0).sum();
        double entropy = 0;
        for (double l : eigenvalues) {
            if (l > 0) {
                entropy -= l / sum * Math.log(l / sum);
            }
        }
        return sum == 0 ? 0 : Math.exp(entropy);
    }
}
