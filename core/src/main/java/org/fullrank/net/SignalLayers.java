package org.fullrank.net;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.fullrank.engine.Tensors;

/// The layers of untrained networks. A line is a picture of height 1. Kernels, padding and upsampling then
/// act only along the width.
final class SignalLayers {
    /// Slope for negative values, as in the official deep image prior, deep decoder and DeepTensor codes.
    static final double NEGATIVE_SLOPE = 0.2;

    private SignalLayers() {}

    /// Convolution with PyTorch's default initial values, `[1, in, H, W] -> [1, out, ceil(H / stride), ceil(W
    /// / stride)]`. Borders are padded by reflection.
    ///
    /// @param kernel 1 or 3
    static Layer convolution(
            NetworkBuilder net, SignalShape shape, int in, int out, int kernel, int stride, boolean bias) {
        long across = shape.isLine() ? 1 : kernel;
        var init = new Init.FanInUniform(in * across * kernel);
        Parameter weight = net.parameter("weight", init, out, in, across, kernel);
        TensorSource offset = bias ? optional(net.parameter("bias", init, out)) : Tensors::none;
        long[] strides = {shape.isLine() ? 1 : stride, stride};
        long[] none = {0, 0};
        long[] one = {1, 1};
        long[] border = {kernel / 2, kernel / 2, across / 2, across / 2};
        return NonFiniteTrace.layer("convolution", net.path(), (x, mode) -> {
            Tensor padded = kernel == 1 ? x : torch.reflection_pad2d(x, border);
            return torch.conv2d(padded, weight.tensor(), offset.get(), strides, none, one, 1);
        });
    }

    private interface TensorSource {
        TensorOptional get();
    }

    private static TensorSource optional(Parameter parameter) {
        return () -> new TensorOptional(parameter.tensor());
    }

    static Layer leakyRelu() {
        return NonFiniteTrace.layer("leaky relu", "", (x, mode) -> {
            LinearRegions.relu(x);
            return torch.leaky_relu(x, Tensors.scalar(NEGATIVE_SLOPE));
        });
    }

    /// Linear interpolation. It doubles each side along which the signal extends.
    static Tensor doubled(Tensor x) {
        long height = x.size(2);
        return torch.upsample_bilinear2d(x, new long[] {height == 1 ? 1 : 2 * height, 2 * x.size(3)}, false);
    }

    /// The first rows and columns, `[1, C, height, width]`.
    static Tensor cut(Tensor x, long height, long width) {
        return x.narrow(2, 0, height).narrow(3, 0, width);
    }
}
