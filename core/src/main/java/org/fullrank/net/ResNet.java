package org.fullrank.net;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.InputException;
import org.fullrank.view.InputShape;

/// ResNet (He et al. 2016) in the form of torchvision. A ResNet has basic blocks at depth 18 and 34. At depth
/// 50, it has bottlenecks with the stride on the 3x3 convolution. The names and shapes of the parameters are
/// torchvision's (`conv1.weight`, `layer2.0.downsample.1.running_var`, ...).
///
/// @param depth 18, 34 or 50
/// @param stem the layers before the first stage
/// @param width multiplier of all channel counts; 1 gives 64 channels in the first stage
/// @param zeroInit whether the last norm of each block starts at 0, so that each block starts as the identity
public record ResNet(int depth, Stem stem, double width, boolean zeroInit) implements EncoderSpec {
    /// The smallest published ResNet.
    public static final int DEFAULT_DEPTH = 18;
    /// The published size.
    public static final double DEFAULT_WIDTH = 1.0;

    private static final List<String> STAGES = List.of("layer1", "layer2", "layer3", "layer4");

    /// The layers before the first stage.
    public enum Stem {
        /// 7x7 with stride 2, and a max-pool.
        IMAGENET,
        /// 3x3 with stride 1, for images of about 32 pixels (SimCLR, appendix B.9).
        CIFAR,
        /// The same with a padding of 2, so that 32 x 32 pixels become 34 x 34 (solo-learn and the codes that
        /// derive from it).
        CIFAR_PAD2
    }

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
    private int base() {
        return Math.toIntExact(Math.round(64 * width));
    }

    private boolean hasBottlenecks() {
        return depth == 50;
    }

    /// Number of output channels divided by number of inner channels of a block.
    private int expansion() {
        return hasBottlenecks() ? 4 : 1;
    }

    @Override
    public int features() {
        return base() * 8 * expansion();
    }

    @Override
    public List<String> blocks() {
        return STAGES;
    }

    @Override
    public boolean hasBatchNorm() {
        return true;
    }

    @Override
    public boolean hasSkips() {
        return true;
    }

    @Override
    public boolean readsAnySize() {
        return true;
    }

    @Override
    public Encoder build(NetworkBuilder net, InputShape input) {
        var blocks = new ArrayList<Encoder.Block>();
        List<Integer> counts = depth == 18 ? List.of(2, 2, 2, 2) : List.of(3, 4, 6, 3);
        Layer first = stem(net, input.requireImage("a convolutional network").channels());
        int in = base();
        for (int stage = 0; stage < counts.size(); stage++) {
            String name = STAGES.get(stage);
            int inner = base() << stage;
            var layers = new ArrayList<Layer>();
            for (int i = 0; i < counts.get(stage); i++) {
                int stride = stage > 0 && i == 0 ? 2 : 1;
                layers.add(block(net.in(name).in(Integer.toString(i)), in, inner, stride));
                in = inner * expansion();
            }
            blocks.add(new Encoder.Block(name, Layer.chain(layers), in));
        }
        return new Encoder(first, blocks);
    }

    private Layer stem(NetworkBuilder net, int channels) {
        var layers = new ArrayList<Layer>();
        switch (stem) {
            case IMAGENET -> layers.add(Layers.convolution(net.in("conv1"), channels, base(), 7, 2));
            case CIFAR -> layers.add(Layers.convolution(net.in("conv1"), channels, base(), 3, 1));
            case CIFAR_PAD2 -> layers.add(Layers.convolution(net.in("conv1"), channels, base(), 3, 1, 2));
        }
        layers.add(Layers.batchNorm(net.in("bn1"), base(), 1));
        layers.add(Layers.relu());
        if (stem == Stem.IMAGENET) {
            layers.add(Layers.maxPool());
        }
        return Layer.chain(layers);
    }

    private Layer block(NetworkBuilder net, int in, int inner, int stride) {
        int out = inner * expansion();
        double lastScale = zeroInit ? 0 : 1;
        Layer path = hasBottlenecks()
                ? bottleneck(net, in, inner, out, stride, lastScale)
                : basic(net, in, out, stride, lastScale);
        Layer shortcut = stride == 1 && in == out
                ? Layer.identity()
                : Layer.chain(List.of(
                        Layers.convolution(net.in("downsample").in("0"), in, out, 1, stride),
                        Layers.batchNorm(net.in("downsample").in("1"), out, 1)));
        Layer layer = NonFiniteTrace.layer("residual block", net.path(), (x, mode) -> {
            Tensor residual = path.forward(x, mode);
            residual.add_(shortcut.forward(x, mode)); // the result of an operation in place does not own its tensor
            return Layers.relu(residual);
        });
        return layer.written((graph, x) -> graph.relu(graph.add(path.write(graph, x), shortcut.write(graph, x))));
    }

    private static Layer basic(NetworkBuilder net, int in, int out, int stride, double lastScale) {
        return Layer.chain(List.of(
                Layers.convolution(net.in("conv1"), in, out, 3, stride),
                Layers.batchNorm(net.in("bn1"), out, 1),
                Layers.relu(),
                Layers.convolution(net.in("conv2"), out, out, 3, 1),
                Layers.batchNorm(net.in("bn2"), out, lastScale)));
    }

    private static Layer bottleneck(NetworkBuilder net, int in, int inner, int out, int stride, double lastScale) {
        return Layer.chain(List.of(
                Layers.convolution(net.in("conv1"), in, inner, 1, 1),
                Layers.batchNorm(net.in("bn1"), inner, 1),
                Layers.relu(),
                Layers.convolution(net.in("conv2"), inner, inner, 3, stride),
                Layers.batchNorm(net.in("bn2"), inner, 1),
                Layers.relu(),
                Layers.convolution(net.in("conv3"), inner, out, 1, 1),
                Layers.batchNorm(net.in("bn3"), out, lastScale)));
    }
}
