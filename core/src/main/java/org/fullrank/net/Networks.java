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
                Layer layers = perceptron(net, inputs, new ProjectorSpec(mlp.widths(), mlp.batchNorm()), true);
                yield (x, mode) -> layers.forward(x.dim() == 2 ? x : x.flatten(1, -1), mode);
            }
        };
    }

    /// The projector, `[B, features] -> [B, widths.last]`.
    public static Layer projector(NetworkBuilder net, ProjectorSpec spec, int features) {
        return perceptron(net, features, spec, false);
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
    private static Layer perceptron(NetworkBuilder net, int inputs, ProjectorSpec spec, boolean activateLast) {
        var layers = new ArrayList<Layer>();
        int in = inputs;
        for (int i = 0; i < spec.widths().size(); i++) {
            int out = spec.widths().get(i);
            boolean inner = activateLast || i < spec.widths().size() - 1;
            layers.add(Layers.linear(next(net, layers), in, out, inner || spec.lastBias()));
            if (inner && spec.batchNorm()) {
                layers.add(norm(next(net, layers), out, spec.affine()));
            } else if (!inner && spec.lastNorm() != ProjectorSpec.LastNorm.NONE) {
                layers.add(norm(next(net, layers), out, spec.lastNorm() == ProjectorSpec.LastNorm.AFFINE));
            }
            if (inner) {
                layers.add(Layers.relu());
            }
            in = out;
        }
        return Layer.chain(layers);
    }

    private static NetworkBuilder next(NetworkBuilder net, List<Layer> layers) {
        return net.in(Integer.toString(layers.size()));
    }

    private static Layer norm(NetworkBuilder net, int size, boolean affine) {
        return affine ? Layers.batchNorm(net, size, 1) : Layers.plainNorm(net, size);
    }
}
