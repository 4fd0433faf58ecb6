package org.fullrank.lab;

import static org.fullrank.lab.Expected.atLeast;
import static org.fullrank.lab.Expected.near;

import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.ejml.simple.SimpleMatrix;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.lab.Series.Color;
import org.fullrank.objective.Objective;
import org.fullrank.objective.Views;

/// The published Barlow Twins loss on two directions of two views whose canonical correlations are exactly 1
/// and 1/2.
///
/// @param objective under test; both of its terms have weight 1
record CanonicalTrap(Objective objective) {
    private static final double R = 0.5;
    /// The share of the first canonical direction at which the mixed directions have the lowest loss.
    static final double BEST = (1 - R + 2 * R * R) / (2 + 2 * R * R);

    private static final double CANONICAL_LOSS = (1 - R) * (1 - R);
    private static final double BEST_LOSS = 0.2;
    /// Rounding of sums over eight samples, and the epsilon of the objective.
    private static final double ROUNDING = 1e-9;

    /// Three uncorrelated columns with mean 0 and variance 1.
    private static final double[][] SIGNS = {
        {1, 1, 1}, {1, 1, -1}, {1, -1, 1}, {1, -1, -1}, {-1, 1, 1}, {-1, 1, -1}, {-1, -1, 1}, {-1, -1, -1}
    };

    private static final SimpleMatrix LEFT =
            new SimpleMatrix(SIGNS).mult(new SimpleMatrix(new double[][] {{1, 0}, {0, 1}, {0, 0}}));
    private static final SimpleMatrix RIGHT =
            new SimpleMatrix(SIGNS).mult(new SimpleMatrix(new double[][] {{1, 0}, {0, R}, {0, Math.sqrt(1 - R * R)}}));

    /// The loss of two directions, given as angles to the first canonical direction.
    double loss(double first, double second) {
        SimpleMatrix w = new SimpleMatrix(new double[][] {
            {StrictMath.cos(first), StrictMath.cos(second)},
            {StrictMath.sin(first), StrictMath.sin(second)}
        });
        try (var scope = Scope.withoutGradients()) {
            List<Tensor> views = List.of(ClosedFits.tensor(LEFT.mult(w)), ClosedFits.tensor(RIGHT.mult(w)));
            return Tensors.value(objective.evaluate(new Views(views)).total());
        }
    }

    /// The loss of the directions `sqrt(t) e1 + sqrt(1 - t) e2` and `sqrt(t) e1 - sqrt(1 - t) e2`.
    double mixed(double t) {
        double angle = StrictMath.acos(Math.sqrt(t));
        return loss(angle, -angle);
    }

    double canonical() {
        return loss(0, Math.PI / 2);
    }

    /// The lowest loss on a grid of angles.
    private double lowest(int cells) {
        double lowest = Double.POSITIVE_INFINITY;
        for (int i = 0; i < cells; i++) {
            for (int j = 0; j <= i; j++) { // the order of the directions does not matter
                lowest = Math.min(lowest, loss(Math.PI * i / cells, Math.PI * j / cells));
            }
        }
        return lowest;
    }

    List<Claim> claims(Setting setting) {
        return List.of(
                Claim.of(
                        "published Barlow Twins, correlations 1 and .5: loss of the canonical directions",
                        canonical(),
                        near(CANONICAL_LOSS, ROUNDING),
                        "(1 - .5)^2: the columns do not correlate, and the second view agrees by half"),
                Claim.of(
                        "published Barlow Twins: loss of the mixed directions at t = .4",
                        mixed(BEST),
                        near(BEST_LOSS, ROUNDING),
                        "diagonal .7 and off the diagonal .1: 2 x .09 + 2 x .01"),
                Claim.of(
                        "published Barlow Twins: lowest loss of any two directions on a grid of angles",
                        lowest(setting.size(20, 90)),
                        atLeast(BEST_LOSS - ROUNDING),
                        "t = .4 is the minimum, so a grid can only come near it from above"));
    }

    Panel panel() {
        return Panel.of(
                        "Published Barlow Twins",
                        Axis.linear("share t of the first canonical direction"),
                        Axis.linear("loss").between(0.15, 1.05))
                .with(
                        Series.graph("mixed directions", Color.BLUE, 0, 1, this::mixed),
                        Series.level("canonical directions", Color.VERMILION, 0, 1, canonical()),
                        Series.dot("minimum", Color.BLUE, true, BEST, mixed(BEST)));
    }
}
