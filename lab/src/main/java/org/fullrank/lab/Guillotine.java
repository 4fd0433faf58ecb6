package org.fullrank.lab;

import static org.fullrank.lab.Expected.atMost;
import static org.fullrank.lab.Expected.near;

import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import org.ejml.simple.SimpleMatrix;
import org.fullrank.lab.Series.Color;
import org.fullrank.spectral.ClosedForm;
import org.fullrank.spectral.Groups;
import org.fullrank.spectral.Kernel;
import org.fullrank.spectral.SpectralMap;
import org.fullrank.spectral.SpectralObjective.Vicreg;

/// Checks, in closed form, when the layers before the head are the better representation.
///
/// @param pairs the second view of each input; under test
/// @param probe the linear probe; under test
record Guillotine(Pairs pairs, Probe probe) implements Experiment {
    /// What both views of a pair share.
    enum Kept {
        /// Inputs 0 and 1.
        U,
        /// The target `u_1 + v_1`, as if the positives were chosen by its label.
        TARGET
    }

    /// The second views.
    @FunctionalInterface
    interface Pairs {
        /// @param x first views, `[N, 4]`
        SimpleMatrix of(RandomGenerator random, SimpleMatrix x, Kept kept);
    }

    /// A linear probe.
    @FunctionalInterface
    interface Probe {
        /// The coefficients `[D + 1, 1]`, the intercept last.
        ///
        /// @param features `[N, D + 1]`, the last column contains ones
        SimpleMatrix fit(SimpleMatrix features, SimpleMatrix target);
    }

    private static final int PAIRS = 2000;
    private static final int TEST = 10_000;
    private static final int INPUTS = 4;
    private static final double GAMMA = 0.5;
    /// Targets `a u_1 + b v_1`.
    private static final double[][] TARGETS = {{1, 0}, {2, 1}, {1, 1}, {1, 2}, {0, 1}};

    private static final double[] SUM = {1, 1};
    private static final int FEW = 12;
    private static final double ROUNDING = 1e-8;

    Guillotine() {
        this(Guillotine::pairs, SimpleMatrix::solve);
    }

    @Override
    public Description description() {
        return new Description(
                "guillotine",
                "the head forgets what views change, so the layers before it are better unless the task agrees",
                "Bordes, Balestriero, Garrido, Bardes and Vincent, Guillotine Regularization: Why removing layers is"
                        + " needed to improve generalization in Self-Supervised Learning, TMLR 2023, arXiv 2206.13378",
                "the claim of the abstract that the best layer depends on how far the training task and the task"
                        + " afterwards disagree. The linear set-up and the margins come from this project. We did not"
                        + " read the text of the paper",
                """
                Why do people throw away the last layers of a network after self-supervised training? The experiment
                takes the smallest case that has an exact answer, a linear head on two pairs of numbers of which the
                views keep only one. You see that the head forgets what the views change, so the layer before it is
                better for tasks that need this, and worse for tasks with few labels that do not.

                **Set-up.** An input has two parts, `u` and `v`, with two independent Gaussian numbers each. Both
                views of a pair share `u`, and `v` is drawn again. The *head* is the linear map to 2 dimensions that
                minimizes VICReg in closed form (gamma 0.5, 2000 pairs). The *trunk* is everything before the head,
                here the input itself. Least squares on 2000 new inputs predicts a target from the trunk or from the
                head, and R^2 is measured on 10000 others.

                **What the formula says.** A direction whose pairs correlate by rho has the squared length
                `1 - gamma (1 - rho)`: 1 in `u`, and 0.5 in `v`. So a head of width 2 keeps `u` and nothing else. For
                the target `a u_1 + b v_1`, R^2 at the head is `a^2 / (a^2 + b^2)`, and 1 at the trunk.

                **Class positives.** If both views of a pair share the target `u_1 + v_1` and all else is drawn
                again, then the best direction is the target itself. A head of width 1 is as good as the trunk.

                **What to look at.** The tempting prediction "the trunk is always better" is wrong. For a target that
                the views keep, the head loses nothing. With 12 noisy labels, the head is better than the trunk,
                because it has fewer dimensions to fit.
                """);
    }

    /// The second views of the experiment.
    static SimpleMatrix pairs(RandomGenerator random, SimpleMatrix x, Kept kept) {
        SimpleMatrix other = MatrixMath.gaussian(random, x.getNumRows(), INPUTS, 1);
        for (int i = 0; i < x.getNumRows(); i++) {
            switch (kept) {
                case U -> {
                    other.set(i, 0, x.get(i, 0));
                    other.set(i, 1, x.get(i, 1));
                }
                case TARGET -> {
                    double lacks = (x.get(i, 0) + x.get(i, 2) - other.get(i, 0) - other.get(i, 2)) / 2;
                    other.set(i, 0, other.get(i, 0) + lacks);
                    other.set(i, 2, other.get(i, 2) + lacks);
                }
            }
        }
        return other;
    }

    /// The closed form for pairs of views.
    private SpectralMap head(Setting setting, Kept kept, int width) {
        RandomGenerator random = setting.random("guillotine pairs", kept.ordinal());
        SimpleMatrix first = MatrixMath.gaussian(random, PAIRS, INPUTS, 1);
        SimpleMatrix second = pairs.of(random, first, kept);
        SimpleMatrix inputs = new SimpleMatrix(2 * PAIRS, INPUTS);
        for (int i = 0; i < PAIRS; i++) {
            inputs.setRow(2 * i, first.getRow(i));
            inputs.setRow(2 * i + 1, second.getRow(i));
        }
        ClosedForm form = ClosedForm.of(Vicreg.ofGamma(GAMMA)).withWidth(width);
        return ClosedFits.map(form, Groups.ofViews(PAIRS, 2), inputs, new Kernel.Linear());
    }

    private static SimpleMatrix target(SimpleMatrix x, double[] weights) {
        return x.getColumn(0).scale(weights[0]).plus(weights[1], x.getColumn(2));
    }

    private static SimpleMatrix withOnes(SimpleMatrix features) {
        return features.concatColumns(SimpleMatrix.filled(features.getNumRows(), 1, 1));
    }

    /// Mean squared error of a probe on test features.
    private double error(SimpleMatrix train, SimpleMatrix y, SimpleMatrix test, SimpleMatrix expected) {
        SimpleMatrix fitted = withOnes(test).mult(probe.fit(withOnes(train), y));
        return Math.pow(fitted.minus(expected).normF(), 2) / expected.getNumElements();
    }

    /// R^2 of a target at two layers, for inputs that the head was not fitted on.
    private record Layers(double trunk, double head) {}

    private Layers layers(Setting setting, SpectralMap head, double[] weights) {
        SimpleMatrix train = MatrixMath.gaussian(setting.random("guillotine probe"), PAIRS, INPUTS, 1);
        SimpleMatrix test = MatrixMath.gaussian(setting.random("guillotine test"), TEST, INPUTS, 1);
        SimpleMatrix y = target(train, weights);
        SimpleMatrix expected = target(test, weights);
        double deviation = VectorMath.deviation(expected.getDDRM().getData());
        double variance = deviation * deviation;
        return new Layers(
                1 - error(train, y, test, expected) / variance,
                1 - error(ClosedFits.embed(head, train), y, ClosedFits.embed(head, test), expected) / variance);
    }

    /// The error at the head divided by that at the trunk, for a few labels with noise of a target that views
    /// keep. Mean errors of many draws.
    private double fewLabels(Setting setting, SpectralMap head) {
        SimpleMatrix test = MatrixMath.gaussian(setting.random("guillotine test"), TEST, INPUTS, 1);
        SimpleMatrix expected = target(test, TARGETS[0]);
        RandomGenerator random = setting.random("guillotine few");
        double trunk = 0;
        double kept = 0;
        for (int draw = 0; draw < setting.size(50, 400); draw++) {
            SimpleMatrix train = MatrixMath.gaussian(random, FEW, INPUTS, 1);
            SimpleMatrix y = target(train, TARGETS[0]).plus(MatrixMath.gaussian(random, FEW, 1, 1));
            trunk += error(train, y, test, expected);
            kept += error(ClosedFits.embed(head, train), y, ClosedFits.embed(head, test), expected);
        }
        return kept / trunk;
    }

    @Override
    public Outcome run(Setting setting) {
        SpectralMap head = head(setting, Kept.U, 2);
        SpectralMap byTarget = head(setting, Kept.TARGET, 1);
        List<Layers> curve = Arrays.stream(TARGETS)
                .map(weights -> layers(setting, head, weights))
                .toList();
        Layers classes = layers(setting, byTarget, SUM);
        ResultTable table = ResultTable.of("pairs share", "target", "R^2 at the trunk", "R^2 at the head", "predicted");
        for (int i = 0; i < TARGETS.length; i++) {
            table = table.row("u", label(TARGETS[i]), curve.get(i).trunk, curve.get(i).head, predicted(TARGETS[i]));
        }
        table = table.row("u_1 + v_1", label(SUM), classes.trunk, classes.head, 1.0);
        return new Outcome(claims(setting, head, curve, classes), table, figure(curve));
    }

    private static String label(double[] weights) {
        return "%.0f u_1 + %.0f v_1".formatted(weights[0], weights[1]);
    }

    private static double predicted(double[] weights) {
        double a = weights[0] * weights[0];
        return a / (a + weights[1] * weights[1]);
    }

    private List<Claim> claims(Setting setting, SpectralMap head, List<Layers> curve, Layers classes) {
        double[] lengths = squaredLengths(setting);
        SimpleMatrix weights = ClosedFits.weights(head);
        double worst = 0;
        for (int i = 0; i < TARGETS.length; i++) {
            worst = Math.max(worst, Math.abs(curve.get(i).head - predicted(TARGETS[i])));
        }
        Layers sum = curve.get(2);
        Layers kept = curve.getFirst();
        Layers nuisance = curve.getLast();
        return List.of(
                Claim.of(
                        "the two largest squared lengths are 1: largest distance",
                        Math.max(Math.abs(lengths[3] - 1), Math.abs(lengths[2] - 1)),
                        atMost(ROUNDING),
                        "u is equal in both views of each pair"),
                Claim.of(
                        "the other two are 1 - gamma: largest distance from 0.5",
                        Math.max(Math.abs(lengths[1] - 0.5), Math.abs(lengths[0] - 0.5)),
                        atMost(0.05),
                        "v has no correlation but by chance, 1/sqrt(2000); the reference has .500 and .484"),
                Claim.of(
                        "the head keeps u alone: norm of its weights for v, relative to those for u",
                        weights.rows(2, 4).normF() / weights.rows(0, 2).normF(),
                        atMost(1e-4),
                        "no other direction has the squared length 1; the rest is rounding"),
                Claim.of(
                        "R^2 of u_1 + v_1 at the trunk",
                        sum.trunk,
                        near(1, ROUNDING),
                        "the target is linear in the input"),
                Claim.of("R^2 of u_1 + v_1 at the head", sum.head, near(0.5, 0.05), "a = b"),
                Claim.of(
                        "R^2 of a u_1 + b v_1 at the head is a^2/(a^2 + b^2): largest distance for five targets",
                        worst,
                        atMost(0.05),
                        "10000 test inputs give an error of about 0.01"),
                Claim.of(
                        "positives by the target: R^2 at the trunk minus R^2 at a head of width 1",
                        classes.trunk - classes.head,
                        near(0, 1e-6),
                        "the target is the only direction that pairs share"),
                Claim.of(
                        "the trunk knows what the views change: R^2 of v_1",
                        nuisance.trunk,
                        near(1, ROUNDING),
                        "it is a part of the input"),
                Claim.of(
                        "the head has lost what the views change: R^2 of v_1",
                        nuisance.head,
                        atMost(0.02),
                        "0 but for chance"),
                Claim.of(
                        "the trunk is not always better: R^2 of u_1 at the head",
                        kept.head,
                        near(1, ROUNDING),
                        "the views keep u, so the task agrees"),
                Claim.of(
                        "with 12 noisy labels of u_1 the head is better: its squared error, divided by that of the"
                                + " trunk",
                        fewLabels(setting, head),
                        atMost(0.8),
                        "least squares on n labels with p coefficients has the error p/(n - p - 1), p 3 and 5: 0.45;"
                                + " the margin is chosen here"));
    }

    /// Eigenvalues of the covariance of the head with all four dimensions, ascending.
    private double[] squaredLengths(Setting setting) {
        SimpleMatrix weights = ClosedFits.weights(head(setting, Kept.U, INPUTS));
        RandomGenerator random = setting.random("guillotine pairs", Kept.U.ordinal());
        SimpleMatrix first = MatrixMath.gaussian(random, PAIRS, INPUTS, 1);
        SimpleMatrix second = pairs.of(random, first, Kept.U);
        SimpleMatrix z = MatrixMath.centered(first.concatRows(second)).mult(weights);
        return MatrixMath.eigenvalues(z.transpose().mult(z).divide(2 * PAIRS));
    }

    private static Figure figure(List<Layers> curve) {
        Trajectory trunk = new Trajectory();
        Trajectory head = new Trajectory();
        for (int i = 0; i < TARGETS.length; i++) {
            trunk.add(predicted(TARGETS[i]), curve.get(i).trunk);
            head.add(predicted(TARGETS[i]), curve.get(i).head);
        }
        return Figure.of(
                "The more of the target the views keep, the smaller is the gap between trunk and head.",
                1,
                Panel.of(
                                "Two layers",
                                Axis.linear("share of the target that the views keep"),
                                Axis.linear("R^2 of the probe").between(-0.05, 1.05))
                        .with(
                                trunk.line("trunk", Color.BLUE),
                                head.line("head", Color.VERMILION),
                                Series.graph("predicted", Color.GRAY, 0, 1, x -> x)
                                        .dash()));
    }
}
