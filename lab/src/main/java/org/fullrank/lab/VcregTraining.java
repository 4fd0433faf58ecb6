package org.fullrank.lab;

import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import org.ejml.simple.SimpleMatrix;
import org.fullrank.engine.Keyed;
import org.fullrank.lab.PairLoss.Covariance;

/// Trains a small encoder on a nonlinear mixture of independent sources, with one of several objectives.
///
/// @param covariance under test
record VcregTraining(Covariance covariance, Setting setting) {
    /// Number of sources, and of dimensions of the representation.
    static final int SOURCES = 6;

    static final int INPUTS = 12;
    static final int HIDDEN = 48;
    static final int BATCH = 128;

    /// Standard deviation of the noise of the sources in a view.
    static final double NOISE = 0.1;

    static final double RATE = 2e-3;

    /// Cosine features of a dimension.
    static final int FEATURES = 16;

    /// Widths of the projector and the predictor of SimCLR and BYOL.
    static final int HEAD = 64;

    static final int EMBEDDING = 16;

    /// An objective with its projector.
    ///
    /// @param label name in tables
    /// @param kind of objective and projector
    /// @param width of a ReLU projector
    record Arm(String label, Kind kind, int width) {}

    /// Kinds of objectives.
    enum Kind {
        UNTRAINED,
        /// Variance and covariance of the representation itself.
        NONE,
        /// Variance of the representation, and covariance of cosine features of each dimension.
        ELEMENTWISE,
        /// Variance and covariance behind a random layer with ReLU, which is not trained.
        RANDOM,
        /// As RANDOM. The layer is trained.
        TRAINED,
        SIMCLR,
        BYOL
    }

    static int steps(Setting setting) {
        return setting.size(300, 1000);
    }

    private Keyed random(String part, long... path) {
        return setting.random("vcreg-independence " + part, path);
    }

    /// Inputs from sources: `tanh(s A)`.
    private SimpleMatrix mixed(SimpleMatrix sources) {
        SimpleMatrix a = MatrixMath.gaussian(random("mixing"), SOURCES, INPUTS, 1 / Math.sqrt(SOURCES));
        SimpleMatrix x = sources.mult(a);
        double[] values = x.getDDRM().getData();
        Arrays.setAll(values, i -> Math.tanh(values[i]));
        return x;
    }

    /// Independent uniform sources of variance 1.
    private static SimpleMatrix sources(RandomGenerator random, int rows) {
        double[] values = new double[rows * SOURCES];
        Arrays.setAll(values, _ -> Math.sqrt(3) * (2 * random.nextDouble() - 1));
        return new SimpleMatrix(rows, SOURCES, true, values);
    }

    /// Inputs without noise that no training has seen.
    SimpleMatrix test(int rows) {
        return mixed(sources(random("test"), rows));
    }

    /// An encoder after training.
    ///
    /// @param start the encoder before training
    /// @param head what stands behind it, after training
    record Trained(Perceptron encoder, Perceptron start, Head head) {}

    Trained train(Arm arm, int draw) {
        Perceptron encoder = Perceptron.gaussian(random("encoder", draw), 0, false, INPUTS, HIDDEN, SOURCES);
        var trained = new Trained(encoder, encoder.copy(), head(arm, draw, encoder));
        if (arm.kind != Kind.UNTRAINED) {
            train(encoder, trained.head, draw);
        }
        return trained;
    }

    private void train(Perceptron encoder, Head head, int draw) {
        Adam adam = new Adam(encoder, RATE);
        Keyed random = random("batches", draw);
        for (int step = 0; step < steps(setting); step++) {
            SimpleMatrix s = sources(random, BATCH);
            SimpleMatrix x1 = mixed(s.plus(MatrixMath.gaussian(random, BATCH, SOURCES, NOISE)));
            SimpleMatrix x2 = mixed(s.plus(MatrixMath.gaussian(random, BATCH, SOURCES, NOISE)));
            List<SimpleMatrix> first = encoder.outputs(x1);
            List<SimpleMatrix> second = encoder.outputs(x2);
            List<SimpleMatrix> slopes = head.learn(first, second);
            Perceptron gradient = encoder.slope(first, slopes.getFirst()).parameters();
            gradient.add(encoder.slope(second, slopes.getLast()).parameters());
            adam.step(gradient);
            head.follow(encoder);
        }
    }

    /// What stands between the representation and the loss.
    interface Head {
        /// Trains the head and returns the gradients with respect to both representations.
        ///
        /// @param first the input of the encoder and the outputs of its layers
        List<SimpleMatrix> learn(List<SimpleMatrix> first, List<SimpleMatrix> second);

        /// What the loss sees, from the representation: the output of the projector.
        SimpleMatrix embedding(SimpleMatrix z);

        /// Called after the encoder has moved.
        default void follow(Perceptron encoder) {}
    }

    @FunctionalInterface
    private interface Learning {
        List<SimpleMatrix> learn(List<SimpleMatrix> first, List<SimpleMatrix> second);
    }

    /// A head of two functions.
    private record Functions(Learning learning, UnaryOperator<SimpleMatrix> projector) implements Head {
        @Override
        public List<SimpleMatrix> learn(List<SimpleMatrix> first, List<SimpleMatrix> second) {
            return learning.learn(first, second);
        }

        @Override
        public SimpleMatrix embedding(SimpleMatrix z) {
            return projector.apply(z);
        }
    }

    private Head head(Arm arm, int draw, Perceptron encoder) {
        Keyed random = random("head", draw, arm.kind.ordinal(), arm.width);
        return switch (arm.kind) {
            case UNTRAINED, NONE ->
                new Functions((first, second) -> vcreg(first.getLast(), second.getLast()), UnaryOperator.identity());
            case ELEMENTWISE -> elementwise(random);
            case RANDOM -> projector(Perceptron.gaussian(random, 1, true, SOURCES, arm.width), false);
            case TRAINED -> projector(Perceptron.gaussian(random, 1, true, SOURCES, arm.width), true);
            case SIMCLR -> simclr(Perceptron.gaussian(random, 0, false, SOURCES, HEAD, EMBEDDING));
            case BYOL ->
                new ByolHead(
                        encoder,
                        Perceptron.gaussian(random, 0, false, SOURCES, HEAD, EMBEDDING),
                        Perceptron.gaussian(random, 0, false, EMBEDDING, HEAD, EMBEDDING));
        };
    }

    /// The gradients of invariance, variance and covariance.
    private List<SimpleMatrix> vcreg(SimpleMatrix a, SimpleMatrix b) {
        return List.of(pull(a, b).plus(slope(a, 1)), pull(b, a).plus(slope(b, 1)));
    }

    private SimpleMatrix slope(SimpleMatrix rows, int group) {
        return covariance.slope(rows, group).scale(PairLoss.COVARIANCE);
    }

    /// The gradient of invariance and variance.
    private static SimpleMatrix pull(SimpleMatrix a, SimpleMatrix b) {
        return PairLoss.invarianceSlope(a, b)
                .scale(PairLoss.INVARIANCE)
                .plus(PairLoss.varianceSlope(a).scale(PairLoss.VARIANCE / 2));
    }

    private Head elementwise(Keyed random) {
        var features = CosineFeatures.of(random, FEATURES);
        return new Functions(
                (first, second) -> {
                    SimpleMatrix a = first.getLast();
                    SimpleMatrix b = second.getLast();
                    return List.of(
                            pull(a, b).plus(features.slope(a, slope(features.of(a), FEATURES))),
                            pull(b, a).plus(features.slope(b, slope(features.of(b), FEATURES))));
                },
                features::of);
    }

    private Head projector(Perceptron projector, boolean trained) {
        Adam adam = new Adam(projector, RATE);
        Learning learning = (first, second) -> {
            List<SimpleMatrix> a = projector.outputs(first.getLast());
            List<SimpleMatrix> b = projector.outputs(second.getLast());
            List<SimpleMatrix> slopes = vcreg(a.getLast(), b.getLast());
            Perceptron.Slope one = projector.slope(a, slopes.getFirst());
            Perceptron.Slope two = projector.slope(b, slopes.getLast());
            if (trained) {
                one.parameters().add(two.parameters());
                adam.step(one.parameters());
            }
            return List.of(one.input(), two.input());
        };
        return new Functions(learning, projector::apply);
    }

    private static Head simclr(Perceptron projector) {
        Adam adam = new Adam(projector, RATE);
        Learning learning = (first, second) -> {
            List<SimpleMatrix> outputs = projector.outputs(first.getLast().concatRows(second.getLast()));
            Perceptron.Slope slope = projector.slope(outputs, PairLoss.contrastSlope(outputs.getLast()));
            adam.step(slope.parameters());
            return List.of(slope.input().rows(0, BATCH), slope.input().rows(BATCH, 2 * BATCH));
        };
        return new Functions(learning, projector::apply);
    }
}
