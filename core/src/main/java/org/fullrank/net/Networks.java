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
    public static Encoder encoder(NetworkBuilder net, EncoderSpec spec, int inputs) {
        return switch (spec) {
            case EncoderSpec.ResNet resnet -> ResNets.build(net, resnet, inputs);
            case EncoderSpec.ConvNet convnet -> convnet(net, convnet, inputs);
            case EncoderSpec.Vgg vgg -> vgg(net, vgg, inputs);
            case EncoderSpec.Mlp mlp -> {
                List<Layer> layers = perceptron(net, inputs, new ProjectorSpec(mlp.widths(), mlp.batchNorm()), true);
                var blocks = new ArrayList<Encoder.Block>();
                for (int i = 0; i < layers.size(); i++) {
                    blocks.add(new Encoder.Block(
                            Integer.toString(i), layers.get(i), mlp.widths().get(i)));
                }
                yield new Encoder((x, mode) -> x.dim() == 2 ? x : x.flatten(1, -1), blocks);
            }
        };
    }

    /// The names of the encoder's blocks, without building it.
    public static List<String> blocks(EncoderSpec spec) {
        return encoder(new NetworkBuilder(0), spec, 1).names();
    }

    /// The projector, `[B, features] -> [B, widths.last]`.
    public static Layer.Chain projector(NetworkBuilder net, ProjectorSpec spec, int features) {
        return Layer.chain(perceptron(net, features, spec, false));
    }

    /// The head of a block that learns by itself, `[B, features] -> [B, widths.last]`: linear layers with bias, a
    /// ReLU after each, the last included; none gives the identity.
    public static Layer.Chain blockHead(NetworkBuilder net, List<Integer> widths, int features) {
        return Layer.chain(perceptron(net, features, new ProjectorSpec(widths, false), true));
    }

    private static Encoder convnet(NetworkBuilder net, EncoderSpec.ConvNet spec, int inputs) {
        var blocks = new ArrayList<Encoder.Block>();
        int in = inputs;
        for (int stage = 0; stage < spec.channels().size(); stage++) {
            for (int i = 0; i < spec.depth(); i++) {
                int out = spec.channels().get(stage);
                int stride = i > 0 ? 1 : stage > 0 ? 2 : spec.stemStride();
                String name = "stage" + (stage + 1) + "." + i;
                NetworkBuilder block = net.in(name);
                Layer layer = Layer.chain(List.of(
                        Layers.convolution(block.in("conv"), in, out, 3, stride),
                        Layers.batchNorm(block.in("bn"), out, 1),
                        Layers.relu()));
                blocks.add(new Encoder.Block(name, layer, out));
                in = out;
            }
        }
        return new Encoder((x, mode) -> x, blocks);
    }

    /// Convolutions named by their position in the chain of layers, as torchvision names them.
    private static Encoder vgg(NetworkBuilder net, EncoderSpec.Vgg spec, int inputs) {
        var blocks = new ArrayList<Encoder.Block>();
        int in = inputs;
        int position = 0;
        for (int number = 1; number <= spec.channels().size(); number++) {
            int out = spec.channels().get(number - 1);
            var layers = new ArrayList<Layer>();
            layers.add(Layers.convolutionWithBias(net.in("features").in(Integer.toString(position)), in, out));
            layers.add(Layers.relu());
            if (spec.poolAfter().contains(number)) {
                layers.add(Layers.halve());
            }
            blocks.add(new Encoder.Block("block" + number, Layer.chain(layers), out));
            position += layers.size();
            in = out;
        }
        return new Encoder((x, mode) -> x, blocks);
    }

    /// Linear layers, each with its norm and ReLU, named by their position in the chain, as a PyTorch `Sequential`
    /// names them.
    private static List<Layer> perceptron(NetworkBuilder net, int inputs, ProjectorSpec spec, boolean activateLast) {
        var blocks = new ArrayList<Layer>();
        int in = inputs;
        int position = 0;
        for (int i = 0; i < spec.widths().size(); i++) {
            int out = spec.widths().get(i);
            boolean inner = activateLast || i < spec.widths().size() - 1;
            var layers = new ArrayList<Layer>();
            layers.add(Layers.linear(net.in(Integer.toString(position)), in, out, inner || spec.lastBias()));
            NetworkBuilder next = net.in(Integer.toString(position + 1));
            if (inner && spec.batchNorm()) {
                layers.add(norm(next, out, spec.affine()));
            } else if (!inner && spec.lastNorm() != ProjectorSpec.LastNorm.NONE) {
                layers.add(norm(next, out, spec.lastNorm() == ProjectorSpec.LastNorm.AFFINE));
            }
            if (inner) {
                layers.add(Layers.relu());
            }
            blocks.add(Layer.chain(layers));
            position += layers.size();
            in = out;
        }
        return blocks;
    }

    private static Layer norm(NetworkBuilder net, int size, boolean affine) {
        return affine ? Layers.batchNorm(net, size, 1) : Layers.plainNorm(net, size);
    }
}
