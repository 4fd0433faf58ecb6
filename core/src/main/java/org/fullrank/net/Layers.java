package org.fullrank.net;

import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Tensors;
import org.jspecify.annotations.Nullable;

/// The few layers that every network here is made of, with PyTorch's names for their parameters.
final class Layers {
    /// The share of a new batch in the running statistics; PyTorch's default.
    static final double NORM_MOMENTUM = 0.1;

    /// Added to the variance before the root; PyTorch's default.
    static final double NORM_EPSILON = 1e-5;

    private Layers() {}

    /// Convolution without bias, `[B, in, H, W] -> [B, out, H / stride, W / stride]`, padded by `kernel / 2`.
    static Layer convolution(NetworkBuilder net, int in, int out, int kernel, int stride) {
        Parameter weight =
                net.parameter("weight", new Init.KaimingNormal((long) out * kernel * kernel), out, in, kernel, kernel);
        long[] strides = {stride, stride};
        long[] padding = {kernel / 2, kernel / 2};
        long[] dilation = {1, 1};
        return (x, mode) -> torch.conv2d(x, weight.tensor(), Tensors.none(), strides, padding, dilation, 1);
    }

    /// Affine map `[B, in] -> [B, out]`.
    static Layer linear(NetworkBuilder net, int in, int out, boolean bias) {
        Parameter weight = net.parameter("weight", new Init.FanInUniform(in), out, in);
        if (!bias) {
            return (x, mode) -> torch.linear(x, weight.tensor());
        }
        Parameter offset = net.parameter("bias", new Init.FanInUniform(in), out);
        return (x, mode) -> torch.linear(x, weight.tensor(), new TensorOptional(offset.tensor()));
    }

    /// Batch normalisation over all axes but the second, with scale and shift. Normalises with the biased variance; the
    /// running variance is unbiased.
    ///
    /// @param scale the initial scale: 1, or 0 for the last norm of a residual block
    static Layer batchNorm(NetworkBuilder net, int size, double scale) {
        Parameter weight = net.parameter("weight", new Init.Constant(scale), size);
        Parameter bias = net.parameter("bias", new Init.Constant(0), size);
        return norm(net, size, weight, bias);
    }

    /// Batch normalisation without scale and shift.
    static Layer plainNorm(NetworkBuilder net, int size) {
        return norm(net, size, null, null);
    }

    private static Layer norm(NetworkBuilder net, int size, @Nullable Parameter weight, @Nullable Parameter bias) {
        Parameter mean = net.statistic("running_mean", 0, size);
        Parameter variance = net.statistic("running_var", 1, size);
        return (x, mode) -> {
            boolean batchStatistics = mode != Mode.EVALUATE;
            if (batchStatistics && x.size(0) < 2 && x.numel() == x.size(1)) {
                throw new InputException("batch norm: found one value per channel (a batch of 1), expected at least 2"
                        + " samples to take statistics of; raise train.batch or lower train.chunks");
            }
            return torch.batch_norm(
                    x,
                    optional(weight),
                    optional(bias),
                    optional(mode == Mode.REPLAY ? null : mean),
                    optional(mode == Mode.REPLAY ? null : variance),
                    batchStatistics,
                    NORM_MOMENTUM,
                    NORM_EPSILON,
                    true);
        };
    }

    private static TensorOptional optional(@Nullable Parameter parameter) {
        return parameter == null ? Tensors.none() : new TensorOptional(parameter.tensor());
    }

    static Layer relu() {
        return (x, mode) -> torch.relu_(x);
    }

    /// Mean over the pixels, `[B, C, H, W] -> [B, C]`.
    static Layer globalAverage() {
        return (x, mode) -> x.mean(2, 3);
    }

    /// 3x3 maximum with stride 2, as in the stem for large images.
    static Layer maxPool() {
        return (x, mode) ->
                torch.max_pool2d(x, new long[] {3, 3}, new long[] {2, 2}, new long[] {1, 1}, new long[] {1, 1}, false);
    }
}
