package org.fullrank.net;

import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/// The hourglass of the deep image prior (Ulyanov, Vedaldi, Lempitsky 2018) in the form of the official
/// DeepTensor code. Each scale halves the signal by a convolution with stride 2, passes it to the next scale,
/// and doubles the result. Then the scale appends a few channels that skip these steps.
///
/// @param width number of channels of each scale
/// @param scales halvings
/// @param skip number of channels that skip each scale
public record SkipNetwork(int width, int scales, int skip) implements UntrainedNetwork {
    /// Less than the 128 of the official code. So a fit of 64 x 64 takes seconds.
    public static final int DEFAULT_WIDTH = 48;
    /// The value of the official code.
    public static final int DEFAULT_SCALES = 5;
    /// The value of the official code.
    public static final int DEFAULT_SKIP = 4;

    public SkipNetwork {
        UntrainedNetwork.requireSizes(width, scales);
        Sizes.requirePositive("skip", List.of(skip));
    }

    public static SkipNetwork defaults() {
        return new SkipNetwork(DEFAULT_WIDTH, DEFAULT_SCALES, DEFAULT_SKIP);
    }

    @Override
    public SignalGenerator build(NetworkBuilder net, SignalShape shape, int channels) {
        UntrainedNetwork.requireSide(shape);
        Layer body = scale(net, shape, channels, 0);
        Layer out = SignalLayers.convolution(net.in("out"), shape, width, channels, 1, 1, true);
        return new SignalGenerator(net, Layer.chain(List.of(body, out)), channels, shape, shape);
    }

    /// Scale `index` and all coarser scales, `[1, in, H, W] -> [1, width, H, W]`.
    private Layer scale(NetworkBuilder net, SignalShape shape, int in, int index) {
        NetworkBuilder here = net.in("scale" + index);
        Layer around = unit(here.in("skip"), shape, in, skip, 1, 1);
        Layer down = Layer.chain(List.of(
                unit(here.in("down1"), shape, in, width, 3, 2), unit(here.in("down2"), shape, width, width, 3, 1)));
        Layer deeper = index + 1 < scales(shape) ? scale(net, shape, width, index + 1) : Layer.identity();
        Layer up = Layer.chain(List.of(
                Layers.batchNorm(here.in("join"), skip + width, 1),
                unit(here.in("up1"), shape, skip + width, width, 3, 1),
                unit(here.in("up2"), shape, width, width, 1, 1)));
        return (x, mode) -> {
            Tensor coarse = deeper.forward(down.forward(x, mode), mode);
            Tensor fine = SignalLayers.cut(SignalLayers.doubled(coarse), x.size(2), x.size(3));
            return up.forward(torch.cat(new TensorVector(around.forward(x, mode), fine), 1), mode);
        };
    }

    /// Convolution, batch norm, leaky ReLU.
    private static Layer unit(NetworkBuilder net, SignalShape shape, int in, int out, int kernel, int stride) {
        return Layer.chain(List.of(
                SignalLayers.convolution(net.in("conv"), shape, in, out, kernel, stride, true),
                Layers.batchNorm(net.in("bn"), out, 1),
                SignalLayers.leakyRelu()));
    }
}
