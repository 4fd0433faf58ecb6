package org.fullrank.lab;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import org.fullrank.lab.Byol.Mode;
import org.fullrank.lab.Byol.Parameters;
import org.fullrank.lab.Series.Color;
import org.fullrank.text.Numbers;

/// The figure of `byol-phase`.
///
/// @param slope the flow of a mode
record PhasePortrait(BiFunction<Parameters, Mode, Mode> slope) {
    private static final double NOISE = 9e-4;
    private static final double DT = 0.05;
    private static final double TIME = 200;

    Figure figure() {
        return Figure.of(
                "The gray lines are trajectories, and the black points are their ends. Trajectories that start on"
                        + " the parabola s = p^2/alpha_p stay on it. A stronger decay moves the stable point down"
                        + " the parabola. Above a decay of 0.25, no mode survives. The lower row shows the basins"
                        + " and the effect of the rates of predictor and target.",
                3,
                portrait(0),
                portrait(0.1),
                portrait(0.3),
                basins(),
                predictor(),
                target());
    }

    private static Parameters decay(double eta) {
        return new Parameters(1, NOISE, eta, 0);
    }

    private Mode step(Parameters a, Mode mode) {
        return mode.rk4(m -> slope.apply(a, m), DT);
    }

    private Panel portrait(double eta) {
        Parameters a = decay(eta);
        List<Series> series = new ArrayList<>();
        Trajectory ends = new Trajectory();
        for (double p = -0.4; p < 1.31; p += 0.1) {
            for (double s : new double[] {0.02, 0.5, 1.3}) {
                Mode mode = new Mode(p, s, 1);
                Trajectory path = new Trajectory();
                for (double t = 0; t < TIME; t += DT) {
                    path.add(mode.p(), mode.s());
                    mode = step(a, mode);
                }
                ends.add(mode.p(), mode.s());
                series.add(path.line("", Color.GRAY));
            }
        }
        series.add(Series.graph("s = p^2", Color.BLUE, -0.5, 1.2, p -> p * p).dash());
        series.add(Series.dots("", Color.BLACK, ends.x(), ends.y()));
        if (eta == 0) {
            double p = 1 / (1 + NOISE);
            series.add(Series.line("fixed", Color.GREEN, new double[] {p, p}, new double[] {0, 1.4}));
            series.add(Series.dot("saddle", Color.VERMILION, false, 0, 0));
        } else {
            series.add(Series.dot("stable", Color.GREEN, true, 0, 0));
            double stable = a.fixedPoint(1, 1);
            double unstable = a.fixedPoint(1, -1);
            if (Double.isFinite(stable)) {
                series.add(Series.dot("", Color.GREEN, true, stable, stable * stable));
                series.add(Series.dot("unstable", Color.VERMILION, false, unstable, unstable * unstable));
            }
        }
        return Panel.of(
                        "decay eta " + Numbers.compact(eta),
                        Axis.linear("eigenvalue of the predictor, p").between(-0.45, 1.35),
                        Axis.linear("eigenvalue of the correlation, s").between(-0.05, 1.4))
                .with(series.toArray(Series[]::new));
    }

    private boolean survives(Parameters a, Mode start) {
        Mode mode = start;
        for (double t = 0; t < TIME; t += DT) {
            mode = step(a, mode);
        }
        return mode.p() > 0.05;
    }

    private Panel basins() {
        Parameters a = decay(0.1);
        Trajectory alive = new Trajectory();
        Trajectory dead = new Trajectory();
        for (int i = 0; i <= 24; i++) {
            for (int j = 0; j <= 18; j++) {
                double p = -0.6 + 0.05 * i;
                double s = 0.9 * j / 18;
                (survives(a, new Mode(p, s, 1)) ? alive : dead).add(p, s);
            }
        }
        return Panel.of("Basins, eta 0.1", Axis.linear("p at the start"), Axis.linear("s at the start"))
                .with(
                        Series.dots("survives", Color.BLUE, alive.x(), alive.y()),
                        Series.dots("collapses", Color.VERMILION, dead.x(), dead.y()),
                        Series.graph("s = p^2", Color.BLACK, -0.6, 0.6, p -> p * p)
                                .dash());
    }

    private Panel predictor() {
        Panel panel = Panel.of(
                "Predictor rate, eta 0.1", Axis.linear("s at the start"), Axis.linear("smallest p that survives"));
        double[] alphas = {0.5, 1, 2, 4};
        for (int k = 0; k < alphas.length; k++) {
            Parameters a = new Parameters(alphas[k], NOISE, 0.1, 0);
            Trajectory border = new Trajectory();
            for (int j = 1; j <= 16; j++) {
                double s = 0.5 * j / 16;
                border.add(
                        s,
                        Bisection.of(-3, 1, 12, p -> survives(a, new Mode(p, s, 1)))
                                .high());
            }
            panel = panel.with(border.line("alpha_p " + Numbers.compact(alphas[k]), Color.of(k)));
        }
        return panel;
    }

    private Panel target() {
        Panel panel = Panel.of(
                "Target rate, eta 0.04, tau(0) = 0",
                Axis.linear("time"),
                Axis.linear("eigenvalue of the predictor, p"));
        double[] betas = {0.02, 0.1, 0.4, 4};
        for (int k = 0; k < betas.length; k++) {
            Parameters a = new Parameters(1, NOISE, 0.04, betas[k]);
            Mode mode = new Mode(0.1, 0.01, 0);
            Trajectory path = new Trajectory();
            for (double t = 0; t < TIME; t += DT) {
                path.add(t, mode.p());
                mode = step(a, mode);
            }
            panel = panel.with(path.line("beta " + Numbers.compact(betas[k]), Color.of(k)));
        }
        return panel;
    }
}
