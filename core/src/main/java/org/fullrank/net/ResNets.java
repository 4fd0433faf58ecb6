package org.fullrank.net;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/// Residual networks with torchvision's parameter names (`conv1.weight`, `layer2.0.downsample.1.running_var`, ...).
final class ResNets {
    private ResNets() {}

    static Encoder build(NetworkBuilder net, EncoderSpec.ResNet spec, int inputs) {
        var blocks = new ArrayList<Encoder.Block>();
        List<Integer> counts = spec.depth() == 18 ? List.of(2, 2, 2, 2) : List.of(3, 4, 6, 3);
        Layer stem = stem(net, spec, inputs);
        int in = spec.base();
        for (int stage = 0; stage < counts.size(); stage++) {
            String name = "layer" + (stage + 1);
            int inner = spec.base() << stage;
            var layers = new ArrayList<Layer>();
            for (int i = 0; i < counts.get(stage); i++) {
                int stride = stage > 0 && i == 0 ? 2 : 1;
                layers.add(block(net.in(name).in(Integer.toString(i)), spec, in, inner, stride));
                in = inner * spec.expansion();
            }
            blocks.add(new Encoder.Block(name, Layer.chain(layers), in));
        }
        return new Encoder(stem, blocks);
    }

    private static Layer stem(NetworkBuilder net, EncoderSpec.ResNet spec, int inputs) {
        int base = spec.base();
        var layers = new ArrayList<Layer>();
        switch (spec.stem()) {
            case IMAGENET -> layers.add(Layers.convolution(net.in("conv1"), inputs, base, 7, 2));
            case CIFAR -> layers.add(Layers.convolution(net.in("conv1"), inputs, base, 3, 1));
        }
        layers.add(Layers.batchNorm(net.in("bn1"), base, 1));
        layers.add(Layers.relu());
        if (spec.stem() == EncoderSpec.Stem.IMAGENET) {
            layers.add(Layers.maxPool());
        }
        return Layer.chain(layers);
    }

    private static Layer block(NetworkBuilder net, EncoderSpec.ResNet spec, int in, int inner, int stride) {
        int out = inner * spec.expansion();
        double lastScale = spec.zeroInit() ? 0 : 1;
        Layer path = spec.depth() == 50
                ? bottleneck(net, in, inner, out, stride, lastScale)
                : basic(net, in, out, stride, lastScale);
        Layer shortcut = stride == 1 && in == out
                ? (x, mode) -> x
                : Layer.chain(List.of(
                        Layers.convolution(net.in("downsample").in("0"), in, out, 1, stride),
                        Layers.batchNorm(net.in("downsample").in("1"), out, 1)));
        return NonFiniteTrace.layer("residual block", net.path(), (x, mode) -> {
            Tensor residual = path.forward(x, mode);
            torch.relu_(residual.add_(shortcut.forward(x, mode)));
            return residual;
        });
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
