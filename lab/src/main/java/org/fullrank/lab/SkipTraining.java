package org.fullrank.lab;

import static org.fullrank.lab.Expected.atLeast;
import static org.fullrank.lab.Expected.atMost;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.ejml.simple.SimpleMatrix;
import org.fullrank.lab.Conditioning.Gradient;
import org.fullrank.lab.Series.Color;
import org.fullrank.lab.SkipNet.Activation;

/// Trainings of deep networks with and without skips on a random linear map.
record SkipTraining(List<Run> runs) {
    private static final int LAYERS = 10;
    private static final double[] RATES = {0.003, 0.01, 0.03, 0.1, 0.3};
    /// Scale of the weights of a ResNet.
    private static final double SMALL = 0.1;
    /// A training has learned if its loss is at most this share of the mean square of the targets.
    private static final double LEARNED = 0.1;

    private static final double DIVERGED = 1e3;

    /// Start of a training.
    enum Start {
        GAUSSIAN("Gaussian, plain", Color.VERMILION),
        ORTHOGONAL("orthogonal, plain", Color.ORANGE),
        SKIP("skip", Color.BLUE);

        private final String label;
        private final Color color;

        Start(String label, Color color) {
            this.label = label;
            this.color = color;
        }

        SkipNet net(RandomGenerator random, Activation activation, int units) {
            // A leaky layer keeps half of the mean square, and the square of the slope of the other half.
            double below = activation.slope(-1);
            double keep = Math.sqrt(2 / (1 + below * below));
            List<SimpleMatrix> weights = IntStream.range(0, LAYERS)
                    .mapToObj(_ -> switch (this) {
                        case GAUSSIAN -> MatrixMath.gaussian(random, units, units, keep / Math.sqrt(units));
                        case ORTHOGONAL ->
                            MatrixMath.orthonormal(random, units, units).scale(keep);
                        case SKIP -> MatrixMath.gaussian(random, units, units, SMALL / Math.sqrt(units));
                    })
                    .toList();
            return new SkipNet(weights, activation, this == SKIP ? 1 : 0);
        }
    }

    /// The training with the best learning rate.
    ///
    /// @param steps number of steps until it had learned, or all steps
    /// @param loss loss divided by the mean square of the targets, by step
    record Run(Activation activation, Start start, int steps, double last, Trajectory loss) {}

    static SkipTraining run(Gradient gradient, Setting setting) {
        List<Run> runs = new ArrayList<>();
        for (Activation activation : List.of(Activation.LINEAR, Activation.LEAKY)) {
            for (Start start : Start.values()) {
                List<Run> rates = new ArrayList<>();
                for (double rate : RATES) {
                    rates.add(train(gradient, setting, activation, start, rate));
                }
                runs.add(rates.stream()
                        .min(Comparator.comparingInt(Run::steps).thenComparingDouble(Run::last))
                        .orElseThrow());
            }
        }
        return new SkipTraining(runs);
    }

    private static Run train(Gradient gradient, Setting setting, Activation activation, Start start, double rate) {
        int units = setting.size(8, 12);
        int steps = setting.size(600, 2000);
        RandomGenerator random = setting.random("conditioning training");
        SimpleMatrix x = MatrixMath.gaussian(random, units, 4 * units, 1);
        SimpleMatrix y =
                MatrixMath.gaussian(random, units, units, 1 / Math.sqrt(units)).mult(x);
        double square = MatrixMath.inner(y, y) / y.getNumCols();
        SkipNet net = start.net(random, activation, units);
        Trajectory curve = new Trajectory();
        int learned = steps;
        double last = Double.POSITIVE_INFINITY;
        for (int step = 0; step < steps; step++) {
            SkipNet.Slope slope = gradient.of(net, x, y);
            last = slope.loss() / square;
            if (!(last < DIVERGED)) {
                return new Run(activation, start, steps, Double.POSITIVE_INFINITY, curve);
            }
            curve.add(step + 1, last);
            learned = last < LEARNED ? Math.min(learned, step) : learned;
            net = net.minus(rate, slope.gradient());
        }
        return new Run(activation, start, learned, last, curve);
    }

    private Run of(Activation activation, Start start) {
        return runs.stream()
                .filter(run -> run.activation == activation && run.start == start)
                .findFirst()
                .orElseThrow();
    }

    private double ratio(Activation activation, Start slow, Start fast) {
        return (double) of(activation, slow).steps / of(activation, fast).steps;
    }

    List<Claim> claims() {
        return List.of(
                Claim.of(
                        "linear, 10 layers: how many times more steps the Gaussian plain network needs to a tenth of"
                                + " the loss than the ResNet",
                        ratio(Activation.LINEAR, Start.GAUSSIAN, Start.SKIP),
                        atLeast(4),
                        "each with its best learning rate; the paper gives the direction, the margin is chosen here"),
                Claim.of(
                        "leaky, 10 layers: the same ratio; a network that never gets there counts with all its steps",
                        ratio(Activation.LEAKY, Start.GAUSSIAN, Start.SKIP),
                        atLeast(4),
                        "as above"),
                Claim.of(
                        "linear: the orthogonal plain network is as fast as the ResNet: ratio of the steps",
                        ratio(Activation.LINEAR, Start.ORTHOGONAL, Start.SKIP),
                        atMost(2.5),
                        "all its singular values are 1: what counts is the condition number, not the skip"),
                Claim.of(
                        "leaky: the orthogonal plain network is slow all the same: ratio of the steps",
                        ratio(Activation.LEAKY, Start.ORTHOGONAL, Start.SKIP),
                        atLeast(4),
                        "each layer has slopes 0.1 and 1, so a product of layers is ill conditioned"));
    }

    /// One panel for each activation.
    List<Panel> panels() {
        List<Panel> panels = new ArrayList<>();
        for (Activation activation : List.of(Activation.LINEAR, Activation.LEAKY)) {
            Panel panel = Panel.of(
                    activation == Activation.LINEAR ? "Training, linear" : "Training, leaky",
                    Axis.log("step"),
                    Axis.log("relative loss").between(1e-3, 10));
            for (Start start : Start.values()) {
                panel = panel.with(of(activation, start).loss.line(start.label, start.color));
            }
            panels.add(panel);
        }
        return panels;
    }
}
