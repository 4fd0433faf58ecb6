package org.fullrank.net;

import java.util.List;
import org.fullrank.engine.InputException;

/// What encoder to build. Its output is the representation that evaluation and search use.
public sealed interface EncoderSpec {
    /// Width D of the representation `[N, D]`.
    int features();

    /// ResNet (He et al. 2016) in torchvision's form: basic blocks at depth 18 and 34, bottlenecks with the stride
    /// on the 3x3 convolution at depth 50. Parameter names and shapes are torchvision's.
    ///
    /// @param depth 18, 34 or 50
    /// @param stem `imagenet`: 7x7 stride 2 and max-pool; `cifar`: 3x3 stride 1, for images of about 32 pixels
    /// @param width multiplier of all channel counts; 1 gives 64 channels in the first stage
    /// @param zeroInit whether the last norm of each block starts at 0, so that each block starts as the identity
    record ResNet(int depth, Stem stem, double width, boolean zeroInit) implements EncoderSpec {
        /// The smallest that is called ResNet.
        public static final int DEFAULT_DEPTH = 18;
        /// The published size.
        public static final double DEFAULT_WIDTH = 1.0;

        public ResNet {
            if (depth != 18 && depth != 34 && depth != 50) {
                throw new InputException("depth: found %d, expected 18, 34 or 50".formatted(depth));
            }
            if (!(width >= 1.0 / 64 && width <= 16)) {
                throw new InputException("width: found %s, expected 1/64 to 16".formatted(width));
            }
        }

        public static ResNet defaults() {
            return new ResNet(DEFAULT_DEPTH, Stem.IMAGENET, DEFAULT_WIDTH, true);
        }

        /// Channels of the first stage.
        int base() {
            return Math.toIntExact(Math.round(64 * width));
        }

        /// Output channels over inner channels of a block.
        int expansion() {
            return depth == 50 ? 4 : 1;
        }

        @Override
        public int features() {
            return base() * 8 * expansion();
        }
    }

    /// The first layer of a ResNet.
    enum Stem {
        IMAGENET,
        CIFAR
    }

    /// Plain 3x3 convolutions with batch norm and ReLU, then the mean over pixels: the quick encoder for small
    /// images.
    ///
    /// @param channels one stage for each entry; each stage after the first halves the image
    /// @param depth convolutions for each stage
    /// @param stemStride stride of the very first convolution: 1, or 2 to halve the image at once
    record ConvNet(List<Integer> channels, int depth, int stemStride) implements EncoderSpec {
        /// Four stages see all of a 32-pixel image.
        public static final List<Integer> DEFAULT_CHANNELS = List.of(32, 64, 128, 256);
        /// Two convolutions per stage, as in VGG's smallest nets.
        public static final int DEFAULT_DEPTH = 2;

        public ConvNet {
            channels = List.copyOf(channels);
            requirePositive("channels", channels);
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
    }

    /// Plain 3x3 convolutions with bias and ReLU, no norm, some followed by a 2x2 max-pool, then the mean over
    /// pixels: the encoder of layer-local learning. Parameter names and shapes are those of torchvision's VGG
    /// without norms, as far as its convolutions go.
    ///
    /// @param channels one block for each entry
    /// @param poolAfter the numbers of the blocks, from 1, that end with a max-pool; each halves the image
    record Vgg(List<Integer> channels, List<Integer> poolAfter) implements EncoderSpec {
        /// VGG-11 (Simonyan and Zisserman 2015), the network of the official code of Latent Predictive Learning.
        public static final List<Integer> DEFAULT_CHANNELS = List.of(64, 128, 256, 256, 512, 512, 512, 512);
        /// The same: five pools leave one pixel of an image of 32.
        public static final List<Integer> DEFAULT_POOL_AFTER = List.of(1, 2, 4, 6, 8);

        public Vgg {
            channels = List.copyOf(channels);
            poolAfter = List.copyOf(poolAfter);
            requirePositive("channels", channels);
            for (int i = 0; i < poolAfter.size(); i++) {
                int least = i == 0 ? 1 : poolAfter.get(i - 1) + 1;
                if (poolAfter.get(i) < least || poolAfter.get(i) > channels.size()) {
                    throw new InputException("poolAfter: found %s, expected rising numbers of blocks, 1 to %d"
                            .formatted(poolAfter, channels.size()));
                }
            }
        }

        public static Vgg defaults() {
            return new Vgg(DEFAULT_CHANNELS, DEFAULT_POOL_AFTER);
        }

        @Override
        public int features() {
            return channels.getLast();
        }
    }

    /// Fully connected layers with batch norm and ReLU, for vectors, or for images read as vectors.
    ///
    /// @param widths outputs of each layer; the last is the width of the representation
    /// @param batchNorm whether a batch norm stands before each ReLU
    record Mlp(List<Integer> widths, boolean batchNorm) implements EncoderSpec {
        public static final List<Integer> DEFAULT_WIDTHS = List.of(512, 256);

        public Mlp {
            widths = List.copyOf(widths);
            requirePositive("widths", widths);
        }

        public static Mlp defaults() {
            return new Mlp(DEFAULT_WIDTHS, true);
        }

        @Override
        public int features() {
            return widths.getLast();
        }
    }

    private static void requirePositive(String name, List<Integer> sizes) {
        if (sizes.isEmpty() || sizes.stream().anyMatch(c -> c < 1 || c > 1 << 16)) {
            throw new InputException(
                    "%s: found %s, expected at least one entry, each from 1 to 65536".formatted(name, sizes));
        }
    }
}
