package org.fullrank.lab;

import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.ejml.simple.SimpleMatrix;

/// A network of square layers `z -> a(W z) + rho z` whose activation is linear on both sides of zero.
///
/// @param weights one `[n, n]` for each layer
/// @param skip rho: 0 without skips, 1 for a ResNet
record SkipNet(List<SimpleMatrix> weights, Activation activation, double skip) {
    /// The slope of an activation below zero. It is 1 above zero.
    enum Activation {
        RELU(0),
        LEAKY(0.1),
        ABS(-1),
        LINEAR(1);

        private final double below;

        Activation(double below) {
            this.below = below;
        }

        double slope(double preactivation) {
            return preactivation > 0 ? 1 : below;
        }

        /// The slopes of a layer whose units are active with probability 1/2.
        double[] slopes(RandomGenerator random, int units) {
            return IntStream.range(0, units)
                    .mapToDouble(_ -> slope(random.nextBoolean() ? 1 : -1))
                    .toArray();
        }
    }

    /// The linear map of a layer inside one region of its input, `rho I + D W`.
    ///
    /// @param slopes the diagonal of D
    static SimpleMatrix map(double[] slopes, SimpleMatrix w, double skip) {
        return SimpleMatrix.diag(slopes)
                .mult(w)
                .plus(SimpleMatrix.identity(slopes.length).scale(skip));
    }

    /// The loss on samples `[n, N]` and its gradient for every layer.
    record Slope(double loss, List<SimpleMatrix> gradient) {}

    /// The mean of `|y - f(x)|^2` over the samples, and its gradient by backpropagation.
    static Slope slope(SkipNet net, SimpleMatrix x, SimpleMatrix y) {
        List<SimpleMatrix> inputs = new ArrayList<>();
        List<SimpleMatrix> slopes = new ArrayList<>();
        SimpleMatrix z = x;
        for (SimpleMatrix w : net.weights) {
            SimpleMatrix before = w.mult(z);
            SimpleMatrix slope = each(before, net.activation::slope);
            inputs.add(z);
            slopes.add(slope);
            z = before.elementMult(slope).plus(net.skip, z);
        }
        SimpleMatrix error = z.minus(y);
        SimpleMatrix back = error.scale(2.0 / x.getNumCols());
        List<SimpleMatrix> gradient = new ArrayList<>();
        for (int l = net.weights.size() - 1; l >= 0; l--) {
            SimpleMatrix inner = back.elementMult(slopes.get(l));
            gradient.addFirst(inner.mult(inputs.get(l).transpose()));
            back = net.weights.get(l).transpose().mult(inner).plus(net.skip, back);
        }
        return new Slope(MatrixMath.inner(error, error) / x.getNumCols(), gradient);
    }

    private static SimpleMatrix each(SimpleMatrix matrix, DoubleUnaryOperator function) {
        SimpleMatrix result = matrix.createLike();
        for (int i = 0; i < matrix.getNumElements(); i++) {
            result.set(i, function.applyAsDouble(matrix.get(i)));
        }
        return result;
    }

    /// The second derivative of the loss in the weights of the first layer, with columns one below another:
    /// `2/N sum (x x') kron (D M' M D)`, where M is the local map of the layers above.
    static SimpleMatrix hessian(SkipNet net, SimpleMatrix x) {
        int n = x.getNumRows();
        SimpleMatrix hessian = new SimpleMatrix(n * n, n * n);
        for (int i = 0; i < x.getNumCols(); i++) {
            SimpleMatrix sample = x.getColumn(i);
            SimpleMatrix z = sample;
            SimpleMatrix up = SimpleMatrix.identity(n);
            for (SimpleMatrix w : net.weights) {
                double[] slopes =
                        each(w.mult(z), net.activation::slope).getDDRM().getData();
                // The first layer's own skip does not depend on its weights.
                up = w == net.weights.getFirst()
                        ? SimpleMatrix.diag(slopes)
                        : map(slopes, w, net.skip).mult(up);
                z = map(slopes, w, net.skip).mult(z);
            }
            hessian = hessian.plus(
                    sample.mult(sample.transpose()).kron(up.transpose().mult(up)));
        }
        return hessian.scale(2.0 / x.getNumCols());
    }

    /// The slopes of all units for samples in columns, one `[n, N]` for each layer.
    List<SimpleMatrix> slopes(SimpleMatrix x) {
        List<SimpleMatrix> slopes = new ArrayList<>();
        SimpleMatrix z = x;
        for (SimpleMatrix w : weights) {
            SimpleMatrix before = w.mult(z);
            slopes.add(each(before, activation::slope));
            z = before.elementMult(slopes.getLast()).plus(skip, z);
        }
        return slopes;
    }

    /// The net after a step against the gradient.
    SkipNet minus(double rate, List<SimpleMatrix> gradient) {
        List<SimpleMatrix> next = new ArrayList<>();
        for (int l = 0; l < weights.size(); l++) {
            next.add(weights.get(l).plus(-rate, gradient.get(l)));
        }
        return new SkipNet(next, activation, skip);
    }

    /// The net with other weights in the first layer.
    SkipNet withFirst(SimpleMatrix first) {
        List<SimpleMatrix> next = new ArrayList<>(weights);
        next.set(0, first);
        return new SkipNet(next, activation, skip);
    }
}
