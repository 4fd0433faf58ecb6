package org.fullrank.lab;

import static org.fullrank.lab.Expected.atLeast;
import static org.fullrank.lab.Expected.atMost;
import static org.fullrank.lab.Expected.near;

import java.util.Comparator;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.ejml.simple.SimpleMatrix;
import org.fullrank.lab.Conditioning.Gradient;
import org.fullrank.lab.Conditioning.Hessian;
import org.fullrank.lab.Series.Color;
import org.fullrank.lab.SkipNet.Activation;

/// The loss of three layers `[4, 4]` as a function of the weights of the first layer.
record SkipCurvature(Hessian hessian, Gradient gradient, Setting setting) {
    private static final int UNITS = 4;
    private static final int LAYERS = 3;
    private static final int SAMPLES = 6;
    private static final double SCALE = 0.6;
    private static final int NETS = 21;
    /// Number of steps of the descent whose rate is measured.
    private static final int STEPS = 20;

    /// A random net with samples and targets in columns.
    private record Problem(SkipNet net, SimpleMatrix x, SimpleMatrix y, SimpleMatrix direction) {}

    private Problem problem(Activation activation, double skip, int samples, int draw) {
        RandomGenerator random = setting.random("conditioning curvature", draw);
        List<SimpleMatrix> weights = IntStream.range(0, LAYERS)
                .mapToObj(_ -> MatrixMath.gaussian(random, UNITS, UNITS, SCALE / Math.sqrt(UNITS)))
                .toList();
        return new Problem(
                new SkipNet(weights, activation, skip),
                MatrixMath.gaussian(random, UNITS, samples, 1),
                MatrixMath.gaussian(random, UNITS, samples, 1),
                MatrixMath.gaussian(random, UNITS, UNITS, 1));
    }

    List<Claim> claims() {
        double parabola = 0;
        for (int draw = 0; draw < NETS; draw++) {
            for (double skip : new double[] {0, 1}) {
                parabola = Math.max(parabola, misfit(problem(Activation.LEAKY, skip, SAMPLES, draw)));
            }
        }
        return List.of(
                Claim.of(
                        "the gradient agrees with finite differences: largest relative error",
                        differences(),
                        atMost(1e-6),
                        "central differences with step 1e-6: rounding of 1e-9 or so"),
                Claim.of(
                        "until a unit switches its slope, the loss along a line is the parabola of gradient and second"
                                + " derivative: largest error, relative to the loss",
                        parabola,
                        atMost(1e-10),
                        "exact for layers that are linear on both sides; rounding"),
                Claim.of(
                        "how many times smaller the median condition number of the second derivative is with skip",
                        VectorMath.median(conditions(0)) / VectorMath.median(conditions(1)),
                        atLeast(30),
                        "three orders of magnitude in most draws; the medians of 21 nets vary by a factor of 3"),
                Claim.of(
                        "linear, with skip, one layer trained: along the floor of the valley the error shrinks by"
                                + " (cond - 1)/(cond + 1) a step: measured divided by predicted",
                        contraction(),
                        near(1, 1e-8),
                        "the step 2/(largest + smallest eigenvalue) is the best one; rounding"));
    }

    /// Condition numbers of the second derivative in ascending order, one for each net.
    private double[] conditions(double skip) {
        return IntStream.range(0, NETS)
                .mapToObj(draw -> problem(Activation.LEAKY, skip, SAMPLES, draw))
                .mapToDouble(p -> Conditioning.condition(MatrixMath.singularValues(hessian.of(p.net, p.x))))
                .sorted()
                .toArray();
    }

    private double loss(Problem p, double t) {
        return gradient.of(moved(p, t), p.x, p.y).loss();
    }

    private static SkipNet moved(Problem p, double t) {
        return p.net.withFirst(p.net.weights().getFirst().plus(t, p.direction));
    }

    private double differences() {
        Problem p = problem(Activation.LEAKY, 1, SAMPLES, 0);
        double h = 1e-6;
        double measured = (loss(p, h) - loss(p, -h)) / (2 * h);
        double exact = MatrixMath.inner(gradient.of(p.net, p.x, p.y).gradient().getFirst(), p.direction);
        return Math.abs(measured / exact - 1);
    }

    /// The loss along a line, predicted from the gradient and the second derivative at the start of the line.
    private double parabola(Problem p, double t) {
        SkipNet.Slope slope = gradient.of(p.net, p.x, p.y);
        SimpleMatrix v = MatrixMath.vec(p.direction);
        double curvature = v.dot(hessian.of(p.net, p.x).mult(v));
        return slope.loss() + t * MatrixMath.inner(slope.gradient().getFirst(), p.direction) + t * t / 2 * curvature;
    }

    /// The largest t for which no unit changes its side for any sample.
    private static double border(Problem p) {
        List<SimpleMatrix> start = p.net.slopes(p.x);
        return Bisection.of(0, 1, 40, t -> !same(start, moved(p, t).slopes(p.x)))
                .low();
    }

    private static boolean same(List<SimpleMatrix> a, List<SimpleMatrix> b) {
        return IntStream.range(0, a.size()).allMatch(i -> a.get(i).isIdentical(b.get(i), 0));
    }

    private double misfit(Problem p) {
        double border = border(p);
        double largest = 0;
        for (double share : new double[] {0.25, 0.5, 1}) {
            double t = share * border;
            largest = Math.max(largest, Math.abs(parabola(p, t) - loss(p, t)) / loss(p, t));
        }
        return largest;
    }

    /// The measured contraction of a step, divided by the predicted one. The weights start next to the
    /// solution, in the direction of the smallest eigenvalue. In the solution, the first layer is -I, and it
    /// maps all samples to 0.
    private double contraction() {
        Problem p = problem(Activation.LINEAR, 1, 4 * SAMPLES, 0);
        SimpleMatrix curvature = hessian.of(p.net, p.x);
        double[] eigenvalues = MatrixMath.eigenvalues(curvature);
        double largest = eigenvalues[eigenvalues.length - 1];
        double smallest = eigenvalues[0];
        SimpleMatrix slowest = MatrixMath.eigenvectors(curvature).stream()
                .min(Comparator.comparingDouble(v -> v.dot(curvature.mult(v))))
                .orElseThrow();
        SimpleMatrix target = p.y.scale(0);
        SimpleMatrix start = slowest.copy();
        start.reshape(UNITS, UNITS); // by rows, so the transpose has the columns one below another
        SkipNet net = p.net.withFirst(start.transpose().minus(SimpleMatrix.identity(UNITS)));
        double first = gradient.of(net, p.x, target).loss();
        for (int step = 0; step < STEPS; step++) {
            SimpleMatrix slope = gradient.of(net, p.x, target).gradient().getFirst();
            net = net.withFirst(net.weights().getFirst().plus(-2 / (largest + smallest), slope));
        }
        double last = gradient.of(net, p.x, target).loss();
        double measured = StrictMath.pow(last / first, 0.5 / STEPS);
        return measured / ((largest - smallest) / (largest + smallest));
    }

    /// The condition numbers, and the loss along a line in the weights of the first layer.
    List<Panel> panels() {
        double[] rank = IntStream.rangeClosed(1, NETS).asDoubleStream().toArray();
        Panel all = Panel.of("Second derivative of the loss", Axis.linear("net, sorted"), Axis.log("condition number"))
                .with(
                        Series.dots("leaky, plain", Color.VERMILION, rank, conditions(0)),
                        Series.dots("leaky, skip", Color.BLUE, rank, conditions(1)));
        Problem p = problem(Activation.LEAKY, 1, SAMPLES, 1);
        double border = border(p);
        Panel line = Panel.of("Loss along a line of weights", Axis.linear("step t"), Axis.linear("loss"))
                .with(
                        Series.graph("loss", Color.BLUE, -2, 2, t -> loss(p, t)),
                        Series.graph("parabola at t = 0", Color.VERMILION, -2, 2, t -> parabola(p, t))
                                .dash(),
                        Series.dot("a unit switches", Color.BLACK, true, border, loss(p, border)));
        return List.of(all, line);
    }
}
