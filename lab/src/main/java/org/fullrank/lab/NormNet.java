package org.fullrank.lab;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.DoubleUnaryOperator;
import java.util.random.RandomGenerator;

/// A network whose layers subtract an offset, divide by a scale and apply ReLU:
/// `z -> a((W z - offset)/scale)`. Batch normalization takes offset and scale from the data.
record NormNet(List<Layer> layers, DoubleUnaryOperator activation) {
    /// @param w one row for each unit
    record Layer(double[][] w, double[] offset, double[] scale) {
        /// The normalized values of the units before the activation.
        double[] preactivations(double[] z) {
            double[] h = new double[w.length];
            for (int k = 0; k < h.length; k++) {
                h[k] = (VectorMath.dot(w[k], z) - offset[k]) / scale[k];
            }
            return h;
        }
    }

    /// Offset and squared scale of a unit.
    record Moments(double mean, double variance) {
        /// The mean and the biased variance of a batch, as in batch normalization.
        static Moments of(double[] values) {
            double mean = VectorMath.mean(values);
            double sum = 0;
            for (double value : values) {
                sum += (value - mean) * (value - mean);
            }
            return new Moments(mean, sum / values.length);
        }
    }

    /// Offset and squared scale of a unit from its values `W z` on a batch.
    @FunctionalInterface
    interface Statistics {
        Moments of(double[] values);
    }

    static double relu(double h) {
        return h > 0 ? h : 0;
    }

    /// Gaussian weights of variance 2/inputs, one matrix for each pair of neighboring widths.
    static List<double[][]> weights(RandomGenerator random, int... widths) {
        List<double[][]> weights = new ArrayList<>();
        for (int l = 1; l < widths.length; l++) {
            double[][] w = new double[widths[l]][];
            for (int k = 0; k < w.length; k++) {
                w[k] = VectorMath.gaussian(random, widths[l - 1], Math.sqrt(2.0 / widths[l - 1]));
            }
            weights.add(w);
        }
        return weights;
    }

    /// The network without offsets.
    static NormNet plain(List<double[][]> weights, DoubleUnaryOperator activation) {
        return new NormNet(
                weights.stream()
                        .map(w -> new Layer(w, new double[w.length], filled(w.length, 1)))
                        .toList(),
                activation);
    }

    private static double[] filled(int size, double value) {
        double[] values = new double[size];
        Arrays.fill(values, value);
        return values;
    }

    /// The network with the statistics of a batch. Each layer uses the statistics of its own input, after the
    /// layers below have their statistics.
    static NormNet normalized(
            List<double[][]> weights, double[][] batch, Statistics statistics, DoubleUnaryOperator activation) {
        NormNet net = new NormNet(List.of(), activation);
        for (double[][] w : weights) {
            double[][] z = new double[batch.length][];
            for (int i = 0; i < z.length; i++) {
                z[i] = net.apply(batch[i]);
            }
            double[] offset = new double[w.length];
            double[] scale = new double[w.length];
            for (int k = 0; k < w.length; k++) {
                double[] unit = w[k];
                Moments moments = statistics.of(Arrays.stream(z)
                        .mapToDouble(row -> VectorMath.dot(unit, row))
                        .toArray());
                offset[k] = moments.mean();
                scale[k] = Math.sqrt(moments.variance());
            }
            List<Layer> more = new ArrayList<>(net.layers);
            more.add(new Layer(w, offset, scale));
            net = new NormNet(more, activation);
        }
        return net;
    }

    /// The first layers of this network.
    NormNet first(int count) {
        return new NormNet(layers.subList(0, count), activation);
    }

    /// The output after the last activation.
    double[] apply(double[] x) {
        double[] z = x;
        for (Layer layer : layers) {
            z = Arrays.stream(layer.preactivations(z)).map(activation).toArray();
        }
        return z;
    }

    /// The normalized values of the last layer before its activation.
    double[] preactivations(double[] x) {
        return layers.getLast().preactivations(first(layers.size() - 1).apply(x));
    }

    /// For each unit of each layer, the side of its boundary on which a point lies. These sides identify the
    /// region of the point. Inside a region, the network is affine.
    BitSet pattern(double[] x) {
        BitSet pattern = new BitSet();
        double[] z = x;
        int bit = 0;
        for (Layer layer : layers) {
            double[] h = layer.preactivations(z);
            for (double value : h) {
                pattern.set(bit++, value > 0);
            }
            z = Arrays.stream(h).map(activation).toArray();
        }
        return pattern;
    }

    /// Number of regions that contain one of the points.
    int regions(Iterable<double[]> points) {
        Set<BitSet> patterns = new HashSet<>();
        points.forEach(x -> patterns.add(pattern(x)));
        return patterns.size();
    }

    /// The gradient of a value of the last layer before its activation with respect to the input, for ReLU.
    /// It is `A' w` divided by the scale, where A is the linear map of the layers below in the region of x.
    static double[] normal(NormNet net, double[] x, int unit) {
        Layer last = net.layers.getLast();
        double[] normal = last.w[unit].clone();
        Arrays.setAll(normal, i -> normal[i] / last.scale[unit]);
        double[] result = normal;
        for (int l = net.layers.size() - 2; l >= 0; l--) {
            Layer layer = net.layers.get(l);
            double[] h = layer.preactivations(net.first(l).apply(x));
            double[] below = new double[layer.w[0].length];
            for (int k = 0; k < h.length; k++) {
                if (h[k] > 0) {
                    VectorMath.add(below, result[k] / layer.scale[k], layer.w[k]);
                }
            }
            result = below;
        }
        return result;
    }
}
