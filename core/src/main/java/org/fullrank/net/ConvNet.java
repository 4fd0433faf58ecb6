package org.fullrank.net;

import java.util.ArrayList;
import java.util.List;
import org.fullrank.engine.InputException;
import org.fullrank.view.InputShape;

/// A small encoder for small images: 3x3 convolutions with batch norm and ReLU, then the mean over the
/// pixels.
///
/// @param channels one stage for each entry; each stage after the first halves the image
/// @param depth convolutions for each stage
/// @param stemStride stride of the very first convolution: 1, or 2 to halve the image at once
public record ConvNet(List<Integer> channels, int depth, int stemStride) implements EncoderSpec {
    /// Four stages: the receptive field then covers an image of 32 pixels.
    public static final List<Integer> DEFAULT_CHANNELS = List.of(32, 64, 128, 256);
    /// Two convolutions per stage, as in VGG's smallest nets.
    public static final int DEFAULT_DEPTH = 2;

    public ConvNet {
        channels = List.copyOf(channels);
        Sizes.requirePositive("channels", channels);
        if (depth < 1 || depth > 16) {
            throw new InputException("depth: found %d, expected 1 to 16 convolutions a stage".formatted(depth));
        }
        if (stemStride != 1 && stemStride != 2) {
            throw new InputException("stemStride: found %d, expected 1 or 2".formatted(stemStride));
        }
    }

    public static ConvNet defaults() {
        return new ConvNet(DEFAULT_CHANNELS, DEFAULT_DEPTH, 1);
    }

    @Override
    public int features() {
        return channels.getLast();
    }

    @Override
    public List<String> blocks() {
        var names = new ArrayList<String>();
        for (int stage = 0; stage < channels.size(); stage++) {
            for (int i = 0; i < depth; i++) {
                names.add("stage" + (stage + 1) + "." + i);
            }
        }
        return names;
    }

    @Override
    public boolean hasBatchNorm() {
        return true;
    }

    @Override
    public boolean hasSkips() {
        return false;
    }

    @Override
    public Encoder build(NetworkBuilder net, InputShape input) {
        var blocks = new ArrayList<Encoder.Block>();
        int in = input.requireImage("a convolutional network").channels();
        for (String name : blocks()) {
            int stage = blocks.size() / depth;
            boolean first = blocks.size() % depth == 0;
            int out = channels.get(stage);
            int stride = !first ? 1 : stage > 0 ? 2 : stemStride;
            NetworkBuilder block = net.in(name);
            Layer layer = Layer.chain(List.of(
                    Layers.convolution(block.in("conv"), in, out, 3, stride),
                    Layers.batchNorm(block.in("bn"), out, 1),
                    Layers.relu()));
            blocks.add(new Encoder.Block(name, layer, out));
            in = out;
        }
        return new Encoder((x, mode) -> x, blocks);
    }
}
