package org.fullrank.net;

import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.Device;
import org.fullrank.engine.Gradients;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;

/// The Jacobian of a network, and what it does to Gaussian noise. In its linear region, a network of ReLUs is
/// `f(x + e) = f(x) + J e`. So the outputs for noise e with the covariance S are Gaussian with the covariance
/// `J S J'`, as long as the noise stays in the region. Of any other smooth network, this is the limit of small
/// noise.
///
/// Source: Shwartz-Ziv, Balestriero, Kawaguchi, Rudner, LeCun, "What do we maximize in self-supervised
/// learning?" (2022), arXiv 2207.10081; derived here, unverified against the paper.
public final class Jacobian {
    /// Rows of a backward pass.
    private static final int BATCH = 256;

    private Jacobian() {}

    /// The derivatives of all outputs with respect to all inputs, `[D, F]`. They belong to the caller's scope,
    /// and the gradients of the parameters do not change.
    ///
    /// @param network maps a batch `[B, ...]` to `[B, D]`, row by row, as in evaluation
    /// @param x one input without the axis of the batch, such as `[F]` or `[C, H, W]`, float32 or float64
    /// @throws InputException when a value of the input or the output is not finite
    public static Tensor of(UnaryOperator<Tensor> network, Tensor x) {
        requireFinite("input", x);
        Tensor one = x.detach().unsqueeze(0); // [1, ...]
        int width;
        try (var scope = Scope.withoutGradients()) {
            Tensor y = network.apply(one.clone());
            requireFinite("output", y);
            width = Math.toIntExact(y.size(1));
        }
        Tensor jacobian = Tensors.zeros(Device.of(x), x.scalar_type().intern(), width, x.numel()); // [D, F]
        for (int begin = 0; begin < width; begin += BATCH) {
            int count = Math.min(BATCH, width - begin);
            try (var scope = Scope.open()) {
                jacobian.narrow(0, begin, count).copy_(rows(network, one, begin, count));
            }
        }
        return jacobian;
    }

    /// The gradients of some outputs: row i of a batch of equal inputs is asked for output `begin + i`.
    private static Tensor rows(UnaryOperator<Tensor> network, Tensor one, int begin, int count) {
        try (var on = Gradients.on()) {
            Tensor leaf = one.expand(sizes(one, count)).contiguous().detach().set_requires_grad(true); // [n, ...]
            Tensor y = network.apply(leaf.clone()); // [n, D]; a layer may work in place
            if (!y.requires_grad()) {
                return leaf.detach().flatten(1, -1).zero_();
            }
            Tensor asked = torch.zeros_like(y.detach()); // [n, D]
            asked.narrow(1, begin, count).diagonal().fill_(Tensors.scalar(1));
            Tensor found = torch.grad(
                            new TensorVector(y),
                            new TensorVector(leaf),
                            new TensorVector(asked),
                            new BoolOptional(),
                            false,
                            true)
                    .get(0);
            return found.defined()
                    ? found.flatten(1, -1)
                    : leaf.detach().flatten(1, -1).zero_();
        }
    }

    private static long[] sizes(Tensor one, int count) {
        long[] sizes = Tensors.shape(one);
        sizes[0] = count;
        return sizes;
    }

    /// The covariance `J S J'` of the outputs, `[D, D]`, for inputs with the covariance S, `[F, F]`.
    ///
    /// @throws InputException when S is not a finite symmetric matrix of this size
    public static Tensor covariance(Tensor jacobian, Tensor inputs) {
        long width = jacobian.size(1);
        InputException.unless(
                inputs.dim() == 2 && inputs.size(0) == width && inputs.size(1) == width,
                "covariance of the noise: found %s, expected [%d, %d] for %d inputs; give one row for each input",
                Tensors.describe(inputs),
                width,
                width,
                width);
        requireFinite("covariance of the noise", inputs);
        InputException.unless(
                Tensors.value(inputs.sub(inputs.t()).abs().max())
                        <= 1e-6 * Tensors.value(inputs.abs().max()),
                "covariance of the noise: found a matrix that is not symmetric, expected a symmetric one; average it"
                        + " with its transpose");
        return jacobian.matmul(inputs.to(jacobian.scalar_type())).matmul(jacobian.t());
    }

    /// The covariance `noise^2 J J'` of the outputs, `[D, D]`, for independent noise on each input.
    ///
    /// @param noise standard deviation of the noise
    /// @throws InputException when it is not a finite number above 0
    public static Tensor covariance(Tensor jacobian, double noise) {
        NoisyCopies.requireNoise(noise);
        return jacobian.matmul(jacobian.t()).mul(Tensors.scalar(noise * noise));
    }

    static void requireFinite(String what, Tensor values) {
        InputException.unless(
                NonFiniteTrace.isFinite(values),
                "%s: found %s, expected finite values; leave out what is not finite",
                what,
                NonFiniteTrace.range(values.to(ScalarType.Double)));
    }
}
