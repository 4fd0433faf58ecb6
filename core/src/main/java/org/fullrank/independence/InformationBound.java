package org.fullrank.independence;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.linalg.Reductions;
import org.fullrank.net.NonFiniteTrace;

/// The chain of bounds that leads from the information in embeddings to the terms of VICReg, in nats.
///
/// For embeddings z and z' of two views, the information of z and the other view is at least
/// `H(z) + E log q(z given z')`, for every q. With the Gaussian `q = N(z', I)`, the second part is
/// [#agreement]: VICReg's invariance. The entropy H(z) has no formula, but
///
/// ```
/// H(z) <= gaussian <= correlated <= diagonal      (gaussian <= correlated <= terms, too)
/// ```
///
/// - `gaussian`: `1/2 log det(2 pi e S)`. No distribution with the covariance S has more entropy.
/// - `correlated`: `diagonal - |R - I|^2 / (4 l)` with the correlations R and their largest eigenvalue l,
///   because `log(1 + t) <= t - t^2 / (2 l)` for each eigenvalue 1 + t of R.
/// - `diagonal`: the same without correlations. By Hadamard, it is not smaller than `gaussian`.
/// - `terms`: `D/2 log(2 pi e gamma^2) + overshoot - D v / gamma - D c / (4 l m^2)`, with VICReg's variance
///   term v and covariance term c, and the largest variance m. The overshoot is the sum of
///   `log(deviation / gamma)` over the dimensions whose deviation is above gamma.
///
/// So lower terms of VICReg raise a bound of the entropy. A training raises an *upper* bound, and that the
/// entropy follows is a heuristic. The two added bounds are derived here. Source of the idea: Shwartz-Ziv et
/// al. 2022, arXiv 2207.10081, unverified against the paper.
///
/// @param gaussian entropy of the Gaussian with the covariance of z
/// @param correlated see above
/// @param diagonal see above
/// @param terms see above
/// @param agreement `-1/2 E|z - z'|^2 - D/2 log(2 pi)`
/// @param variance v: mean of `max(0, gamma - deviation)`
/// @param covariance c: sum of the squared covariances of different dimensions, divided by D
public record InformationBound(
        double gaussian,
        double correlated,
        double diagonal,
        double terms,
        double agreement,
        double variance,
        double covariance) {
    private static final double LOG_2_PI = Math.log(2 * Math.PI);

    /// A deviation below this share of the largest value is a rounding error of the mean.
    private static final double CONSTANT = 1e-14;

    /// The bounds for two views.
    ///
    /// @param first embeddings of one view, `[N, D]`, N above D
    /// @param second those of the other view, of the same shape
    /// @param gamma VICReg's target of the deviations, above 0
    /// @param epsilon added to each variance, as under the root of VICReg's variance term; at least 0. It is
    ///     also added in `gaussian`
    /// @throws InputException when a value is not finite, when there are too few rows, or when the
    ///     covariance is singular and epsilon is 0
    public static InformationBound of(Tensor first, Tensor second, double gamma, double epsilon) {
        InputException.unless(
                gamma > 0 && Double.isFinite(gamma), "gamma: found %s, expected a finite number above 0", gamma);
        InputException.unless(
                epsilon >= 0 && Double.isFinite(epsilon),
                "epsilon: found %s, expected a finite number, 0 or more",
                epsilon);
        requireViews(first, second);
        try (var scope = Scope.withoutGradients()) {
            Tensor z = first.to(ScalarType.Double);
            Tensor centered = z.sub(Reductions.means(z));
            Tensor rounding = z.abs().amax(new long[] {0}, false).mul(Tensors.scalar(CONSTANT)); // [D]
            centered.mul_(centered.abs().amax(new long[] {0}, false).gt(rounding)); // a mean is not exact
            Tensor s = centered.t().matmul(centered).div(Tensors.scalar(z.size(0) - 1.0)); // [D, D]
            s.diagonal().add_(Tensors.scalar(epsilon));
            Tensor deviations = s.diagonal().sqrt(); // [D]
            InputException.unless(
                    Tensors.value(deviations.min()) > 0,
                    "information: found a dimension that is equal in all rows, so the entropy is minus infinity,"
                            + " expected dimensions that vary; leave it out or give an epsilon above 0");
            Tensor r = s.div(deviations.outer(deviations)); // [D, D]
            Tensor eigenvalues = torch.linalg_eigvalsh(r); // [D], ascending
            InputException.unless(
                    Tensors.value(eigenvalues.min()) > 1e-14 * z.size(1),
                    "information: found a dimension that is a sum of others, so the entropy is minus infinity,"
                            + " expected independent dimensions; leave it out or give an epsilon above 0");
            return of(new Moments(s, deviations, eigenvalues), agreement(z, second.to(ScalarType.Double)), gamma);
        }
    }

    private record Moments(Tensor covariance, Tensor deviations, Tensor eigenvalues) {}

    private static InformationBound of(Moments found, double agreement, double gamma) {
        double width = found.deviations.size(0);
        double largest = Tensors.value(found.eigenvalues.max());
        double squares = Reductions.squares(found.eigenvalues.sub(Tensors.scalar(1))); // |R - I|^2
        double diagonal = width * (LOG_2_PI + 1) / 2
                + Tensors.value(found.deviations.log().sum());
        double variance = Tensors.value(found.deviations
                .neg()
                .add(Tensors.scalar(gamma))
                .clamp_min(Tensors.scalar(0))
                .mean());
        double overshoot = Tensors.value(found.deviations
                .div(Tensors.scalar(gamma))
                .log()
                .clamp_min(Tensors.scalar(0))
                .sum());
        double m = Math.pow(Tensors.value(found.deviations.max()), 2);
        double covariance =
                (Reductions.squares(found.covariance) - Reductions.squares(found.covariance.diagonal())) / width;
        return new InformationBound(
                diagonal + Tensors.value(found.eigenvalues.log().sum()) / 2,
                diagonal - squares / (4 * largest),
                diagonal,
                width * (LOG_2_PI + 1 + 2 * Math.log(gamma)) / 2
                        + overshoot
                        - width * variance / gamma
                        - width * covariance / (4 * largest * m * m),
                agreement,
                variance,
                covariance);
    }

    private static double agreement(Tensor z, Tensor other) {
        return -Reductions.squares(z.sub(other)) / z.size(0) / 2 - z.size(1) * LOG_2_PI / 2;
    }

    private static void requireViews(Tensor first, Tensor second) {
        InputException.unless(
                first.dim() == 2
                        && second.dim() == 2
                        && first.size(0) == second.size(0)
                        && first.size(1) == second.size(1),
                "information: found embeddings %s and %s, expected two views of one shape [N, D]; give the same items",
                Tensors.describe(first),
                Tensors.describe(second));
        InputException.unless(
                first.size(1) >= 1 && first.size(0) > first.size(1),
                "information: found %d rows of %d dimensions, expected more rows than dimensions; give more items",
                first.size(0),
                first.size(1));
        InputException.unless(
                NonFiniteTrace.isFinite(first) && NonFiniteTrace.isFinite(second),
                "information: found NaN or infinity, expected finite embeddings; leave such rows out");
    }
}
