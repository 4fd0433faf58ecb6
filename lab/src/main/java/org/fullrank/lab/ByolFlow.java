package org.fullrank.lab;

import static org.fullrank.lab.Expected.atMost;
import static org.fullrank.lab.Expected.near;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import org.ejml.simple.SimpleMatrix;
import org.fullrank.lab.Byol.Full;
import org.fullrank.lab.Byol.Mode;
import org.fullrank.lab.Byol.Moments;
import org.fullrank.lab.Byol.Parameters;
import org.fullrank.lab.Byol.Symmetric;
import org.fullrank.lab.Series.Color;

/// Checks that four descriptions of BYOL in a linear network agree: stochastic descent, matrices, symmetric
/// matrices, and eigenmodes.
///
/// @param lemma the matrix flow of lemma 1; under test
record ByolFlow(Lemma lemma) implements Experiment {
    /// The slope of the matrix flow.
    @FunctionalInterface
    interface Lemma {
        Full slope(Parameters parameters, Moments data, Full state);
    }

    static final int INPUTS = 6;
    static final int OUTPUTS = 4;
    static final double NOISE = 0.09;
    private static final double DT = 0.01;
    private static final double TIME = 40;
    static final Parameters EMA = new Parameters(1, NOISE, 0.04, 0.4);
    static final Parameters TIED = new Parameters(1, NOISE, 0.04, 0);
    /// Modes of the aligned start: eigenvalues of the predictor and of F, and shares of the target.
    private static final double[] P = {0.5, 0.3, 0.3, 0.05};

    private static final double[] S = {0.3, 0.1, 0.05, 0.001};
    private static final double[] TAU = {0.5, 0.2, 0.9, 0.1};

    ByolFlow() {
        this(Byol::slope);
    }

    @Override
    public Description description() {
        return new Description(
                "byol-flow",
                "stochastic descent, matrix flow, symmetric flow and mode flow of BYOL agree",
                Byol.PAPER,
                "lemma 1, theorem 1, section 3.1 and appendix A",
                """
                Why does BYOL not collapse, although equal outputs for all items would solve its task? The
                experiment takes a network so simple that its training is an equation, and solves this equation in
                four ways. You see that all four agree, and that the weights vanish if the predictor or the
                stop-gradient is removed.

                A linear network has 6 inputs and 4 outputs. W are its online weights, Wp is the predictor, and Wa
                is the target. Training minimizes `J = 1/2 E |Wp W x1 - sg(Wa x2)|^2` for two views x1 and x2 of a
                sample. X is the correlation matrix of the data, and X' is the covariance of the views around their
                mean.

                By lemma 1, with `R = -Wp W (X + X') + Wa X`, the flow is `dW = Wp' R - eta W`, `dWp = alpha_p R
                W' - eta Wp`, `dWa = beta (W - Wa)`. The experiment solves this flow by Runge-Kutta (step 0.01, time
                40) and compares it with three others:

                - the flow of the symmetric matrices Wp and F = W W';
                - the flow of the eigenmodes (p, s, tau) from an aligned start;
                - stochastic descent on batches of 256 views `x + 0.3 N(0, I)` from a random start.

                Unless the page says otherwise, sigma^2 = 0.09, alpha_p = 1, eta = 0.04 and beta = 0.4.
                """);
    }

    @Override
    public Outcome run(Setting setting) {
        RandomGenerator random = setting.random("byol-flow");
        SimpleMatrix u = MatrixMath.orthonormal(random, OUTPUTS, OUTPUTS);
        SimpleMatrix v = MatrixMath.orthonormal(random, INPUTS, OUTPUTS);
        Full generic = new Full(
                MatrixMath.gaussian(random, OUTPUTS, INPUTS, 0.4),
                MatrixMath.gaussian(random, OUTPUTS, OUTPUTS, 0.4)
                        .plus(SimpleMatrix.identity(OUTPUTS).scale(0.5)),
                new SimpleMatrix(OUTPUTS, INPUTS));
        int factor = setting.size(1, 4);
        double coarse = stochastic(setting, generic, 0.02 / factor);
        double fine = stochastic(setting, generic, 0.005 / factor);
        Mode ema = new Mode(0.1, 0.01, 0);
        Mode integral = new Mode(0.3, 0.5, 1);
        for (double t = 0; t < 1000; t += DT) {
            ema = ema.rk4(m -> Byol.slope(new Parameters(1, 9e-4, 0.04, 0.4), m), DT);
        }
        for (int step = 0; step < 10_000; step++) {
            integral = integral.rk4(m -> Byol.slope(new Parameters(1, 9e-4, 0.05, 0), m), 1e-3);
        }
        ByolWithout without = new ByolWithout(lemma, generic);
        List<Claim> claims = new ArrayList<>(List.of(
                Claim.of(
                        "modes and symmetric matrices agree (target tied): largest difference of an eigenvalue",
                        symmetricAgainstModes(u),
                        atMost(1e-8),
                        "the same flow where Wp and F share eigenvectors; Runge-Kutta and rounding only"),
                Claim.of(
                        "modes and lemma 1 agree (own tau for each mode): largest difference of an entry of W or Wp",
                        lemmaAgainstModes(u, v),
                        atMost(1e-8),
                        "an aligned start stays aligned; Runge-Kutta and rounding only"),
                Claim.of(
                        "descent on batches follows lemma 1: relative distance at time 20",
                        fine,
                        atMost(0.03),
                        "sqrt(rate/batch) is .004 at rate .005, less in the full run; some times that"),
                Claim.of(
                        "the distance shrinks with the rate: distance at a quarter of the rate, relative to the"
                                + " distance at the full rate",
                        fine / coarse,
                        atMost(0.75),
                        "one half where sampling dominates, one quarter where the step does; one run each"),
                Claim.of(
                        "balance: W W' = Wp' Wp/alpha_p + exp(-2 eta t) C, whatever the target does: largest relative"
                                + " residual",
                        balance(setting, generic),
                        atMost(1e-8),
                        "theorem 1 for generic start and data, time 10; Runge-Kutta with step 0.002 only"),
                Claim.of(
                        "the integral s - p^2/alpha_p = c exp(-2 eta t), c = s(0) - p(0)^2/alpha_p: at t = 10",
                        integral.s() - integral.p() * integral.p(),
                        near(0.41 * StrictMath.exp(-1), 1e-6),
                        ".15083; the appendix's sign of c, the main text of the paper has the opposite one"),
                Claim.of(
                        "with a target that starts at 0 (sigma^2 9e-4): p ends at p+",
                        ema.p(),
                        near(0.95736, 1e-5),
                        "reference .95736"),
                Claim.of("with such a target s ends at p+^2", ema.s(), near(0.91653, 1e-5), "reference .91653"),
                Claim.of("with such a target tau ends at 1", ema.tau(), near(1, 1e-6), "reference 1")));
        claims.addAll(without.claims());
        ResultTable table = ResultTable.of("rate of descent, batch 256", "relative distance from lemma 1 at time 20")
                .row(0.02 / factor, coarse)
                .row(0.005 / factor, fine);
        return new Outcome(claims, table, figure(u, v, without));
    }

    private Full aligned(SimpleMatrix u, SimpleMatrix v, double[] p, double[] s, double[] tau) {
        double[] w = new double[s.length];
        Arrays.setAll(w, j -> Math.sqrt(s[j]));
        SimpleMatrix uw = u.mult(SimpleMatrix.diag(w));
        return new Full(
                uw.mult(v.transpose()),
                u.mult(SimpleMatrix.diag(p)).mult(u.transpose()),
                uw.mult(SimpleMatrix.diag(tau)).mult(v.transpose()));
    }

    private static Mode[] modes(double[] tau) {
        Mode[] modes = new Mode[P.length];
        Arrays.setAll(modes, j -> new Mode(P[j], S[j], tau[j]));
        return modes;
    }

    private static double symmetricAgainstModes(SimpleMatrix u) {
        Symmetric y = new Symmetric(
                u.mult(SimpleMatrix.diag(P)).mult(u.transpose()),
                u.mult(SimpleMatrix.diag(S)).mult(u.transpose()));
        Mode[] modes = modes(new double[] {1, 1, 1, 1});
        double largest = 0;
        for (int step = 0; step < TIME / DT; step++) {
            y = y.rk4(state -> Byol.slope(TIED, 1, state), DT);
            advance(TIED, modes);
            double[] p = MatrixMath.eigenvalues(y.wp());
            double[] expected =
                    Arrays.stream(modes).mapToDouble(Mode::p).sorted().toArray();
            for (int j = 0; j < p.length; j++) {
                largest = Math.max(largest, Math.abs(p[j] - expected[j]));
            }
        }
        return largest;
    }

    private static void advance(Parameters a, Mode[] modes) {
        for (int j = 0; j < modes.length; j++) {
            modes[j] = modes[j].rk4(m -> Byol.slope(a, m), DT);
        }
    }

    private double lemmaAgainstModes(SimpleMatrix u, SimpleMatrix v) {
        Moments data = Moments.isotropic(INPUTS, NOISE);
        Full y = aligned(u, v, P, S, TAU);
        Mode[] modes = modes(TAU);
        double largest = 0;
        for (int step = 0; step < TIME / DT; step++) {
            y = y.rk4(state -> lemma.slope(EMA, data, state), DT);
            advance(EMA, modes);
            Full expected = aligned(
                    u,
                    v,
                    Arrays.stream(modes).mapToDouble(Mode::p).toArray(),
                    Arrays.stream(modes).mapToDouble(Mode::s).toArray(),
                    Arrays.stream(modes).mapToDouble(Mode::tau).toArray());
            largest = Math.max(largest, y.w().minus(expected.w()).elementMaxAbs());
            largest = Math.max(largest, y.wp().minus(expected.wp()).elementMaxAbs());
        }
        return largest;
    }

    /// Generic start, generic data.
    private double balance(Setting setting, Full start) {
        RandomGenerator random = setting.random("byol-flow balance");
        SimpleMatrix a = MatrixMath.gaussian(random, INPUTS, INPUTS, 0.4);
        SimpleMatrix b = MatrixMath.gaussian(random, INPUTS, INPUTS, 0.2);
        Moments data = new Moments(a.mult(a.transpose()), b.mult(b.transpose()));
        Parameters parameters = new Parameters(2, 0, 0.04, 0.4);
        SimpleMatrix c = imbalance(parameters, start);
        Full y = start;
        double dt = 0.002;
        double largest = 0;
        for (int step = 1; step <= 10 / dt; step++) {
            y = y.rk4(state -> lemma.slope(parameters, data, state), dt);
            double left = StrictMath.exp(-2 * parameters.eta() * step * dt);
            largest = Math.max(
                    largest, imbalance(parameters, y).minus(c.scale(left)).normF() / c.normF());
        }
        return largest;
    }

    private static SimpleMatrix imbalance(Parameters a, Full y) {
        return y.w().mult(y.w().transpose())
                .plus(-1 / a.alphaP(), y.wp().transpose().mult(y.wp()));
    }

    /// Compares stochastic gradient descent with a moving target to the flow.
    private double stochastic(Setting setting, Full start, double rate) {
        int batch = 256;
        double time = 20;
        RandomGenerator random = setting.random("byol-flow batches");
        Moments data = Moments.isotropic(INPUTS, NOISE);
        Full flow = start;
        for (int step = 0; step < time / DT; step++) {
            flow = flow.rk4(state -> lemma.slope(EMA, data, state), DT);
        }
        Full y = start;
        for (int step = 0; step < time / rate; step++) {
            SimpleMatrix x = MatrixMath.gaussian(random, INPUTS, batch, 1);
            SimpleMatrix x1 = x.plus(MatrixMath.gaussian(random, INPUTS, batch, Math.sqrt(NOISE)));
            SimpleMatrix x2 = x.plus(MatrixMath.gaussian(random, INPUTS, batch, Math.sqrt(NOISE)));
            SimpleMatrix z = y.w().mult(x1);
            SimpleMatrix residual = y.wa().mult(x2).minus(y.wp().mult(z)).divide(batch);
            Full gradient = new Full(
                    y.wp().transpose().mult(residual).mult(x1.transpose()).plus(-EMA.eta(), y.w()),
                    residual.mult(z.transpose()).plus(-EMA.eta(), y.wp()),
                    y.w().minus(y.wa()).scale(EMA.beta()));
            y = y.plus(rate, gradient);
        }
        return y.distance(flow) / flow.norm();
    }

    private Figure figure(SimpleMatrix u, SimpleMatrix v, ByolWithout without) {
        Moments data = Moments.isotropic(INPUTS, NOISE);
        Full y = aligned(u, v, P, S, TAU);
        Mode[] modes = modes(TAU);
        Trajectory[] lines = new Trajectory[P.length];
        Arrays.setAll(lines, _ -> new Trajectory());
        Trajectory dots = new Trajectory();
        for (int step = 0; step <= TIME / DT; step++) {
            for (int j = 0; j < modes.length; j++) {
                lines[j].add(step * DT, modes[j].p());
                if (step % 200 == 0) {
                    dots.add(step * DT, u.getColumn(j).dot(y.wp().mult(u.getColumn(j))));
                }
            }
            y = y.rk4(state -> lemma.slope(EMA, data, state), DT);
            advance(EMA, modes);
        }
        Panel agreement =
                Panel.of("Modes against lemma 1", Axis.linear("time"), Axis.linear("eigenvalue of the predictor, p"));
        for (int j = 0; j < lines.length; j++) {
            agreement = agreement.with(lines[j].line("mode " + (j + 1), Color.of(j)));
        }
        agreement = agreement.with(Series.dots("lemma 1", Color.BLACK, dots.x(), dots.y()));
        return Figure.of(
                "Left: from an aligned start, the flow of modes (lines) and the flow of lemma 1 (dots)"
                        + " agree. The smallest mode vanishes. Right: the same network from a random start, without"
                        + " the predictor or without the stop-gradient.",
                2,
                agreement,
                without.panel());
    }
}
