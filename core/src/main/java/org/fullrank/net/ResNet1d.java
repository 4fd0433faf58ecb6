package org.fullrank.net;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.InputException;
import org.fullrank.view.InputShape;

/// A residual network for time series, `[B, C, L]`: one-dimensional convolutions with batch norm and ReLU,
/// then the mean over the steps. Each stage has one residual block of two convolutions (He et al. 2016, with
/// the channels that Wang, Yan and Oates use for series, "Time series classification from scratch with deep
/// neural networks", 2017). The parameters have the names of torchvision's ResNets.
///
/// @param channels one stage for each entry; each stage after the first halves the length
/// @param kernel steps of a convolution, an odd number
public record ResNet1d(List<Integer> channels, int kernel) implements EncoderSpec {
    /// Half of the channels of Wang et al., for series of at most a few hundred steps and two processors.
    public static final List<Integer> DEFAULT_CHANNELS = List.of(32, 64, 64);
    /// An odd number near the longest kernel of Wang et al., 8.
    public static final int DEFAULT_KERNEL = 7;
    /// Longest kernel. A longer one is probably a mistake.
    static final int MAX_KERNEL = 255;

    public ResNet1d {
        channels = List.copyOf(channels);
        Sizes.requirePositive("channels", channels);
        InputException.unless(
                kernel >= 1 && kernel <= MAX_KERNEL && kernel % 2 == 1,
                "kernel: found %d, expected an odd number from 1 to %d",
                kernel,
                MAX_KERNEL);
    }

    public static ResNet1d defaults() {
        return new ResNet1d(DEFAULT_CHANNELS, DEFAULT_KERNEL);
    }

    @Override
    public int features() {
        return channels.getLast();
    }

    @Override
    public List<String> blocks() {
        return IntStream.rangeClosed(1, channels.size())
                .mapToObj(stage -> "layer" + stage)
                .toList();
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
    public Encoder build(NetworkBuilder net, InputShape input) {
        int inputs = input.requireSeries("a one-dimensional residual network").channels();
        int in = channels.getFirst();
        Layer stem = Layer.chain(List.of(
                Layers.convolution1d(net.in("conv1"), inputs, in, kernel, 1),
                Layers.batchNorm(net.in("bn1"), in, 1),
                Layers.relu()));
        var blocks = new ArrayList<Encoder.Block>();
        for (String name : blocks()) {
            int out = channels.get(blocks.size());
            blocks.add(new Encoder.Block(name, block(net.in(name), in, out, blocks.isEmpty() ? 1 : 2), out));
            in = out;
        }
        return new Encoder(stem, blocks);
    }

    private Layer block(NetworkBuilder net, int in, int out, int stride) {
        Layer path = Layer.chain(List.of(
                Layers.convolution1d(net.in("conv1"), in, out, kernel, stride),
                Layers.batchNorm(net.in("bn1"), out, 1),
                Layers.relu(),
                Layers.convolution1d(net.in("conv2"), out, out, kernel, 1),
                Layers.batchNorm(net.in("bn2"), out, 1)));
        Layer shortcut = stride == 1
                ? Layer.identity()
                : Layer.chain(List.of(
                        Layers.convolution1d(net.in("downsample").in("0"), in, out, 1, stride),
                        Layers.batchNorm(net.in("downsample").in("1"), out, 1)));
        Layer layer = NonFiniteTrace.layer("residual block", net.path(), (x, mode) -> {
            Tensor residual = path.forward(x, mode); // [B, out, L / stride]
            residual.add_(shortcut.forward(x, mode)); // the result of an operation in place does not own its tensor
            return Layers.relu(residual);
        });
        return layer.written((graph, x) -> graph.relu(graph.add(path.write(graph, x), shortcut.write(graph, x))));
    }
}
