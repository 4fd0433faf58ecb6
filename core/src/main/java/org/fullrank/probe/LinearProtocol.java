package org.fullrank.probe;

import org.fullrank.engine.InputException;

/// The settings of the linear probe. The linear probe is multinomial logistic regression. The features of the
/// linear probe are standardized by the mean and the standard deviation of the train split. The probe
/// minimizes `mean cross-entropy + l2/2 |W|^2` over weights and biases until the gradient is small. Biases
/// are not penalized.
///
/// @param l2 penalty on the weights, positive
/// @param tolerance the fit has converged if the length of the gradient is at most this share of its length
///     at zero weights; in (0, 1)
/// @param maxIterations the fit stops after this many iterations and reports that it has not converged
public record LinearProtocol(double l2, double tolerance, int maxIterations) implements Classifier {
    /// Penalty 3e-4. With this penalty, the minimum exists and is unique even if classes are separable. On
    /// raw pixels, the accuracy equals that of a carefully tuned logistic regression.
    public static final double L2 = 3e-4;
    /// 1e-4 times the length of the first gradient. A longer fit changes the accuracy by less than 0.1
    /// percentage points.
    public static final double TOLERANCE = 1e-4;
    /// Several times the number of iterations that the most difficult measured fit needs.
    public static final int MAX_ITERATIONS = 1000;

    public LinearProtocol {
        require(l2 > 0 && Double.isFinite(l2), "l2 " + l2, "a positive number", L2);
        require(tolerance > 0 && tolerance < 1, "tolerance " + tolerance, "a number in (0, 1)", TOLERANCE);
        require(maxIterations > 0, "maxIterations " + maxIterations, "a positive number", MAX_ITERATIONS);
    }

    /// [#L2], [#TOLERANCE] and [#MAX_ITERATIONS].
    public static LinearProtocol defaults() {
        return new LinearProtocol(L2, TOLERANCE, MAX_ITERATIONS);
    }

    private static void require(boolean fine, String found, String expected, Number remedy) {
        InputException.unless(fine, "linear probe: found %s, expected %s; use %s", found, expected, remedy);
    }
}
