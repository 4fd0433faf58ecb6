package org.fullrank.spectral;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Tensors;

/// Random features. The mean of their inner products is a kernel. The features are cosines and sines for
/// `rbf` and `laplacian` (Rahimi and Recht 2007), and a random layer of steps or ReLUs for `arc-cosine` (Cho
/// and Saul 2009). The error of an inner product is proportional to one over the square root of the number of
/// features.
///
/// @param weights random directions `[D, q]` in row-major order
/// @param directions number of directions q
public record RandomFeatures(Kernel kernel, double[] weights, int directions) implements FeatureMap {
    private static final long STREAM = Keyed.name("spectral.features");

    /// Draws features for rows of `inputs` values.
    ///
    /// @param count number of features; an even number for cosines and sines
    /// @throws InputException when the kernel has no random features
    public static RandomFeatures draw(Kernel kernel, int inputs, int count, long seed) {
        Keyed random = Keyed.of(seed, STREAM);
        int directions = isFourier(kernel) ? count / 2 : count;
        InputException.when(
                directions < 1, "random features: found %d, expected at least 2; raise their number", count);
        double[] weights = new double[Math.multiplyExact(inputs, directions)];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = switch (kernel) {
                case Kernel.Rbf(double width) -> random.nextGaussian() / width;
                case Kernel.Laplacian(double width) -> Math.tan(Math.PI * (random.nextDouble() - 0.5)) / width;
                case Kernel.ArcCosine _ -> random.nextGaussian();
                case Kernel.Linear _, Kernel.Polynomial _, Kernel.Ntk _ ->
                    throw new InputException("random features: found a kernel without them, expected rbf, laplacian or"
                            + " arc-cosine; use landmarks");
            };
        }
        return new RandomFeatures(kernel, weights, directions);
    }

    private static boolean isFourier(Kernel kernel) {
        return kernel instanceof Kernel.Rbf || kernel instanceof Kernel.Laplacian;
    }

    @Override
    public int width() {
        return isFourier(kernel) ? 2 * directions : directions;
    }

    @Override
    public Tensor of(Tensor rows) {
        int inputs = weights.length / directions;
        SampleCheck.requireWidth(rows, inputs);
        Tensor projected = rows.matmul(Tensors.of(weights, inputs, directions)); // [n, q]
        if (isFourier(kernel)) {
            return torch.cat(new TensorVector(projected.cos(), projected.sin()), 1)
                    .mul_(Tensors.scalar(Math.sqrt(1.0 / directions)));
        }
        boolean step = kernel instanceof Kernel.ArcCosine(int order) && order == 0;
        Tensor active =
                step ? projected.gt(Tensors.scalar(0)).to(ScalarType.Double) : projected.clamp_min_(Tensors.scalar(0));
        return active.mul_(Tensors.scalar(Math.sqrt(2.0 / directions)));
    }
}
