package org.fullrank.lab;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import org.fullrank.lab.NormNet.Layer;
import org.fullrank.lab.NormNet.Statistics;

/// A task with few labels. The data are two moons in the plane, with 5 labeled points of each. A network
/// starts with or without the statistics of unlabeled points.
///
/// @param points unlabeled points
/// @param labeled labeled points; all points of one class come before those of the other
/// @param test points of both classes in the same order
record FewLabels(double[][] points, double[][] labeled, double[][] test) {
    /// The initial offsets of the network.
    enum Start {
        NONE("none"),
        BATCH_NORM("batch norm"),
        /// As BATCH_NORM. In each step, the offsets move to the means of a mini-batch.
        JITTER("jitter");

        private final String label;

        Start(String label) {
            this.label = label;
        }

        String label() {
            return label;
        }
    }

    private static final int UNLABELED = 128;
    private static final int LABELS = 5;
    private static final int TEST = 500;
    private static final double NOISE = 0.1;
    private static final int UNITS = 32;
    private static final double RATE = 0.03;
    private static final int STEPS = 300;
    /// Size of the mini-batches whose means move the offsets.
    private static final int BATCH = 4;
    /// Accuracy of a margin.
    private static final double STRIDE = 0.03;

    private static final int DIRECTIONS = 24;

    /// A task.
    ///
    /// @param standardized whether the inputs have mean 0 and variance 1 on the unlabeled points
    static FewLabels of(RandomGenerator random, boolean standardized) {
        double[][] points = moons(random, UNLABELED / 2, NOISE);
        double[][] labeled = moons(random, LABELS, NOISE);
        double[][] test = moons(random, TEST / 2, NOISE);
        if (standardized) {
            for (int axis = 0; axis < 2; axis++) {
                int a = axis;
                NormNet.Moments moments = NormNet.Moments.of(
                        Arrays.stream(points).mapToDouble(x -> x[a]).toArray());
                for (double[][] set : List.of(points, labeled, test)) {
                    for (double[] x : set) {
                        x[a] = (x[a] - moments.mean()) / Math.sqrt(moments.variance());
                    }
                }
            }
        }
        return new FewLabels(points, labeled, test);
    }

    /// Points of two moons around (5, 4), `each` of one moon and then as many of the other.
    static double[][] moons(RandomGenerator random, int each, double noise) {
        double[][] points = new double[2 * each][];
        for (int i = 0; i < points.length; i++) {
            double angle = Math.PI * random.nextDouble();
            double side = i < each ? 1 : -1;
            points[i] = new double[] {
                5 + side * (StrictMath.cos(angle) - 0.5) + noise * random.nextGaussian(),
                4 + side * (StrictMath.sin(angle) - 0.25) + noise * random.nextGaussian()
            };
        }
        return points;
    }

    private static double label(int i, int size) {
        return i < size / 2 ? 1 : -1;
    }

    /// Weights and biases of two layers and of a linear output.
    static final class Net {
        private final double[][][] w;
        private final double[][] b;

        private Net(List<double[][]> w, double[][] b) {
            this.w = w.toArray(double[][][]::new);
            this.b = b;
        }

        private double[] layer(int l, double[] z, double[][] shift) {
            double[] h = new double[w[l].length];
            for (int k = 0; k < h.length; k++) {
                h[k] = VectorMath.dot(w[l][k], z) + b[l][k] + shift[l][k];
                h[k] = l < w.length - 1 ? NormNet.relu(h[k]) : h[k];
            }
            return h;
        }

        /// Values of all layers, the input first. The last layer has one value, the logit.
        private List<double[]> forward(double[] x, double[][] shift) {
            List<double[]> values = new ArrayList<>(List.of(x));
            for (int l = 0; l < w.length; l++) {
                values.add(layer(l, values.getLast(), shift));
            }
            return values;
        }

        double logit(double[] x) {
            return forward(x, none()).getLast()[0];
        }
    }

    /// The net at its start.
    Net start(RandomGenerator random, Start start, Statistics statistics) {
        List<double[][]> w = NormNet.weights(random, 2, UNITS, UNITS);
        double[][] b = {new double[UNITS], new double[UNITS], new double[1]};
        double[][] output = {VectorMath.gaussian(random, UNITS, 1 / Math.sqrt(UNITS))};
        if (start != Start.NONE) {
            NormNet net = NormNet.normalized(w, points, statistics, NormNet::relu);
            for (int l = 0; l < 2; l++) {
                Layer layer = net.layers().get(l);
                for (int k = 0; k < UNITS; k++) {
                    for (int i = 0; i < layer.w()[k].length; i++) {
                        layer.w()[k][i] /= layer.scale()[k];
                    }
                    b[l][k] = -layer.offset()[k] / layer.scale()[k];
                }
            }
        }
        List<double[][]> all = new ArrayList<>(w);
        all.add(output);
        return new Net(all, b);
    }

    /// Gradient descent on the logistic loss of the labeled points.
    Net train(RandomGenerator random, Start start, Statistics statistics) {
        Net net = start(random, start, statistics);
        double[][] shift = none();
        for (int step = 0; step < STEPS; step++) {
            if (start == Start.JITTER) {
                shift = shift(net, random, statistics);
            }
            double[][][] slopes = new double[net.w.length][][];
            double[][] biases = new double[net.w.length][];
            for (int l = 0; l < slopes.length; l++) {
                slopes[l] = new double[net.w[l].length][net.w[l][0].length];
                biases[l] = new double[net.w[l].length];
            }
            for (int i = 0; i < labeled.length; i++) {
                backward(net, net.forward(labeled[i], shift), label(i, labeled.length), slopes, biases);
            }
            for (int l = 0; l < slopes.length; l++) {
                for (int k = 0; k < slopes[l].length; k++) {
                    VectorMath.add(net.w[l][k], -RATE / labeled.length, slopes[l][k]);
                }
                VectorMath.add(net.b[l], -RATE / labeled.length, biases[l]);
            }
        }
        return net;
    }

    /// How far the offsets of both layers move if they are the means of a mini-batch instead of the means of
    /// all points.
    private double[][] shift(Net net, RandomGenerator random, Statistics statistics) {
        double[][] shift = none();
        double[][] all = points;
        double[][] batch = Arrays.stream(BatchJitter.draw(random, points.length, BATCH, true))
                .mapToObj(i -> points[i])
                .toArray(double[][]::new);
        for (int l = 0; l < 2; l++) {
            double[] mean = new double[net.w[l][0].length];
            for (double[] z : all) {
                VectorMath.add(mean, 1.0 / all.length, z);
            }
            for (int k = 0; k < UNITS; k++) {
                double[] w = net.w[l][k];
                double[] values = Arrays.stream(batch)
                        .mapToDouble(z -> VectorMath.dot(w, z))
                        .toArray();
                shift[l][k] = VectorMath.dot(w, mean) - statistics.of(values).mean();
            }
            if (l == 0) {
                UnaryOperator<double[]> first = z -> net.layer(0, z, shift);
                all = Arrays.stream(all).map(first).toArray(double[][]::new);
                batch = Arrays.stream(batch).map(first).toArray(double[][]::new);
            }
        }
        return shift;
    }

    private static double[][] none() {
        return new double[][] {new double[UNITS], new double[UNITS], new double[1]};
    }

    private static void backward(Net net, List<double[]> values, double label, double[][][] slopes, double[][] biases) {
        double logit = values.getLast()[0];
        double[] back = {-label / (1 + StrictMath.exp(label * logit))};
        for (int l = slopes.length - 1; l >= 0; l--) {
            double[] below = new double[values.get(l).length];
            for (int k = 0; k < back.length; k++) {
                if (l == slopes.length - 1 || values.get(l + 1)[k] > 0) {
                    VectorMath.add(slopes[l][k], back[k], values.get(l));
                    biases[l][k] += back[k];
                    VectorMath.add(below, back[k], net.w[l][k]);
                }
            }
            back = below;
        }
    }

    double accuracy(Net net) {
        int right = 0;
        for (int i = 0; i < test.length; i++) {
            right += label(i, test.length) * net.logit(test[i]) > 0 ? 1 : 0;
        }
        return (double) right / test.length;
    }

    /// The mean distance of a labeled point to the nearest point that the network assigns to the other class,
    /// at most 2. If the labeled point itself is assigned to the other class, its distance is 0.
    double margin(Net net) {
        double sum = 0;
        for (int i = 0; i < labeled.length; i++) {
            double label = label(i, labeled.length);
            double nearest = label * net.logit(labeled[i]) > 0 ? 2 : 0;
            for (int d = 0; d < DIRECTIONS; d++) {
                double angle = 2 * Math.PI * d / DIRECTIONS;
                for (double r = STRIDE; r < nearest; r += STRIDE) {
                    double[] y = {labeled[i][0] + r * StrictMath.cos(angle), labeled[i][1] + r * StrictMath.sin(angle)};
                    if (label * net.logit(y) <= 0) {
                        nearest = r;
                    }
                }
            }
            sum += nearest;
        }
        return sum / labeled.length;
    }
}
