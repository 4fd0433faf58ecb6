package org.fullrank.lab;

import static org.fullrank.lab.Expected.atMost;
import static org.fullrank.lab.Expected.near;
import static org.fullrank.lab.VectorMath.largest;
import static org.fullrank.lab.VectorMath.smallest;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import org.ejml.simple.SimpleMatrix;
import org.fullrank.lab.Byol.Parameters;
import org.fullrank.lab.Byol.Symmetric;
import org.fullrank.lab.Series.Color;
import org.fullrank.text.Numbers;

/// Checks that the eigenspaces of F and of the predictor align at the rate of theorem 3.
///
/// @param flow the symmetric flow under test
record EigenAlignment(Flow flow) implements Experiment {
    /// The slope of the symmetric flow.
    @FunctionalInterface
    interface Flow {
        Symmetric slope(Parameters parameters, double tau, Symmetric state);
    }

    private static final int SIZE = 6;
    private static final double NOISE = 0.09;
    private static final double DT = 0.02;
    private static final double TIME = 1000;
    /// Parameters of the run near a fixed point, where tau is 1.
    private static final Parameters NEAR = new Parameters(1, NOISE, 0.05, 0);

    private static final double[] ETAS = {0, 0.01, 0.05};
    /// Final values of p for tau 1.
    private static final double[] REFERENCE = {0.917, 0.907, 0.864};

    private static final double[] TAUS = {1, 0.5};
    /// Time range of the figure.
    private static final double SHOWN = 250;

    /// Steps between points of the figure.
    private static final int EVERY = 10;

    /// If the commutator is below this value, it is a rounding error.
    private static final double ROUNDING = 1e-11;
    /// A mode is alive if s is above this. The smallest p+^2 here is .097. Without decay, p settles at the
    /// rate s. Below this threshold, time 1000 is too short to reach the final value.
    private static final double ALIVE = 0.02;

    EigenAlignment() {
        this(Byol::slope);
    }

    @Override
    public Description description() {
        return new Description(
                "eigen-alignment",
                "the eigenspaces of F and of the predictor align at the predicted rate",
                Byol.PAPER,
                "theorem 3 and section 3.1",
                """
                The theory of BYOL says that the predictor and the correlations of its input end up with the same
                eigenvectors: do they? The experiment starts from two matrices that have nothing in common and lets
                them follow the equations of the training. You see their mismatch shrink at the rate that the
                theorem predicts.

                In a linear BYOL, let Wp be the predictor and F the correlation of its input. If both are symmetric,
                their flow is `dWp = -(alpha_p/2)(1+sigma^2){Wp, F} + alpha_p tau F - eta Wp`, `dF =
                -(1+sigma^2){Wp^2, F} + tau {Wp, F} - 2 eta F`. Here, `{A, B}` is `A B + B A`. The experiment uses 6
                modes with sigma^2 = 0.09 and alpha_p = 1. The flow starts from a random symmetric Wp and F = B B',
                which do not commute.

                The experiment solves this flow by Runge-Kutta with step 0.02 until time 1000. The values of eta are
                0, 0.01 and 0.05, and the values of tau are 1 and 0.5. A quick run uses only tau = 1.

                Theorem 3 says that the commutator `[F, Wp] = F Wp - Wp F` follows `d[F, Wp] = -[F, Wp] K - K [F,
                Wp]`. Here, `K = (1+sigma^2) [(alpha_p/2) F + Wp^2 - tau/(1+sigma^2) Wp] + (3/2) eta I`.
                """);
    }

    /// The result of a run.
    ///
    /// @param excess largest value of |[F, Wp]| divided by |[F, Wp](0)| exp(-2 int lambda_min(K) dt)
    private record Run(
            double eta, double tau, double last, double excess, Modes modes, Trajectory commutator, Trajectory bound) {}

    @Override
    public Outcome run(Setting setting) {
        RandomGenerator random = setting.random("eigen-alignment");
        SimpleMatrix b = MatrixMath.gaussian(random, SIZE, SIZE, 0.3);
        Symmetric start = new Symmetric(MatrixMath.symmetric(random, SIZE, 0.3), b.mult(b.transpose()));
        List<Run> runs = new ArrayList<>();
        ResultTable table = ResultTable.of("tau", "eta", "commutator at 0", "at time 1000", "p+", "modes alive");
        for (double tau : setting.quick() ? new double[] {1} : TAUS) {
            for (double eta : ETAS) {
                Parameters a = new Parameters(1, NOISE, eta, 0);
                Run run = align(a, tau, start);
                runs.add(run);
                table = table.row(
                        tau, eta, start.commutator().normF(), run.last, a.fixedPoint(tau, 1), run.modes.count);
            }
        }
        return new Outcome(claims(setting, runs), table, figure(runs));
    }

    private List<Claim> claims(Setting setting, List<Run> runs) {
        return List.of(
                Claim.of(
                        "theorem 3 gives the slope of the commutator: largest relative error at 20 random states",
                        identity(setting),
                        atMost(1e-6),
                        "against central differences along the flow with step 1e-4: errors of 1e-7 or so"),
                Claim.of(
                        "the commutator vanishes for every eta and tau: largest norm at time 1000",
                        largest(runs, Run::last),
                        atMost(1e-12),
                        "reference below 1e-13; rounding of 6 x 6 products"),
                Claim.of(
                        "the commutator never exceeds exp(-2 int lambda_min(K)): largest ratio",
                        largest(runs, Run::excess),
                        atMost(1 + 1e-3),
                        "follows from theorem 3 for any sign of K; the integral is a sum with step 0.02"),
                Claim.of(
                        "near the fixed point with three modes alive and three dead, the commutator decays at the"
                                + " rate tau p+/2 + 3 eta/2 (tau 1, eta 0.05)",
                        rate(setting),
                        near(NEAR.fixedPoint(1, 1) / 2 + 1.5 * NEAR.eta(), 1e-4),
                        "the sum of the eigenvalues of K there (derived here); 1e-5 away from it, where terms of second"
                                + " order are 1e-10"),
                Claim.of(
                        "modes that live end at p+(tau, eta): largest distance",
                        largest(runs, run -> run.modes.off),
                        atMost(1e-3),
                        "p+ = [tau + sqrt(tau^2 - 4 eta (1+sigma^2))]/[2 (1+sigma^2)]; time 1000 is long for"
                                + " all rates"),
                Claim.of(
                        "for tau 1 and eta 0, 0.01, 0.05 these are the reference's figures: largest distance of"
                                + " their p",
                        runs.stream()
                                .filter(run -> run.tau == 1)
                                .mapToDouble(
                                        run -> Math.abs(run.modes.p - REFERENCE[Arrays.binarySearch(ETAS, run.eta)]))
                                .max()
                                .orElseThrow(),
                        atMost(6e-4),
                        "reference .917, .907, .864, three digits"),
                Claim.of(
                        "the eigenvectors of F are eigenvectors of Wp: largest 1 - cosine of Wp u with u",
                        1 - smallest(runs, run -> run.modes.alignment),
                        atMost(1e-12),
                        "the rest of the commutator, squared"));
    }

    private static SimpleMatrix k(Parameters a, double tau, Symmetric y) {
        return y.f().scale(a.alphaP() / 2)
                .plus(y.wp().mult(y.wp()))
                .scale(1 + a.noise())
                .plus(-tau, y.wp())
                .plus(SimpleMatrix.identity(SIZE).scale(1.5 * a.eta()));
    }

    private double identity(Setting setting) {
        RandomGenerator random = setting.random("eigen-alignment identity");
        Parameters a = new Parameters(1.3, NOISE, 0.05, 0);
        double tau = 0.8;
        double h = 1e-4;
        double largest = 0;
        for (int draw = 0; draw < 20; draw++) {
            Symmetric y =
                    new Symmetric(MatrixMath.symmetric(random, SIZE, 0.5), MatrixMath.symmetric(random, SIZE, 0.5));
            SimpleMatrix after = y.rk4(s -> flow.slope(a, tau, s), h).commutator();
            SimpleMatrix before = y.rk4(s -> flow.slope(a, tau, s), -h).commutator();
            SimpleMatrix predicted =
                    Byol.anticommutator(y.commutator(), k(a, tau, y)).scale(-1);
            largest = Math.max(
                    largest, after.minus(before).divide(2 * h).minus(predicted).normF() / predicted.normF());
        }
        return largest;
    }

    private Run align(Parameters a, double tau, Symmetric start) {
        Symmetric y = start;
        double initial = start.commutator().normF();
        double exponent = 0;
        double excess = 0;
        Trajectory commutator = new Trajectory();
        Trajectory bound = new Trajectory();
        for (int step = 0; step <= TIME / DT; step++) {
            if (step % EVERY == 0) {
                double size = y.commutator().normF();
                double limit = initial * StrictMath.exp(-2 * exponent);
                if (step * DT <= SHOWN) {
                    commutator.add(step * DT, size);
                    bound.add(step * DT, Math.max(limit, Double.MIN_NORMAL));
                }
                excess = size > ROUNDING ? Math.max(excess, size / limit) : excess;
            }
            exponent += DT * leastOfK(a, tau, y);
            y = y.rk4(state -> flow.slope(a, tau, state), DT);
        }
        Modes modes = Modes.of(y, a.fixedPoint(tau, 1));
        return new Run(a.eta(), tau, y.commutator().normF(), excess, modes, commutator, bound);
    }

    /// The modes of a state that are alive.
    ///
    /// @param count number of eigenvalues of F above [#ALIVE]
    /// @param p mean of u' Wp u over their eigenvectors u
    /// @param off largest distance of such a value from p+
    /// @param alignment smallest cosine of Wp u with u
    private record Modes(int count, double p, double off, double alignment) {
        static Modes of(Symmetric y, double fixed) {
            int count = 0;
            double sum = 0;
            double off = 0;
            double alignment = 1;
            for (SimpleMatrix u : MatrixMath.eigenvectors(y.f())) {
                if (u.dot(y.f().mult(u)) > ALIVE) {
                    SimpleMatrix image = y.wp().mult(u);
                    count++;
                    sum += image.dot(u);
                    off = Math.max(off, Math.abs(image.dot(u) - fixed));
                    alignment = Math.min(alignment, image.dot(u) / image.normF());
                }
            }
            return new Modes(count, sum / count, count == 0 ? Double.NaN : off, alignment);
        }
    }

    private static double leastOfK(Parameters a, double tau, Symmetric y) {
        return MatrixMath.eigenvalues(k(a, tau, y))[0];
    }

    /// Minus the slope of log |[F, Wp]| over time 10 to 20, from a start near a fixed point.
    private double rate(Setting setting) {
        RandomGenerator random = setting.random("eigen-alignment rate");
        double p = NEAR.fixedPoint(1, 1);
        SimpleMatrix beside = SimpleMatrix.diag(p, p, p, 0, 0, 0).plus(MatrixMath.symmetric(random, SIZE, 1e-5));
        SimpleMatrix f = SimpleMatrix.diag(p * p, p * p, p * p, 0, 0, 0).plus(MatrixMath.symmetric(random, SIZE, 1e-5));
        Symmetric y = new Symmetric(beside, f);
        double atTen = Double.NaN;
        for (int step = 0; step < 20 / DT; step++) {
            if (step == 10 / DT) {
                atTen = y.commutator().normF();
            }
            y = y.rk4(state -> flow.slope(NEAR, 1, state), DT);
        }
        return StrictMath.log(atTen / y.commutator().normF()) / 10;
    }

    private static Figure figure(List<Run> runs) {
        List<Panel> panels = new ArrayList<>();
        for (double tau : runs.stream().mapToDouble(Run::tau).distinct().toArray()) {
            Panel panel = Panel.of(
                    "tau " + Numbers.compact(tau),
                    Axis.linear("time").between(0, SHOWN),
                    Axis.log("norm of the commutator [F, Wp]").between(1e-16, 10));
            for (Run run : runs) {
                if (run.tau == tau) {
                    Color color = Color.of(Arrays.binarySearch(ETAS, run.eta));
                    panel = panel.with(
                            run.commutator.line("eta " + Numbers.compact(run.eta), color),
                            run.bound.line("bound", color).dash());
                }
            }
            panels.add(panel);
        }
        return new Figure(
                "The solid lines show the norm of the commutator. The dashed lines show the bound of"
                        + " theorem 3, exp(-2 int lambda_min(K)). Values below 1e-13 are rounding errors.",
                2,
                panels);
    }
}
