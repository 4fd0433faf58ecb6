package org.fullrank.net;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.fullrank.view.InputShape;

/// Fully connected layers with batch norm and ReLU. The input is a vector, or an image or series that is read
/// as a vector.
///
/// @param widths outputs of each layer; the last is the width of the representation
/// @param batchNorm whether there is a batch norm before each ReLU
public record Mlp(List<Integer> widths, boolean batchNorm) implements EncoderSpec {
    /// Two layers, for tables of up to some hundred columns.
    public static final List<Integer> DEFAULT_WIDTHS = List.of(512, 256);

    public Mlp {
        widths = List.copyOf(widths);
        Sizes.requirePositive("widths", widths);
    }

    public static Mlp defaults() {
        return new Mlp(DEFAULT_WIDTHS, true);
    }

    @Override
    public int features() {
        return widths.getLast();
    }

    @Override
    public List<String> blocks() {
        return IntStream.range(0, widths.size()).mapToObj(Integer::toString).toList();
    }

    @Override
    public boolean hasBatchNorm() {
        return batchNorm;
    }

    @Override
    public boolean hasSkips() {
        return false;
    }

    @Override
    public Encoder build(NetworkBuilder net, InputShape input) {
        List<Layer> layers = Networks.perceptron(net, input.values(), new ProjectorSpec(widths, batchNorm), true);
        List<String> names = blocks();
        var blocks = new ArrayList<Encoder.Block>();
        for (int i = 0; i < layers.size(); i++) {
            blocks.add(new Encoder.Block(names.get(i), layers.get(i), widths.get(i)));
        }
        return new Encoder(Layers.flattened(), blocks);
    }
}
