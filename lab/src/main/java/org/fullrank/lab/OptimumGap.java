package org.fullrank.lab;

import static org.fullrank.lab.Expected.atLeast;
import static org.fullrank.lab.Expected.atMost;
import static org.fullrank.lab.Expected.near;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import org.ejml.simple.SimpleMatrix;
import org.fullrank.lab.Series.Color;
import org.fullrank.spectral.ClosedForm;
import org.fullrank.spectral.Groups;
import org.fullrank.spectral.Kernel;
import org.fullrank.spectral.SpectralMap;
import org.fullrank.spectral.SpectralObjective;
import org.fullrank.spectral.SpectralObjective.BarlowTwins;
import org.fullrank.spectral.SpectralObjective.Contrastive;
import org.fullrank.spectral.SpectralObjective.SpectralContrastive;
import org.fullrank.spectral.SpectralObjective.Vicreg;

/// Checks that gradient descent on a linear network reaches the closed form of each objective.
///
/// @param slope the gradient of descent; under test
/// @param mapped the closed form; under test
record OptimumGap(Slope slope, ClosedFits.Mapped mapped) implements Experiment {
    /// The gradient of a loss at the weights w, `[D, K]`.
    @FunctionalInterface
    interface Slope {
        SimpleMatrix of(QuarticLoss loss, SimpleMatrix w);
    }

    private static final int PAIRS = 100;
    private static final int WIDTH = 3;
    private static final double GAMMA = 0.4;
    /// Deviations of the part that both samples of a pair share. The gap after the third decides how near
    /// Barlow Twins comes to the map of least norm.
    private static final double[] SHARED = {1, 0.9, 0.8, 0.25, 0.2, 0.15};
    /// The same with a fourth deviation near the third.
    private static final double[] CLOSE = {1, 0.9, 0.8, 0.79, 0.2, 0.15};
    /// Deviation of the part that they do not share.
    private static final double NOISE = 0.5;

    private static final double START = 0.3;
    private static final double TINY = 1e-4;
    private static final int STEPS = 100_000;

    OptimumGap() {
        this(QuarticLoss::gradient, ClosedFits::map);
    }

    @Override
    public Description description() {
        return new Description(
                "optimum-gap",
                "gradient descent on a linear network reaches the closed form of each objective",
                SpectralFamily.PAPER
                        + "; Kiani, Balestriero, Chen, Lloyd, LeCun, Joint embedding self-supervised"
                        + " learning in the kernel regime, arXiv 2209.14884",
                "the closed forms in the linear regime. They are derived here",
                """
                Are the formulas for the best embeddings right, so that no training could do better? The experiment
                trains a linear network by gradient descent for four losses, and compares the loss at the end with the
                formula. You see that training comes down to the value of the formula and never below.

                The data are 100 pairs of 6 inputs. Both samples of a pair share a part with the deviations 1, 0.9,
                0.8, 0.25, 0.2 and 0.15, and each has its own noise of deviation 0.5. A random rotation mixes the
                inputs. The network is `z = W'x` with K = 3.

                Each loss is a quartic of the weights, `tr((W'BW)^2) - 2 tr(W'AW) + c`. For VICReg, B is the covariance
                of the inputs, and A is B less gamma times the covariance of differences; for the contrastive loss, `B
                = X'X` and `A = X'(G + I)X`; for spectral contrastive, these are sums weighted by degrees and by G; for
                Barlow Twins without normalization, A and B are both the covariance between the samples of a pair. The
                gradient is `4 (B W W'BW - A W)`.

                The loop is plain gradient descent in float64 with the rate `1 / (12 (|A| + |B|))`, from N(0, 0.3^2)
                divided by the root of |B|. Neither the trainer nor the objectives of the library take part: the
                trainer works in float32, and its VICReg has a hinge where the closed form has a square. The loss at
                the end is computed from the embeddings, as papers write it, and not from A and B.

                **Barlow Twins** has many minima with the same loss 0. From a tiny start, descent finds the one of
                least norm, but not exactly. A direction that is not used grows with its own eigenvalue until the
                used ones have arrived. So the distance is about `start^(1 - l4/l3)`, with the eigenvalues l3 of the
                last used direction and l4 of the next one. If these are close, even a tiny start does not help: this is
                measured with the fourth deviation at 0.79.
                """);
    }

    /// A trained network compared with the closed form.
    ///
    /// @param gap loss of the network minus the closed form, relative to the closed form unless this is 0
    /// @param distance of `WW'` from that of the closed form, relative
    /// @param curve the gap for each step, at powers of 1.05
    private record Trained(String name, double closed, double gap, double distance, Trajectory curve) {}

    @Override
    public Outcome run(Setting setting) {
        SimpleMatrix inputs = inputs(setting, SHARED);
        List<Trained> all = new ArrayList<>();
        ResultTable table =
                ResultTable.of("objective", "closed form", "relative gap of descent", "relative distance of WW'");
        List<Claim> claims = new ArrayList<>();
        for (SpectralObjective objective :
                List.of(Vicreg.ofGamma(GAMMA), new Contrastive(), new SpectralContrastive())) {
            Trained trained = train(setting, objective, inputs, START);
            all.add(trained);
            claims.add(Claim.of(
                    "%s: loss of descent less the closed form, relative".formatted(trained.name),
                    trained.gap,
                    near(0, 1e-8),
                    "the optimum is a minimum without other local ones; the tolerance is the specification's"));
            claims.add(Claim.of(
                    "%s: relative distance of WW'".formatted(trained.name),
                    trained.distance,
                    atMost(1e-4),
                    "the root of the tolerance of the loss"));
        }
        Trained small = train(setting, BarlowTwins.defaults(), inputs, TINY);
        Trained large = train(setting, BarlowTwins.defaults(), inputs, START);
        Trained close = train(setting, BarlowTwins.defaults(), inputs(setting, CLOSE), TINY);
        Barlow barlow = barlow(setting, inputs);
        all.add(small);
        claims.addAll(barlowClaims(small, large, close, barlow));
        for (Trained trained : all) {
            table = table.row(trained.name, trained.closed, trained.gap, trained.distance);
        }
        table = table.row("barlow-twins from a start of .3", large.closed, large.gap, large.distance);
        table = table.row("barlow-twins from 1e-4, eigenvalues close", close.closed, close.gap, close.distance);
        return new Outcome(claims, table, figure(all, barlow));
    }

    private static SimpleMatrix inputs(Setting setting, double[] deviations) {
        RandomGenerator random = setting.random("optimum-gap");
        int inputs = deviations.length;
        SimpleMatrix x = MatrixMath.gaussian(random, 2 * PAIRS, inputs, NOISE);
        for (int i = 0; i < PAIRS; i++) {
            for (int j = 0; j < inputs; j++) {
                double shared = deviations[j] * random.nextGaussian();
                for (int view = 0; view < 2; view++) {
                    x.set(2 * i + view, j, x.get(2 * i + view, j) + shared);
                }
            }
        }
        return x.mult(MatrixMath.orthonormal(random, inputs, inputs));
    }

    private Trained train(Setting setting, SpectralObjective objective, SimpleMatrix inputs, double start) {
        Groups pairs = Groups.ofViews(PAIRS, 2);
        SpectralMap map = mapped.of(ClosedForm.of(objective).withWidth(WIDTH), pairs, inputs, new Kernel.Linear());
        double closed = map.report().loss();
        double scale = Math.max(Math.abs(closed), objective instanceof BarlowTwins ? 1 : 0);
        EmbeddingLoss definition = new EmbeddingLoss(objective, ClosedFits.dense(pairs));
        QuarticLoss loss = QuarticLoss.of(objective, ClosedFits.dense(pairs), inputs, WIDTH);
        SimpleMatrix w = MatrixMath.gaussian(
                setting.random("optimum-gap start"),
                inputs.getNumCols(),
                WIDTH,
                start / Math.sqrt(QuarticLoss.largest(loss.b())));
        Trajectory curve = new Trajectory();
        double next = 1;
        for (int step = 0; step < STEPS; step++) {
            if (step >= next) {
                curve.add(step, Math.abs(definition.of(inputs.mult(w)) - closed) / scale);
                next *= 1.05;
            }
            SimpleMatrix change = slope.of(loss, w).scale(loss.rate());
            w = w.minus(change);
            if (!(change.normF() > 1e-15 * w.normF())) { // nothing changes any more, or it has diverged
                break;
            }
        }
        SimpleMatrix best = ClosedFits.weights(map);
        return new Trained(
                name(objective),
                closed,
                (definition.of(inputs.mult(w)) - closed) / scale,
                MatrixMath.relativeDistance(w.mult(w.transpose()), best.mult(best.transpose())),
                curve);
    }

    private static String name(SpectralObjective objective) {
        return switch (objective) {
            case Vicreg _ -> "vicreg, gamma .4";
            case Contrastive _ -> "contrastive";
            case SpectralContrastive _ -> "spectral-contrastive";
            case BarlowTwins _ -> "barlow-twins from a start of 1e-4";
        };
    }

    /// How far descent ends from the Barlow Twins map of least norm.
    ///
    /// @param starts deviations of the initial weights
    /// @param exponent `1 - l4/l3`
    private record Barlow(double[] starts, double[] distances, double exponent) {
        /// How fast the distance falls with the start, on a double logarithmic scale.
        double measured() {
            int last = starts.length - 1;
            return StrictMath.log(distances[0] / distances[last]) / StrictMath.log(starts[0] / starts[last]);
        }
    }

    private Barlow barlow(Setting setting, SimpleMatrix inputs) {
        double[] starts = {1e-2, 1e-3, 1e-4, 1e-5};
        double[] distances = new double[starts.length];
        for (int i = 0; i < starts.length; i++) {
            distances[i] = train(setting, BarlowTwins.defaults(), inputs, starts[i]).distance;
        }
        SimpleMatrix related = ClosedFits.dense(Groups.ofViews(PAIRS, 2));
        QuarticLoss loss = QuarticLoss.of(BarlowTwins.defaults(), related, inputs, WIDTH);
        double[] l = MatrixMath.eigenvalues(loss.a()); // ascending
        return new Barlow(starts, distances, 1 - l[l.length - WIDTH - 1] / l[l.length - WIDTH]);
    }

    private static List<Claim> barlowClaims(Trained small, Trained large, Trained close, Barlow barlow) {
        return List.of(
                Claim.of(
                        "barlow-twins from a start of 1e-4: loss",
                        small.gap,
                        near(0, 1e-8),
                        "three eigenvalues are positive, so the minimum is 0"),
                Claim.of(
                        "barlow-twins from a start of 1e-4: relative distance of WW' from that of least norm",
                        small.distance,
                        atMost(1e-3),
                        "the specification's tolerance; the gap between the third and fourth eigenvalue is wide"),
                Claim.of(
                        "barlow-twins from a start of .3: loss",
                        large.gap,
                        near(0, 1e-8),
                        "another minimum with loss 0"),
                Claim.of(
                        "barlow-twins from a start of .3: relative distance of WW' from that of least norm",
                        large.distance,
                        atLeast(0.02),
                        "the start is left over in directions that the loss does not need; margin chosen here"),
                Claim.of(
                        "barlow-twins, fourth eigenvalue near the third: distance after a start of 1e-4",
                        close.distance,
                        atLeast(0.005),
                        "start^(1 - l4/l3) is then no small number; margin chosen here"),
                Claim.of(
                        "barlow-twins: the power of the start with which the distance falls",
                        barlow.measured(),
                        near((barlow.exponent + 1) / 2, (1 - barlow.exponent) / 2 + 0.03),
                        "1 - l4/l3 for the slowest direction that is not used, between this and 1 for the others"));
    }

    private static Figure figure(List<Trained> all, Barlow barlow) {
        Panel gaps = Panel.of(
                "Loss less the closed form",
                Axis.log("step"),
                Axis.log("relative gap").between(1e-13, 1e2));
        for (int i = 0; i < all.size(); i++) {
            gaps = gaps.with(all.get(i).curve.line(all.get(i).name, Color.of(i)));
        }
        double anchor = barlow.distances[0];
        Panel distances = Panel.of(
                        "Barlow Twins", Axis.log("deviation of the start"), Axis.log("distance from least norm"))
                .with(
                        Series.line("start^(1 - l4/l3)", Color.GRAY, barlow.starts, powers(barlow, anchor)),
                        Series.dots("descent", Color.BLUE, barlow.starts, barlow.distances));
        return Figure.of(
                "Descent ends at the closed form of each loss. Barlow Twins also ends at loss 0, but which of its"
                        + " minima it finds depends on the start.",
                2,
                gaps,
                distances);
    }

    private static double[] powers(Barlow barlow, double anchor) {
        return Arrays.stream(barlow.starts)
                .map(s -> anchor * StrictMath.pow(s / barlow.starts[0], barlow.exponent))
                .toArray();
    }
}
