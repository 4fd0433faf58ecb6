package org.fullrank.net;

import java.util.ArrayList;
import java.util.List;

/// Builds layers from their specifications.
public final class Networks {
    private Networks() {}

    /// The encoder: `[B, channels, H, W]` or `[B, inputs]` to `[B, D]`, D = `spec.features()`.
    ///
    /// @param inputs channels of an image, or features of a vector (an [EncoderSpec.Mlp] reads an image as
    ///     channels x height x width features)
    public static Layer encoder(NetworkBuilder net, EncoderSpec spec, int inputs) {
        return switch (spec) {
            case EncoderSpec.ResNet resnet -> ResNets.build(net, resnet, inputs);
            case EncoderSpec.ConvNet convnet -> convnet(net, convnet, inputs);
            case EncoderSpec.Mlp mlp -> {
                Layer layers = perceptron(net, inputs, mlp.widths(), mlp.batchNorm(), true);
                yield (x, mode) -> layers.forward(x.dim() == 2 ? x : x.flatten(1, -1), mode);
            }
        };
    }

    /// The projector, `[B, features] -> [B, widths.last]`.
    public static Layer projector(NetworkBuilder net, ProjectorSpec spec, int features) {
        return perceptron(net, features, spec.widths(), spec.batchNorm(), false);
    }

    private static Layer convnet(NetworkBuilder net, EncoderSpec.ConvNet spec, int inputs) {
        var layers = new ArrayList<Layer>();
        int in = inputs;
        for (int stage = 0; stage < spec.channels().size(); stage++) {
            for (int i = 0; i < spec.depth(); i++) {
                int out = spec.channels().get(stage);
                int stride = i > 0 ? 1 : stage > 0 ? 2 : spec.stemStride();
                NetworkBuilder block = net.in("stage" + (stage + 1)).in(Integer.toString(i));
                layers.add(Layers.convolution(block.in("conv"), in, out, 3, stride));
                layers.add(Layers.batchNorm(block.in("bn"), out, 1));
                layers.add(Layers.relu());
                in = out;
            }
        }
        layers.add(Layers.globalAverage());
        return Layer.chain(layers);
    }

    /// Linear layers named by their position in the chain, as a PyTorch `Sequential` names them.
    private static Layer perceptron(
            NetworkBuilder net, int inputs, List<Integer> widths, boolean batchNorm, boolean activateLast) {
        var layers = new ArrayList<Layer>();
        int in = inputs;
        for (int i = 0; i < widths.size(); i++) {
            boolean inner = activateLast || i < widths.size() - 1;
            layers.add(Layers.linear(net.in(Integer.toString(layers.size())), in, widths.get(i), inner));
            if (inner && batchNorm) {
                layers.add(Layers.batchNorm(net.in(Integer.toString(layers.size())), widths.get(i), 1));
            }
            if (inner) {
                layers.add(Layers.relu());
            }
            in = widths.get(i);
        }
        return Layer.chain(layers);
    }
}
