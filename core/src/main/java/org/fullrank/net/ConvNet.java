package org.fullrank.net;

import java.util.ArrayList;
import java.util.List;
import org.fullrank.engine.InputException;
import org.fullrank.view.InputShape;

/// A small encoder for small images: 3x3 convolutions with batch norm and ReLU, then the mean over the
/// pixels. The convolutions can be orthogonal instead, see [OrthogonalConvolution].
///
/// @param channels one stage for each entry; each stage after the first halves the image
/// @param depth convolutions for each stage
/// @param stemStride stride of the very first convolution: 1, or 2 to halve the image at once
/// @param orthogonal whether the convolutions are orthogonal maps with kernels of the image's size. Where an
///     ordinary convolution has a stride, the image is halved before the orthogonal one
public record ConvNet(List<Integer> channels, int depth, int stemStride, boolean orthogonal) implements EncoderSpec {
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

    /// With ordinary convolutions.
    public ConvNet(List<Integer> channels, int depth, int stemStride) {
        this(channels, depth, stemStride, false);
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
        InputShape.Image image = input.requireImage("a convolutional network");
        int in = image.channels();
        var grid = new FourierGrid(image.height(), image.width());
        for (String name : blocks()) {
            int stage = blocks.size() / depth;
            boolean first = blocks.size() % depth == 0;
            int out = channels.get(stage);
            int stride = !first ? 1 : stage > 0 ? 2 : stemStride;
            grid = stride == 1 ? grid : grid.halved();
            NetworkBuilder block = net.in(name);
            Layer layer = Layer.chain(List.of(
                    convolution(block.in("conv"), in, out, stride, grid),
                    Layers.batchNorm(block.in("bn"), out, 1),
                    Layers.relu()));
            blocks.add(new Encoder.Block(name, layer, out));
            in = out;
        }
        return new Encoder(Layer.identity(), blocks);
    }

    /// @param grid of the output
    private Layer convolution(NetworkBuilder net, int in, int out, int stride, FourierGrid grid) {
        if (!orthogonal) {
            return Layers.convolution(net, in, out, 3, stride);
        }
        if (stride == 1) {
            return OrthogonalConvolution.of(net, in, out, grid);
        }
        int halved = OrthogonalConvolution.halvedChannels(in, out);
        return Layer.chain(
                List.of(OrthogonalConvolution.halve(in, out), OrthogonalConvolution.of(net, halved, out, grid)));
    }
}
