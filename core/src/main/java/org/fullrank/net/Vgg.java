package org.fullrank.net;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.fullrank.engine.InputException;
import org.fullrank.view.InputShape;

/// The encoder of layer-local learning: 3x3 convolutions with bias and ReLU and without norms, then the mean
/// over the pixels. A 2x2 max-pool follows some of the convolutions. The names and shapes of the parameters
/// are those of the convolutions in torchvision's VGG without norms.
///
/// @param channels one block for each entry
/// @param poolAfter the numbers of the blocks, from 1, that end with a max-pool. Each max-pool halves the
///     image
/// @param init initial values of weights and biases
public record Vgg(List<Integer> channels, List<Integer> poolAfter, Start init) implements EncoderSpec {
    /// VGG-11 (Simonyan and Zisserman 2015), the network of the official code of Latent Predictive Learning.
    public static final List<Integer> DEFAULT_CHANNELS = List.of(64, 128, 256, 256, 512, 512, 512, 512);
    /// The max-pools of VGG-11. Five max-pools leave one pixel of an image of 32 pixels.
    public static final List<Integer> DEFAULT_POOL_AFTER = List.of(1, 2, 4, 6, 8);

    /// The initial values of torchvision's VGG. They keep the size of activities from block to block.
    public static final Start DEFAULT_INIT = Start.KAIMING;

    /// The initial weights and biases of a convolution.
    public enum Start {
        /// Weights Gaussian with variance 2 / fan-out, biases 0.
        KAIMING,
        /// Weights and biases uniform on +-1/sqrt(fan-in), PyTorch's default. The variance of these weights
        /// is a sixth of the variance that keeps the size of activities. So activities shrink from block to
        /// block (official LPL code).
        FAN_IN
    }

    public Vgg {
        channels = List.copyOf(channels);
        poolAfter = List.copyOf(poolAfter);
        Sizes.requirePositive("channels", channels);
        for (int i = 0; i < poolAfter.size(); i++) {
            int least = i == 0 ? 1 : poolAfter.get(i - 1) + 1;
            if (poolAfter.get(i) < least || poolAfter.get(i) > channels.size()) {
                throw new InputException("poolAfter: found %s, expected rising numbers of blocks, 1 to %d"
                        .formatted(poolAfter, channels.size()));
            }
        }
    }

    /// With the initial values of torchvision.
    public Vgg(List<Integer> channels, List<Integer> poolAfter) {
        this(channels, poolAfter, DEFAULT_INIT);
    }

    public static Vgg defaults() {
        return new Vgg(DEFAULT_CHANNELS, DEFAULT_POOL_AFTER);
    }

    @Override
    public int features() {
        return channels.getLast();
    }

    @Override
    public List<String> blocks() {
        return IntStream.rangeClosed(1, channels.size())
                .mapToObj(number -> "block" + number)
                .toList();
    }

    @Override
    public boolean hasBatchNorm() {
        return false;
    }

    @Override
    public boolean hasSkips() {
        return false;
    }

    @Override
    public boolean readsAnySize() {
        return true;
    }

    /// Convolutions are named by their position in the chain of layers, as torchvision names them.
    @Override
    public Encoder build(NetworkBuilder net, InputShape input) {
        InputShape.Image image = input.requireImage("a convolutional network");
        requirePixelsForPools(image.height(), image.width());
        var blocks = new ArrayList<Encoder.Block>();
        int in = image.channels();
        int position = 0;
        for (String name : blocks()) {
            int out = channels.get(blocks.size());
            var layers = new ArrayList<Layer>();
            layers.add(convolution(net.in("features").in(Integer.toString(position)), in, out));
            layers.add(Layers.relu());
            if (poolAfter.contains(blocks.size() + 1)) {
                layers.add(Layers.halve());
            }
            blocks.add(new Encoder.Block(name, Layer.chain(layers), out));
            position += layers.size();
            in = out;
        }
        return new Encoder(Layer.identity(), blocks);
    }

    private Layer convolution(NetworkBuilder net, int in, int out) {
        return switch (init) {
            case KAIMING ->
                Layers.convolutionWithBias(net, in, out, new Init.KaimingNormal(out * 9L), new Init.Constant(0));
            case FAN_IN -> {
                var uniform = new Init.FanInUniform(in * 9L);
                yield Layers.convolutionWithBias(net, in, out, uniform, uniform);
            }
        };
    }

    private void requirePixelsForPools(int height, int width) {
        for (int pool = 0; pool < poolAfter.size(); pool++) {
            int high = height >> pool;
            int wide = width >> pool;
            if (high < 2 || wide < 2) {
                throw new InputException(
                        "encoder.poolAfter: found feature maps of %d x %d pixels before a pool, expected at least 2 x 2;"
                                        .formatted(high, wide)
                                + " pool after fewer blocks or raise views.size");
            }
        }
    }
}
