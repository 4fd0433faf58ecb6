package org.fullrank.lab;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.ejml.simple.SimpleMatrix;

/// A network of linear layers with a ReLU between them: `x -> relu(x W + b)`, rows are samples.
///
/// @param weights one matrix `[inputs, outputs]` for each layer
/// @param biases one row `[1, outputs]` for each layer
/// @param lastRelu whether the last layer has a ReLU too
record Perceptron(List<SimpleMatrix> weights, List<SimpleMatrix> biases, boolean lastRelu) {
    Perceptron {
        weights = List.copyOf(weights);
        biases = List.copyOf(biases);
    }

    /// The gradient of a loss.
    ///
    /// @param input with respect to the input
    /// @param parameters with respect to the parameters
    record Slope(SimpleMatrix input, Perceptron parameters) {}

    /// Gaussian weights of variance 2/inputs.
    ///
    /// @param bias standard deviation of the biases
    static Perceptron gaussian(RandomGenerator random, double bias, boolean lastRelu, int... widths) {
        List<SimpleMatrix> weights = new ArrayList<>();
        List<SimpleMatrix> biases = new ArrayList<>();
        for (int l = 1; l < widths.length; l++) {
            weights.add(MatrixMath.gaussian(random, widths[l - 1], widths[l], Math.sqrt(2.0 / widths[l - 1])));
            biases.add(MatrixMath.gaussian(random, 1, widths[l], bias));
        }
        return new Perceptron(weights, biases, lastRelu);
    }

    /// The input `[N, inputs]`, followed by the output of each layer.
    List<SimpleMatrix> outputs(SimpleMatrix x) {
        List<SimpleMatrix> outputs = new ArrayList<>(List.of(x));
        for (int l = 0; l < weights.size(); l++) {
            SimpleMatrix h = outputs.getLast().mult(weights.get(l));
            double[] values = h.getDDRM().getData();
            double[] bias = biases.get(l).getDDRM().getData();
            for (int i = 0; i < values.length; i++) {
                double value = values[i] + bias[i % bias.length];
                values[i] = hasRelu(l) && value < 0 ? 0 : value;
            }
            outputs.add(h);
        }
        return outputs;
    }

    SimpleMatrix apply(SimpleMatrix x) {
        return outputs(x).getLast();
    }

    private boolean hasRelu(int layer) {
        return lastRelu || layer < weights.size() - 1;
    }

    /// The gradient from the gradient with respect to the last output.
    ///
    /// @param outputs result of [#outputs]
    Slope slope(List<SimpleMatrix> outputs, SimpleMatrix gradient) {
        List<SimpleMatrix> ofWeights = new ArrayList<>();
        List<SimpleMatrix> ofBiases = new ArrayList<>();
        SimpleMatrix g = gradient;
        for (int l = weights.size() - 1; l >= 0; l--) {
            if (hasRelu(l)) {
                g = masked(g, outputs.get(l + 1));
            }
            ofWeights.addFirst(outputs.get(l).transpose().mult(g));
            ofBiases.addFirst(columnSums(g));
            g = g.mult(weights.get(l).transpose());
        }
        return new Slope(g, new Perceptron(ofWeights, ofBiases, lastRelu));
    }

    private static SimpleMatrix masked(SimpleMatrix gradient, SimpleMatrix output) {
        SimpleMatrix masked = gradient.copy();
        double[] values = masked.getDDRM().getData();
        double[] shown = output.getDDRM().getData();
        for (int i = 0; i < values.length; i++) {
            values[i] = shown[i] > 0 ? values[i] : 0;
        }
        return masked;
    }

    private static SimpleMatrix columnSums(SimpleMatrix rows) {
        double[] sums = new double[rows.getNumCols()];
        double[] values = rows.getDDRM().getData();
        for (int i = 0; i < values.length; i++) {
            sums[i % sums.length] += values[i];
        }
        return new SimpleMatrix(1, sums.length, true, sums);
    }

    /// The arrays of all parameters. A change of an array changes the network.
    List<double[]> arrays() {
        List<double[]> arrays = new ArrayList<>();
        for (int l = 0; l < weights.size(); l++) {
            arrays.add(weights.get(l).getDDRM().getData());
            arrays.add(biases.get(l).getDDRM().getData());
        }
        return arrays;
    }

    Perceptron copy() {
        return new Perceptron(
                weights.stream().map(SimpleMatrix::copy).toList(),
                biases.stream().map(SimpleMatrix::copy).toList(),
                lastRelu);
    }

    /// Adds another network of this shape.
    void add(Perceptron other) {
        List<double[]> more = other.arrays();
        List<double[]> mine = arrays();
        for (int k = 0; k < mine.size(); k++) {
            VectorMath.add(mine.get(k), 1, more.get(k));
        }
    }

    /// Moves this network towards another one: `this = keep * this + (1 - keep) * other`.
    void follow(Perceptron other, double keep) {
        List<double[]> to = other.arrays();
        List<double[]> mine = arrays();
        for (int k = 0; k < mine.size(); k++) {
            for (int i = 0; i < mine.get(k).length; i++) {
                mine.get(k)[i] += (1 - keep) * (to.get(k)[i] - mine.get(k)[i]);
            }
        }
    }
}
