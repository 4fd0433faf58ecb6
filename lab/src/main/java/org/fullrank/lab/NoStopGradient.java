package org.fullrank.lab;

import static org.fullrank.lab.Expected.atLeast;
import static org.fullrank.lab.Expected.atMost;
import static org.fullrank.lab.Expected.near;
import static org.fullrank.lab.VectorMath.largest;
import static org.fullrank.lab.VectorMath.smallest;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import org.ejml.simple.SimpleMatrix;
import org.fullrank.lab.Byol.Full;
import org.fullrank.lab.Byol.Moments;
import org.fullrank.lab.Byol.Parameters;
import org.fullrank.lab.Series.Color;

/// Checks that the weights decay at least as fast as exp(-l0 t) without stop-gradient.
///
/// @param gradient computes the flow; under test
record NoStopGradient(Gradient gradient) implements Experiment {
    /// The slope of W and Wp if the gradient also goes through the target, which is W itself.
    @FunctionalInterface
    interface Gradient {
        Full slope(Parameters parameters, Moments data, Full state);
    }

    private static final int INPUTS = 5;
    private static final int OUTPUTS = 4;
    private static final double DT = 0.01;
    private static final int STEPS = 2000;
    private static final int RESTARTS = 3;
    private static final Parameters PARAMETERS = new Parameters(1, Double.NaN, 0.01, 0);

    NoStopGradient() {
        this(NoStopGradient::descent);
    }

    /// Minus the gradient of J = 1/2 E |Wp W x1 - W x2|^2, with decay: dW = -Wp'Wp W (X+X') + Wp' W X + Wp W
    /// X - W (X+X') - eta W. dWp is the same as in lemma 1.
    static Full descent(Parameters a, Moments data, Full y) {
        SimpleMatrix all = data.signal().plus(data.noise());
        SimpleMatrix online = y.wp().mult(y.w());
        SimpleMatrix r = y.w().mult(data.signal()).minus(online.mult(all));
        SimpleMatrix dw = y.wp().transpose()
                .mult(r)
                .plus(online.mult(data.signal()))
                .minus(y.w().mult(all))
                .plus(-a.eta(), y.w());
        SimpleMatrix dwp = r.mult(y.w().transpose()).scale(a.alphaP()).plus(-a.eta(), y.wp());
        return new Full(dw, dwp, y.wa().scale(0));
    }

    /// H = X' kron (Wp'Wp + I) + X kron (Wp - I)'(Wp - I) + eta I, which acts on vec W, with columns one
    /// below another.
    static SimpleMatrix h(Parameters a, Moments data, SimpleMatrix wp) {
        SimpleMatrix identity = SimpleMatrix.identity(OUTPUTS);
        SimpleMatrix from = wp.minus(identity);
        return data.noise()
                .kron(wp.transpose().mult(wp).plus(identity))
                .plus(data.signal().kron(from.transpose().mult(from)))
                .plus(SimpleMatrix.identity(INPUTS * OUTPUTS).scale(a.eta()));
    }

    @Override
    public Description description() {
        return new Description(
                "no-stop-gradient",
                "without stop-gradient the weights vanish at least as fast as exp(-l0 t)",
                Byol.PAPER,
                "theorem 2",
                """
                What happens to BYOL if the gradient also flows through the target? The experiment trains a small
                linear network with the stop-gradient and without it, three times from the same starts. You see that
                without the stop-gradient the weights shrink to zero, and all embeddings with them; with it, they
                survive.

                A linear network has 5 inputs and 4 outputs. W are its weights, and Wp is the predictor. Training
                minimizes `J = 1/2 E |Wp W x1 - W x2|^2`, and the gradient goes through both branches. X is the
                correlation matrix of the data, and X' is the covariance of the views around their mean. Both are
                random. W and Wp start from random values, three times. The experiment solves the flow by
                Runge-Kutta with eta = 0.01 and step 0.01 until time 20.

                Theorem 2 says `d vec(W) = -H vec(W)` with `H = X' kron (Wp'Wp + I) + X kron (Wp - I)'(Wp - I) + eta
                I`. So `|W(t)| <= exp(-l0 t) |W(0)|`, where l0 is the smallest eigenvalue of all H between time 0
                and t. The experiment computes the matrix H `[20, 20]` at every step. The experiment does not use H
                to compute the flow itself.
                """);
    }

    /// The result of a run.
    ///
    /// @param excess largest |W(t)| divided by the bound exp(-l0 t)
    /// @param sharp the same divided by exp(-int lambda_min(H))
    /// @param error largest relative difference of dW and -H vec(W)
    private record Run(
            double l0,
            double excess,
            double sharp,
            double error,
            double left,
            double stopped,
            Trajectory norm,
            Trajectory bound,
            Trajectory kept) {}

    @Override
    public Outcome run(Setting setting) {
        List<Run> runs = new ArrayList<>();
        ResultTable table = ResultTable.of("restart", "l0", "exp(-20 l0)", "|W(20)|/|W(0)|", "with stop-gradient");
        for (int restart = 0; restart < RESTARTS; restart++) {
            Run run = descend(setting, restart);
            runs.add(run);
            table = table.row(restart + 1, run.l0, StrictMath.exp(-run.l0 * STEPS * DT), run.left, run.stopped);
        }
        List<Claim> claims = List.of(
                Claim.of(
                        "the flow is -H vec(W): largest relative difference on the way",
                        largest(runs, Run::error),
                        atMost(1e-10),
                        "an identity of matrices; rounding, relative to a slope that shrinks"),
                Claim.of(
                        "the flow is the negative gradient of J: largest relative difference from finite differences",
                        finiteDifferences(setting),
                        atMost(1e-6),
                        "central differences with step 1e-5 of a cubic function: error 1e-9 or so"),
                Claim.of(
                        "|W(t)| stays below exp(-l0 t) |W(0)|: largest ratio",
                        largest(runs, Run::excess),
                        atMost(1 + 1e-9),
                        "theorem 2; 1 is the start"),
                Claim.of(
                        "|W(t)| stays below the sharper exp(-int lambda_min(H)) |W(0)|: largest ratio",
                        largest(runs, Run::sharp),
                        atMost(1 + 1e-3),
                        "the same proof; the integral is a trapezoid sum with step 0.01"),
                Claim.of(
                        "with Wp = I held and X' = sigma^2 I the rate is 2 sigma^2 + eta exactly",
                        identityPredictor(setting),
                        near(2 * 0.09 + PARAMETERS.eta(), 1e-8),
                        "then H = (2 sigma^2 + eta) I; sigma^2 = 0.09"),
                Claim.of(
                        "the weights vanish: largest share left at time 20",
                        largest(runs, Run::left),
                        atMost(0.05),
                        "X' has eigenvalues about 0.2 and more: exp(-20 * 0.2) = .02"),
                Claim.of(
                        "with stop-gradient the weights survive from the same start: smallest share left",
                        smallest(runs, Run::stopped),
                        atLeast(0.1),
                        "one mode alive leaves about p+ of the initial norm of 2"));
        return new Outcome(claims, table, figure(runs));
    }

    private static Moments data(RandomGenerator random) {
        SimpleMatrix a = MatrixMath.gaussian(random, INPUTS, INPUTS, 0.5);
        SimpleMatrix b = MatrixMath.gaussian(random, INPUTS, INPUTS, 0.1);
        SimpleMatrix identity = SimpleMatrix.identity(INPUTS);
        return new Moments(
                a.mult(a.transpose()).plus(identity), b.mult(b.transpose()).plus(identity.scale(0.2)));
    }

    private static Full start(RandomGenerator random) {
        return new Full(
                MatrixMath.gaussian(random, OUTPUTS, INPUTS, 0.5),
                MatrixMath.gaussian(random, OUTPUTS, OUTPUTS, 0.2)
                        .plus(SimpleMatrix.identity(OUTPUTS).scale(0.7)),
                new SimpleMatrix(OUTPUTS, INPUTS));
    }

    private Run descend(Setting setting, int restart) {
        RandomGenerator random = setting.random("no-stop-gradient", restart);
        Moments data = data(random);
        Full y = start(random);
        Full stopped = y;
        double initial = y.w().normF();
        double[] least = new double[STEPS + 1];
        Trajectory norm = new Trajectory();
        Trajectory kept = new Trajectory();
        double error = 0;
        for (int step = 0; step <= STEPS; step++) {
            SimpleMatrix h = h(PARAMETERS, data, y.wp());
            least[step] = MatrixMath.eigenvalues(h)[0];
            SimpleMatrix slope =
                    MatrixMath.vec(gradient.slope(PARAMETERS, data, y).w());
            error = Math.max(error, slope.plus(h.mult(MatrixMath.vec(y.w()))).normF() / slope.normF());
            norm.add(step * DT, y.w().normF() / initial);
            kept.add(step * DT, stopped.w().normF() / initial);
            y = y.rk4(s -> gradient.slope(PARAMETERS, data, s), DT);
            stopped = stopped.rk4(s -> Byol.slope(PARAMETERS, data, s), DT);
        }
        double l0 = Arrays.stream(least).min().orElseThrow();
        Trajectory bound = new Trajectory();
        double excess = 0;
        double sharp = 0;
        double exponent = 0;
        double[] w = norm.y();
        for (int step = 0; step <= STEPS; step++) {
            exponent += step == 0 ? 0 : DT * (least[step] + least[step - 1]) / 2;
            bound.add(step * DT, StrictMath.exp(-l0 * step * DT));
            excess = Math.max(excess, w[step] / StrictMath.exp(-l0 * step * DT));
            sharp = Math.max(sharp, w[step] / StrictMath.exp(-exponent));
        }
        return new Run(l0, excess, sharp, error, w[STEPS], kept.y()[STEPS], norm, bound, kept);
    }

    /// J with decay, exact: 1/2 tr[P (X+X') P'] - tr[P X W'] + 1/2 tr[W (X+X') W'] + eta/2 |W|^2, P = Wp W.
    private static double objective(Moments data, SimpleMatrix wp, SimpleMatrix w) {
        SimpleMatrix all = data.signal().plus(data.noise());
        SimpleMatrix p = wp.mult(w);
        return p.mult(all).mult(p.transpose()).trace() / 2
                - p.mult(data.signal()).mult(w.transpose()).trace()
                + w.mult(all).mult(w.transpose()).trace() / 2
                + PARAMETERS.eta() / 2 * w.normF() * w.normF();
    }

    private double finiteDifferences(Setting setting) {
        RandomGenerator random = setting.random("no-stop-gradient differences");
        Moments data = data(random);
        Full y = start(random);
        SimpleMatrix slope = gradient.slope(PARAMETERS, data, y).w();
        SimpleMatrix differences = new SimpleMatrix(OUTPUTS, INPUTS);
        double h = 1e-5;
        for (int i = 0; i < OUTPUTS; i++) {
            for (int j = 0; j < INPUTS; j++) {
                SimpleMatrix up = y.w().copy();
                SimpleMatrix down = y.w().copy();
                up.set(i, j, up.get(i, j) + h);
                down.set(i, j, down.get(i, j) - h);
                differences.set(i, j, (objective(data, y.wp(), up) - objective(data, y.wp(), down)) / (2 * h));
            }
        }
        return slope.plus(differences).normF() / differences.normF();
    }

    private double identityPredictor(Setting setting) {
        RandomGenerator random = setting.random("no-stop-gradient identity");
        Moments data =
                new Moments(data(random).signal(), SimpleMatrix.identity(INPUTS).scale(0.09));
        SimpleMatrix identity = SimpleMatrix.identity(OUTPUTS);
        Full first = new Full(start(random).w(), identity, new SimpleMatrix(OUTPUTS, INPUTS));
        Full y = first;
        for (int step = 0; step < STEPS; step++) {
            y = y.rk4(s -> new Full(gradient.slope(PARAMETERS, data, s).w(), identity.scale(0), s.wa()), DT);
        }
        return StrictMath.log(first.w().normF() / y.w().normF()) / (STEPS * DT);
    }

    private static Figure figure(List<Run> runs) {
        List<Panel> panels = new ArrayList<>();
        for (int i = 0; i < runs.size(); i++) {
            Run run = runs.get(i);
            panels.add(Panel.of("Restart " + (i + 1), Axis.linear("time"), Axis.log("norm of W, divided by its start"))
                    .with(
                            run.norm.line("no stop-gradient", Color.VERMILION),
                            run.bound.line("exp(-l0 t)", Color.BLACK).dash(),
                            run.kept.line("stop-gradient", Color.BLUE)));
        }
        return new Figure(
                "Without stop-gradient, the norm of the weights stays below the bound of theorem 2. With"
                        + " stop-gradient, the weights from the same start do not vanish.",
                3,
                panels);
    }
}
