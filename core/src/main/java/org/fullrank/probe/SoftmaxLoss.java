package org.fullrank.probe;

import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.Device;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;

/// Mean cross-entropy of a linear softmax classifier plus `l2/2 |W|^2`, with its gradient in closed form.
/// Products are computed in float32, and sums over rows in float64.
///
/// A point is an array `[C, D + 1]`. For each class, it has D weights and then the bias.
final class SoftmaxLoss implements Lbfgs.Function {
    // Rows whose gradient one float32 product sums.
    private static final int PRODUCT_ROWS = 8192;
    // Logits at a time: 32 MB of float64. Few classes make one block, since small operations cost more than they do.
    private static final int BLOCK_VALUES = 4 << 20;

    private final Tensor features; // [N, D + 1] float32, the last column ones
    private final Tensor targets; // [N, 1] int64
    private final Tensor minusOnes; // [N, 1] float64
    private final int classes;
    private final int columns; // D + 1
    private final double l2;

    /// @param features `[N, D + 1]` float32; the last column contains ones; the caller still owns them
    /// @param labels N classes
    SoftmaxLoss(Tensor features, int[] labels, int classes, double l2) {
        this.features = features;
        this.targets = Tensors.of(labels).unsqueeze(1);
        this.minusOnes =
                Tensors.zeros(Device.CPU, ScalarType.Double, labels.length, 1).fill_(Tensors.scalar(-1));
        this.classes = classes;
        this.columns = Math.toIntExact(features.size(1));
        this.l2 = l2;
    }

    /// Length of a point.
    int size() {
        return classes * columns;
    }

    @Override
    public double evaluate(double[] point, double[] gradient) {
        try (var scope = Scope.open()) {
            Tensor weights = Tensors.of(point, classes, columns).to(ScalarType.Float); // [C, D + 1]
            Tensor sum = Tensors.zeros(Device.CPU, ScalarType.Double, classes, columns); // [C, D + 1]
            long rows = features.size(0);
            double loss = 0;
            long block = Math.max(PRODUCT_ROWS, BLOCK_VALUES / classes);
            for (long start = 0; start < rows; start += block) {
                loss += addBlock(weights, sum, start, Math.min(block, rows - start));
            }
            new DoublePointer(sum.data_ptr_double()).get(gradient);
            return loss / rows + penalize(point, gradient, rows);
        }
    }

    /// Adds the gradient of `count` rows to `sum`.
    ///
    /// @return their summed cross-entropy
    private double addBlock(Tensor weights, Tensor sum, long start, long count) {
        try (var scope = Scope.open()) {
            Tensor x = features.narrow(0, start, count); // [n, D + 1]
            Tensor target = targets.narrow(0, start, count); // [n, 1]
            Tensor logits = x.matmul(weights.t()).to(ScalarType.Double); // [n, C]
            Tensor logShares = torch.log_softmax(logits, 1); // [n, C]
            double loss = -Tensors.value(logShares.gather(1, target).sum());
            Tensor residuals = logShares.exp_(); // [n, C]
            residuals.scatter_add_(1, target, minusOnes.narrow(0, start, count));
            Tensor single = residuals.to(ScalarType.Float); // [n, C]
            for (long at = 0; at < count; at += PRODUCT_ROWS) {
                long rows = Math.min(PRODUCT_ROWS, count - at);
                sum.add_(single.narrow(0, at, rows).t().matmul(x.narrow(0, at, rows))); // [C, D + 1]
            }
            return loss;
        }
    }

    private double penalize(double[] point, double[] gradient, long rows) {
        double squares = 0;
        for (int i = 0; i < point.length; i++) {
            gradient[i] /= rows;
            if (i % columns != columns - 1) {
                gradient[i] += l2 * point[i];
                squares += point[i] * point[i];
            }
        }
        return l2 / 2 * squares;
    }
}
