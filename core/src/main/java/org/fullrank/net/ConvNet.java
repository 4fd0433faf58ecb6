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
/// @param stemStride stride of the very first convolution. With 2 or 4, its output has a half or a quarter of the
///     sides of the image
/// @param stemKernel side of the very first convolution: 3, or the stride of 2 or 4. A side equal to the stride
///     divides the image into patches that do not overlap, as in a vision transformer. This takes less time
/// @param orthogonal whether the convolutions are orthogonal maps with kernels of the image's size. In place of a
///     stride, the image is halved before the convolution
public record ConvNet(List<Integer> channels, int depth, int stemStride, int stemKernel, boolean orthogonal)
        implements EncoderSpec {
    /// Side of a convolution.
    public static final int KERNEL = 3;
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
        if (stemStride != 1 && stemStride != 2 && stemStride != 4) {
            throw new InputException("stemStride: found %d, expected 1, 2 or 4".formatted(stemStride));
        }
        InputException.unless(
                stemKernel == stemStride && stemStride > 1 || stemKernel == KERNEL && stemStride < 4,
                "stemKernel: found %d with a stemStride of %d, expected the stride (2 or 4), or 3 with a stride of 1 or 2",
                stemKernel,
                stemStride);
        InputException.when(
                orthogonal && stemKernel != KERNEL,
                "stemKernel: found %d with orthogonal convolutions, expected 3; set stemKernel to 3 or orthogonal to false",
                stemKernel);
    }

    /// With ordinary convolutions of side 3.
    public ConvNet(List<Integer> channels, int depth, int stemStride) {
        this(channels, depth, stemStride, false);
    }

    /// With convolutions of side 3.
    public ConvNet(List<Integer> channels, int depth, int stemStride, boolean orthogonal) {
        this(channels, depth, stemStride, KERNEL, orthogonal);
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
    public boolean readsAnySize() {
        return !orthogonal;
    }

    @Override
    public Encoder build(NetworkBuilder net, InputShape input) {
        var blocks = new ArrayList<Encoder.Block>();
        InputShape.Image image = input.requireImage("a convolutional network");
        int in = image.channels();
        InputException.when(
                stemKernel != KERNEL && (image.height() % stemKernel != 0 || image.width() % stemKernel != 0),
                "encoder.stemKernel: found %d for views of %d x %d pixels, expected a divisor of both sides",
                stemKernel,
                image.height(),
                image.width());
        var grid = new FourierGrid(image.height(), image.width());
        for (String name : blocks()) {
            int stage = blocks.size() / depth;
            boolean first = blocks.size() % depth == 0;
            int out = channels.get(stage);
            int stride = !first ? 1 : stage > 0 ? 2 : stemStride;
            int kernel = first && stage == 0 ? stemKernel : KERNEL;
            grid = orthogonal && stride == 2 ? grid.halved() : grid;
            NetworkBuilder block = net.in(name);
            Layer layer = Layer.chain(List.of(
                    convolution(block.in("conv"), in, out, kernel, stride, grid),
                    Layers.batchNorm(block.in("bn"), out, 1),
                    Layers.relu()));
            blocks.add(new Encoder.Block(name, layer, out));
            in = out;
        }
        return new Encoder(Layer.identity(), blocks);
    }

    /// @param grid of the output
    private Layer convolution(NetworkBuilder net, int in, int out, int kernel, int stride, FourierGrid grid) {
        if (!orthogonal) {
            return Layers.convolution(net, in, out, kernel, stride, kernel == KERNEL ? 1 : 0);
        }
        if (stride == 1) {
            return OrthogonalConvolution.of(net, in, out, grid);
        }
        int halved = OrthogonalConvolution.halvedChannels(in, out);
        return Layer.chain(
                List.of(OrthogonalConvolution.halve(in, out), OrthogonalConvolution.of(net, halved, out, grid)));
    }
}
