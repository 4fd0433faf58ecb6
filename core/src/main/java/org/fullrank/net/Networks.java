package org.fullrank.net;

import java.util.ArrayList;
import java.util.List;

/// Builds projectors and other chains of fully connected layers from their specifications.
public final class Networks {
    private Networks() {}

    /// The projector, `[B, features] -> [B, widths.last]`.
    public static Layer.Chain projector(NetworkBuilder net, ProjectorSpec spec, int features) {
        return Layer.chain(perceptron(net, features, spec, false));
    }

    /// The head of a block that is trained separately, `[B, features] -> [B, widths.last]`: linear layers
    /// with bias and a ReLU after each layer, including the last. Without layers, it is the identity.
    public static Layer.Chain blockHead(NetworkBuilder net, List<Integer> widths, int features) {
        return Layer.chain(perceptron(net, features, new ProjectorSpec(widths, false), true));
    }

    /// Linear layers, each with its norm and ReLU. Their names are their positions in the chain, as in a
    /// PyTorch `Sequential`.
    static List<Layer> perceptron(NetworkBuilder net, int inputs, ProjectorSpec spec, boolean activateLast) {
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
