package org.fullrank.net;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Tensors;
import org.jspecify.annotations.Nullable;

/// The basic layers of all networks of this package, with PyTorch's parameter names.
final class Layers {
    /// The share of a new batch in the running statistics; PyTorch's default.
    static final double NORM_MOMENTUM = 0.1;

    /// Added to the variance before the root; PyTorch's default.
    static final double NORM_EPSILON = 1e-5;

    private Layers() {}

    /// Convolution without bias, `[B, in, H, W] -> [B, out, H / stride, W / stride]`, padded by `kernel / 2`.
    static Layer convolution(NetworkBuilder net, int in, int out, int kernel, int stride) {
        return convolution(net, in, out, kernel, stride, kernel / 2);
    }

    /// The same with a padding of `pad` zeros at each border.
    static Layer convolution(NetworkBuilder net, int in, int out, int kernel, int stride, int pad) {
        Parameter weight =
                net.parameter("weight", new Init.KaimingNormal((long) out * kernel * kernel), out, in, kernel, kernel);
        long[] strides = {stride, stride};
        long[] padding = {pad, pad};
        long[] dilation = {1, 1};
        return NonFiniteTrace.layer(
                        "convolution",
                        net.path(),
                        (x, mode) -> torch.conv2d(x, weight.tensor(), Tensors.none(), strides, padding, dilation, 1))
                .written((graph, x) -> graph.convolution(x, weight.tensor(), null, stride, pad));
    }

    /// One-dimensional convolution without bias, `[B, in, L] -> [B, out, L / stride]`, padded by `kernel / 2`.
    static Layer convolution1d(NetworkBuilder net, int in, int out, int kernel, int stride) {
        Parameter weight = net.parameter("weight", new Init.KaimingNormal((long) out * kernel), out, in, kernel);
        long[] strides = {stride};
        long[] padding = {kernel / 2};
        long[] dilation = {1};
        return NonFiniteTrace.layer(
                        "convolution",
                        net.path(),
                        (x, mode) -> torch.conv1d(x, weight.tensor(), Tensors.none(), strides, padding, dilation, 1))
                .written((graph, x) -> graph.convolution(x, weight.tensor(), null, stride, kernel / 2));
    }

    /// 3x3 convolution with bias, `[B, in, H, W] -> [B, out, H, W]`.
    static Layer convolutionWithBias(NetworkBuilder net, int in, int out, Init weightInit, Init biasInit) {
        Parameter weight = net.parameter("weight", weightInit, out, in, 3, 3);
        Parameter bias = net.parameter("bias", biasInit, out);
        long[] one = {1, 1};
        return NonFiniteTrace.layer(
                        "convolution",
                        net.path(),
                        (x, mode) ->
                                torch.conv2d(x, weight.tensor(), new TensorOptional(bias.tensor()), one, one, one, 1))
                .written((graph, x) -> graph.convolution(x, weight.tensor(), bias.tensor(), 1, 1));
    }

    /// Convolution with bias and adjacent windows that do not overlap, `[B, in, H, W] -> [B, out, H / side, W
    /// / side]`, with PyTorch's default initial values of convolutions.
    static Layer patches(NetworkBuilder net, int in, int out, int side) {
        var init = new Init.FanInUniform((long) in * side * side);
        Parameter weight = net.parameter("weight", init, out, in, side, side);
        Parameter bias = net.parameter("bias", init, out);
        long[] stride = {side, side};
        long[] padding = {0, 0};
        long[] dilation = {1, 1};
        return NonFiniteTrace.layer(
                        "patches",
                        net.path(),
                        (x, mode) -> torch.conv2d(
                                x, weight.tensor(), new TensorOptional(bias.tensor()), stride, padding, dilation, 1))
                .written((graph, x) -> graph.convolution(x, weight.tensor(), bias.tensor(), side, 0));
    }

    /// Affine map `[B, in] -> [B, out]`, with PyTorch's default initial values of linear layers.
    static Layer linear(NetworkBuilder net, int in, int out, boolean bias) {
        var init = new Init.FanInUniform(in);
        if (bias) {
            return linear(net, in, out, init, init);
        }
        Parameter weight = net.parameter("weight", init, out, in);
        return NonFiniteTrace.layer("linear", net.path(), (x, mode) -> torch.linear(x, weight.tensor()))
                .written((graph, x) -> graph.linear(x, weight.tensor(), null));
    }

    /// Affine map `[..., in] -> [..., out]` with a bias.
    static Layer linear(NetworkBuilder net, int in, int out, Init weightInit, Init biasInit) {
        Parameter weight = net.parameter("weight", weightInit, out, in);
        Parameter offset = net.parameter("bias", biasInit, out);
        return NonFiniteTrace.layer(
                        "linear",
                        net.path(),
                        (x, mode) -> torch.linear(x, weight.tensor(), new TensorOptional(offset.tensor())))
                .written((graph, x) -> graph.linear(x, weight.tensor(), offset.tensor()));
    }

    /// Batch normalization over all axes but the second, with scale and shift. It normalizes with the biased
    /// variance. The running variance is unbiased.
    ///
    /// @param scale the initial scale: 1, or 0 for the last norm of a residual block
    static Layer batchNorm(NetworkBuilder net, int size, double scale) {
        Parameter weight = net.parameter("weight", new Init.Constant(scale), size);
        Parameter bias = net.parameter("bias", new Init.Constant(0), size);
        return norm(net, size, weight, bias);
    }

    /// Batch normalization without scale and shift.
    static Layer plainNorm(NetworkBuilder net, int size) {
        return norm(net, size, null, null);
    }

    private static Layer norm(NetworkBuilder net, int size, @Nullable Parameter weight, @Nullable Parameter bias) {
        Parameter mean = net.statistic("running_mean", 0, size);
        Parameter variance = net.statistic("running_var", 1, size);
        var shared = new SharedNorm(net.workers(), weight, bias, mean, variance);
        Layer layer = NonFiniteTrace.layer("batch norm", net.path(), (x, mode) -> {
            boolean batchStatistics = mode != Mode.EVALUATE;
            if (batchStatistics) {
                LinearRegions.curved("batch norm with statistics of the batch");
            }
            if (batchStatistics && !net.workers().isSingle()) {
                return shared.forward(x, mode);
            }
            if (batchStatistics && x.size(0) < 2 && x.numel() == x.size(1)) {
                throw tooFewValues();
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
        });
        return layer.written((graph, x) -> graph.batchNorm(
                x,
                new GraphWriter.Norm(
                        mean.tensor(),
                        variance.tensor(),
                        weight == null ? null : weight.tensor(),
                        bias == null ? null : bias.tensor(),
                        NORM_EPSILON)));
    }

    static InputException tooFewValues() {
        return new InputException("batch norm: found one value per channel (a batch of 1), expected at least 2"
                + " samples to take statistics of; raise train.batch or lower train.chunks");
    }

    /// Layer normalization over the last axis, with scale and shift.
    ///
    /// @param epsilon added to the variance before the root
    static Layer layerNorm(NetworkBuilder net, int size, double epsilon) {
        Parameter weight = net.parameter("weight", new Init.Constant(1), size);
        Parameter bias = net.parameter("bias", new Init.Constant(0), size);
        long[] last = {size};
        Layer layer = NonFiniteTrace.layer("layer norm", net.path(), (x, mode) -> {
            LinearRegions.curved("layer norm");
            return torch.layer_norm(x, last, optional(weight), optional(bias), epsilon, true);
        });
        return layer.written((graph, x) -> graph.layerNorm(x, weight.tensor(), bias.tensor(), epsilon));
    }

    private static TensorOptional optional(@Nullable Parameter parameter) {
        return parameter == null ? Tensors.none() : new TensorOptional(parameter.tensor());
    }

    /// Changes its argument in place and returns it. The return value of libtorch's in-place functions is not
    /// used, because it does not own its tensor.
    static Layer relu() {
        return NonFiniteTrace.layer("relu", "", (x, mode) -> relu(x)).written(GraphWriter::relu);
    }

    /// ReLU in place of a tensor that nothing else reads.
    static Tensor relu(Tensor x) {
        LinearRegions.relu(x);
        torch.relu_(x);
        return x;
    }

    /// x times the Gaussian distribution function of x, exact (Hendrycks and Gimpel 2016).
    static Layer gelu() {
        Layer layer = NonFiniteTrace.layer("gelu", "", (x, mode) -> {
            LinearRegions.curved("gelu");
            return torch.gelu(x);
        });
        return layer.written(GraphWriter::gelu);
    }

    /// Vectors, or images and series as vectors, `[B, ...] -> [B, F]`.
    static Layer flattened() {
        Layer layer = (x, mode) -> x.dim() == 2 ? x : x.flatten(1, -1);
        return layer.written(GraphWriter::flattened);
    }

    /// 2x2 maximum with stride 2, `[B, C, H, W] -> [B, C, H / 2, W / 2]`.
    static Layer halve() {
        return maximum(2, 0);
    }

    /// 3x3 maximum with stride 2, as in the stem for large images.
    static Layer maxPool() {
        return maximum(3, 1);
    }

    private static Layer maximum(int side, int pad) {
        long[] sides = {side, side};
        long[] stride = {2, 2};
        long[] padding = {pad, pad};
        long[] dilation = {1, 1};
        Layer layer = (x, mode) -> {
            if (!LinearRegions.isOpen()) {
                return torch.max_pool2d(x, sides, stride, padding, dilation, false);
            }
            var found = torch.max_pool2d_with_indices(x, sides, stride, padding, dilation, false);
            LinearRegions.chosen(found.get1());
            return found.get0();
        };
        return layer.written((graph, x) -> graph.maxPool(x, side, pad));
    }
}
