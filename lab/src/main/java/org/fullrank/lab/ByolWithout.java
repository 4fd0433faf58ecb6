package org.fullrank.lab;

import static org.fullrank.lab.Expected.atLeast;
import static org.fullrank.lab.Expected.atMost;
import static org.fullrank.lab.Expected.near;

import java.util.List;
import java.util.function.UnaryOperator;
import org.ejml.simple.SimpleMatrix;
import org.fullrank.lab.Byol.Full;
import org.fullrank.lab.Byol.Moments;
import org.fullrank.lab.Byol.Parameters;
import org.fullrank.lab.Series.Color;

/// Computes the weights that remain in `byol-flow` without a predictor or without the stop-gradient.
///
/// @param lemma the matrix flow
/// @param start a generic start
record ByolWithout(ByolFlow.Lemma lemma, Full start) {
    private static final double LONG = 60;
    private static final Moments DATA = Moments.isotropic(ByolFlow.INPUTS, ByolFlow.NOISE);

    List<Claim> claims() {
        double initial = start.w().normF();
        return List.of(
                Claim.of(
                        "without predictor the weights decay at the rate sigma^2 + eta",
                        -StrictMath.log(last(noPredictor()) / initial) / LONG,
                        near(ByolFlow.NOISE + ByolFlow.EMA.eta(), 1e-8),
                        "dW = -W (X' + eta I) for Wp = I and Wa = W; the paper prints the product the other"
                                + " way round"),
                Claim.of(
                        "without stop-gradient the weights vanish: share left at time 60",
                        last(noStopGradient()) / initial,
                        atMost(1e-2),
                        "the rate is at least eta + lambda_min(X') = 0.13, see no-stop-gradient"),
                Claim.of(
                        "with predictor and stop-gradient the weights survive, target moving: |W|^2",
                        StrictMath.pow(last(flow(ByolFlow.EMA)), 2),
                        atLeast(0.5),
                        "p+^2 = .77 for each mode that survives; small ones may die, one at least survives"),
                Claim.of(
                        "with predictor and stop-gradient the weights survive, target tied as in SimSiam: |W|^2",
                        StrictMath.pow(last(flow(ByolFlow.TIED)), 2),
                        atLeast(0.5),
                        "as above"));
    }

    Panel panel() {
        return Panel.of("With and without", Axis.linear("time"), Axis.linear("norm of W"))
                .with(
                        flow(ByolFlow.EMA).line("moving target", Color.BLUE),
                        flow(ByolFlow.TIED).line("tied target", Color.GREEN),
                        noPredictor().line("no predictor", Color.VERMILION),
                        noStopGradient().line("no stop-gradient", Color.PURPLE));
    }

    private Trajectory flow(Parameters a) {
        return trace(y -> lemma.slope(a, DATA, y), start);
    }

    /// The flow with the identity as a fixed predictor.
    private Trajectory noPredictor() {
        return trace(
                y -> new Full(
                        lemma.slope(ByolFlow.TIED, DATA, y).w(),
                        new SimpleMatrix(ByolFlow.OUTPUTS, ByolFlow.OUTPUTS),
                        new SimpleMatrix(ByolFlow.OUTPUTS, ByolFlow.INPUTS)),
                new Full(start.w(), SimpleMatrix.identity(ByolFlow.OUTPUTS), start.wa()));
    }

    /// The flow if the gradient also goes through the target: -(W (X + X') - Wp W X) is added to dW.
    private Trajectory noStopGradient() {
        return trace(
                y -> {
                    Full slope = lemma.slope(ByolFlow.TIED, DATA, y);
                    SimpleMatrix through = y.wp().mult(y.w())
                            .mult(DATA.signal())
                            .minus(y.w().mult(DATA.signal().plus(DATA.noise())));
                    return new Full(slope.w().plus(through), slope.wp(), slope.wa());
                },
                start);
    }

    private static Trajectory trace(UnaryOperator<Full> slope, Full start) {
        double dt = 0.02;
        Full y = start;
        Trajectory trace = new Trajectory();
        for (int step = 0; step <= LONG / dt; step++) {
            trace.add(step * dt, y.w().normF());
            y = y.rk4(slope, dt);
        }
        return trace;
    }

    private static double last(Trajectory trace) {
        double[] y = trace.y();
        return y[y.length - 1];
    }
}
