package org.fullrank.net;

import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.Tensors;

/// A network whose input is trained like its weights.
public final class SignalGenerator {
    /// The initial input is uniform on this range, as in the official DeepTensor code.
    static final double INPUT_RANGE = 0.1;

    private final Parameter input;
    private final Layer layer;
    private final int channels;
    private final SignalShape coarse;
    private final SignalShape shape;

    /// @param coarse shape of the input
    /// @param shape shape of the signal. If the network generates more positions, the rest is cut off
    SignalGenerator(NetworkBuilder net, Layer layer, int channels, SignalShape coarse, SignalShape shape) {
        this.input =
                net.parameter("input", new Init.Uniform(INPUT_RANGE), 1, channels, coarse.height(), coarse.width());
        this.layer = layer;
        this.channels = channels;
        this.coarse = coarse;
        this.shape = shape;
    }

    /// Numbers of the input.
    public int inputCount() {
        return Math.multiplyExact(channels, coarse.size());
    }

    /// The signal `[size, channels]`. Batch norms always use the statistics over the positions of this
    /// signal, because there is no other signal.
    ///
    /// @param noise added to the input, `[inputCount]`
    public Tensor generate(Tensor noise) {
        Tensor x = input.tensor().add(noise.view(Tensors.shape(input.tensor()))); // [1, C, h, w]
        Tensor y = layer.forward(x, Mode.REPLAY);
        return SignalLayers.cut(y, shape.height(), shape.width()) // [1, C, H, W]
                .reshape(channels, shape.size())
                .transpose(0, 1);
    }
}
