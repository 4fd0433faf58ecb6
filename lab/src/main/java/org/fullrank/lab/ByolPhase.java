package org.fullrank.lab;

import static org.fullrank.lab.Expected.atLeast;
import static org.fullrank.lab.Expected.atMost;
import static org.fullrank.lab.Expected.near;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.DoublePredicate;
import org.fullrank.lab.Byol.Mode;
import org.fullrank.lab.Byol.Parameters;

/// Checks the phase diagram of one eigenmode of a linear BYOL.
///
/// @param slope the flow of a mode; under test
record ByolPhase(BiFunction<Parameters, Mode, Mode> slope) implements Experiment {
    private static final double NOISE = 9e-4;
    private static final Parameters BASE = new Parameters(1, NOISE, 0.01, 0);
    private static final double DT = 0.1;
    /// A long time compared with 1/eta, the slowest time of the flow with decay 0.01.
    private static final double TIME = 4000;

    /// A mode is alive if p is above this. The unstable points of the runs are below this value, or the
    /// starts are on both sides of them.
    private static final double ALIVE = 0.05;

    ByolPhase() {
        this(Byol::slope);
    }

    @Override
    public Description description() {
        return new Description(
                "byol-phase",
                "which modes of BYOL survive: parabola, fixed points and basins",
                Byol.PAPER,
                "section 3.2 and figures 3, 5, 8",
                """
                When does a direction of the embedding survive the training of BYOL, and when does it die? The
                experiment follows a single direction, which only needs two numbers, from many starts. You see a map
                of these numbers: on one side of a border every start flows to a healthy point, and on the other
                side to zero, which is collapse.

                The experiment follows one eigenmode of a linear BYOL. For this mode, p is the eigenvalue of the
                predictor, and s is the eigenvalue of the correlation of the predictor's input. The number tau is
                the ratio of the target's weights to the online weights.

                The flow of the mode is `dp = alpha_p s [tau - (1+sigma^2) p] - eta p`, `ds = 2 p s [tau -
                (1+sigma^2) p] - 2 eta s`, `s dtau = beta (1 - tau) s - tau ds/2`. The experiment solves this flow
                by Runge-Kutta with step 0.1 until time 4000. Unless the page says otherwise, sigma^2 = 0.0009,
                alpha_p = 1, and tau stays at 1.

                A mode that starts on the parabola `s = p^2/alpha_p` stays on this parabola. The fixed points on the
                parabola are 0 and `p = [tau +- sqrt(tau^2 - 4 eta (1+sigma^2))] / [2 (1+sigma^2)]`, called p+ and
                p-. The experiment uses no random numbers, so all seeds give the same values.
                """);
    }

    @Override
    public Outcome run(Setting setting) {
        List<Claim> claims = new ArrayList<>(ends());
        claims.addAll(parabola());
        claims.addAll(thresholds());
        claims.addAll(withoutDecay());
        claims.addAll(rates());
        ResultTable table =
                ResultTable.of("eta", "p-", "p+", "end of (1, 1)", "alpha_p", "critical p at s = 0.02, eta 0.1");
        double[] etas = {0.01, 0.05, 0.1, 0.2};
        double[] alphas = {0.25, 1, 2, 4};
        for (int i = 0; i < etas.length; i++) {
            Parameters a = BASE.withEta(etas[i]);
            table = table.row(
                    etas[i],
                    a.fixedPoint(1, -1),
                    a.fixedPoint(1, 1),
                    end(a, new Mode(1, 1, 1)).p(),
                    alphas[i],
                    criticalP(new Parameters(alphas[i], NOISE, 0.1, 0), 0.02));
        }
        return new Outcome(claims, table, new PhasePortrait(slope).figure());
    }

    private Mode end(Parameters a, Mode start) {
        Mode mode = start;
        for (double t = 0; t < TIME; t += DT) {
            mode = mode.rk4(m -> slope.apply(a, m), DT);
        }
        return mode;
    }

    private boolean survives(Parameters a, Mode start) {
        return end(a, start).p() > ALIVE;
    }

    /// The border of a property that is true at the upper end and false at the lower end.
    private static double border(double low, double high, DoublePredicate holds) {
        return Bisection.of(low, high, 30, holds).middle();
    }

    /// The p above which a mode of this s survives.
    private double criticalP(Parameters a, double s) {
        return border(-2, 1, p -> survives(a, new Mode(p, s, 1)));
    }

    private List<Claim> ends() {
        String exact = "reference .98900; time 4000 is 40 times the slowest";
        Mode rescued = end(BASE, new Mode(0.01, 0.2, 1));
        return List.of(
                Claim.of(
                        "eta 0.01: from (p, s) = (.3, .09) on the parabola the mode ends at p+",
                        end(BASE, new Mode(0.3, 0.09, 1)).p(),
                        near(0.98900, 1e-5),
                        exact),
                Claim.of(
                        "from (.02, .0004), just above p- = .0101, the mode ends at p+",
                        end(BASE, new Mode(0.02, 0.0004, 1)).p(),
                        near(0.98900, 1e-5),
                        exact),
                Claim.of(
                        "from (.005, .000025), below p-, the mode collapses",
                        end(BASE, new Mode(0.005, 0.000025, 1)).p(),
                        near(0, 1e-6),
                        "decays at rate eta"),
                Claim.of(
                        "from (.01, .2), off the parabola, the mode ends at p+ because s is large",
                        rescued.p(),
                        near(0.98900, 1e-5),
                        exact),
                Claim.of(
                        "from (.01, .2) s ends on the parabola",
                        rescued.s(),
                        near(0.97812, 1e-5),
                        "p+^2; reference .97812"));
    }

    private List<Claim> parabola() {
        double largest = 0;
        for (double start : new double[] {0.05, 0.3, 1.2}) {
            Mode mode = new Mode(start, start * start, 1);
            for (double t = 0; t < 100; t += DT) {
                mode = mode.rk4(m -> slope.apply(BASE, m), DT);
                largest = Math.max(largest, Math.abs(mode.s() - mode.p() * mode.p()));
            }
        }
        double critical = border(1e-4, 0.05, p -> survives(BASE, new Mode(p, p * p, 1)));
        return List.of(
                Claim.of(
                        "the parabola is invariant: largest distance from it",
                        largest,
                        atMost(1e-6),
                        "exact for the flow; error of Runge-Kutta with step 0.1"),
                Claim.of(
                        "on the parabola, the border of the basins is the unstable point",
                        critical,
                        near(BASE.fixedPoint(1, -1), 1e-6),
                        "p- = .010102; bisection to 1e-11, and it takes time to leave p-"));
    }

    private List<Claim> thresholds() {
        Parameters half = BASE.withEta(0.05);
        double strongest = border(-0.5, -0.1, minusEta -> survives(BASE.withEta(-minusEta), new Mode(1, 1, 1)));
        return List.of(
                Claim.of(
                        "the strongest decay that a mode survives is tau^2/(4(1+sigma^2))",
                        -strongest,
                        near(1 / (4 * (1 + NOISE)), 1e-4),
                        ".24978; passing near the vanished points takes pi/sqrt of the distance"),
                Claim.of(
                        "eta 0.3 is stronger: p ends at 0",
                        end(BASE.withEta(0.3), new Mode(1, 1, 1)).p(),
                        near(0, 1e-6),
                        "reference 0"),
                Claim.of(
                        "a held tau = 0.5 shifts the stable point",
                        end(half, new Mode(0.5, 0.25, 0.5)).p(),
                        near(half.fixedPoint(0.5, 1), 1e-6),
                        "[0.5 + sqrt(0.25 - 0.2(1+sigma^2))]/[2(1+sigma^2)]"));
    }

    private List<Claim> withoutDecay() {
        Parameters none = BASE.withEta(0);
        double largest = 0;
        for (double p = -1; p <= 1.5; p += 0.25) {
            for (double above : new double[] {0.05, 0.5}) {
                Mode end = end(none, new Mode(p, p * p + above, 1));
                largest = Math.max(largest, Math.abs(end.p() - 1 / (1 + NOISE)));
            }
        }
        Mode below = end(none, new Mode(-0.5, 0.1, 1));
        return List.of(
                Claim.of(
                        "eta 0: s(0) > p(0)^2/alpha_p avoids collapse, whatever the sign of p: largest distance of"
                                + " p from tau/(1+sigma^2)",
                        largest,
                        atMost(1e-6),
                        "22 starts; s stays above 0.05, so p converges at that rate at least"),
                Claim.of(
                        "below the parabola a negative p collapses: s",
                        below.s(),
                        atMost(1e-6),
                        "ds/s is below -0.5; the start is (-.5, .1)"));
    }

    private List<Claim> rates() {
        Parameters fast = new Parameters(2, NOISE, 0.05, 0);
        double gain =
                criticalP(new Parameters(1, NOISE, 0.1, 0), 0.02) - criticalP(new Parameters(2, NOISE, 0.1, 0), 0.02);
        Mode start = new Mode(0.1, 0.01, 0);
        Parameters ema = new Parameters(1, NOISE, 0.04, 0.4);
        return List.of(
                Claim.of(
                        "twice the predictor rate halves s at the stable point",
                        end(fast, new Mode(0.5, 0.5, 1)).s(),
                        near(StrictMath.pow(fast.fixedPoint(1, 1), 2) / 2, 1e-6),
                        "p+^2/alpha_p"),
                Claim.of(
                        "twice the predictor rate widens the basin: by how much the critical p at s = 0.02, eta 0.1"
                                + " falls",
                        gain,
                        atLeast(0.01),
                        "s(0) - p(0)^2/alpha_p grows with alpha_p; the paper gives the direction, not the amount"),
                Claim.of(
                        "a target that starts at 0 with beta 0.4, eta 0.04, from (.1, .01): p",
                        end(ema, start).p(),
                        near(0.95736, 1e-5),
                        "reference .95736, which is p+ at tau = 1"),
                Claim.of(
                        "on the way tau = (beta/p) exp(-beta t) int p exp(beta u) du: largest difference",
                        memory(ema, start),
                        atMost(1e-5),
                        "exact on the parabola; trapezoid sum with step 0.01"),
                Claim.of(
                        "a target that follows too slowly, beta 0.02, lets the mode die: p",
                        end(new Parameters(1, NOISE, 0.04, 0.02), start).p(),
                        atMost(ALIVE / 10),
                        "decay takes it below p- before tau has grown; derived here, the paper gives no figure"));
    }

    /// Follows a mode on the parabola to time 50. The target is a running mean of p.
    private double memory(Parameters a, Mode start) {
        double dt = 0.01;
        Mode mode = start;
        double target = 0; // w_a = tau p
        double largest = 0;
        for (int step = 0; step < 5000; step++) {
            Mode next = mode.rk4(m -> slope.apply(a, m), dt);
            double keep = StrictMath.exp(-a.beta() * dt);
            target = keep * target + a.beta() * dt * (keep * mode.p() + next.p()) / 2;
            mode = next;
            largest = Math.max(largest, Math.abs(target / mode.p() - mode.tau()));
        }
        return largest;
    }
}
