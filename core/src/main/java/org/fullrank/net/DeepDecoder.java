package org.fullrank.net;

import java.util.ArrayList;

/// The deep decoder (Heckel and Hand 2019) in the form of the official DeepTensor code. The network mixes the
/// channels at each position and doubles the length of the signal. The network has no convolution along
/// positions. The deep decoder has far fewer parameters than a [SkipNetwork].
///
/// @param width number of channels of each scale
/// @param scales doublings
public record DeepDecoder(int width, int scales) implements UntrainedNetwork {
    /// The value of the official code.
    public static final int DEFAULT_WIDTH = 128;
    /// The value of the official code for matrices and pictures.
    public static final int DEFAULT_SCALES = 2;

    public DeepDecoder {
        UntrainedNetwork.requireSizes(width, scales);
    }

    public static DeepDecoder defaults() {
        return new DeepDecoder(DEFAULT_WIDTH, DEFAULT_SCALES);
    }

    @Override
    public SignalGenerator build(NetworkBuilder net, SignalShape shape, int channels) {
        UntrainedNetwork.requireSide(shape);
        int doublings = scales(shape);
        var layers = new ArrayList<Layer>();
        int in = channels;
        for (int i = 0; i <= doublings; i++) {
            NetworkBuilder block = net.in("block" + i);
            layers.add(SignalLayers.convolution(block.in("conv"), shape, in, width, 1, 1, false));
            if (i < doublings) {
                layers.add((x, mode) -> SignalLayers.doubled(x));
            }
            layers.add(SignalLayers.leakyRelu());
            layers.add(Layers.batchNorm(block.in("bn"), width, 1));
            in = width;
        }
        layers.add(SignalLayers.convolution(net.in("out"), shape, width, channels, 1, 1, false));
        return new SignalGenerator(net, Layer.chain(layers), channels, shape.dividedBy(1 << doublings), shape);
    }
}
