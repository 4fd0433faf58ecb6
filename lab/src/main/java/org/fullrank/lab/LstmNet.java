package org.fullrank.lab;

import java.util.List;
import java.util.random.RandomGenerator;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.Device;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.lab.MemoryNet.Batch;
import org.fullrank.net.Encoder;
import org.fullrank.net.Layer;
import org.fullrank.net.Mode;
import org.fullrank.net.NetworkBuilder;
import org.fullrank.net.Networks;
import org.fullrank.net.ParameterBuffer;
import org.fullrank.net.ProjectorSpec;
import org.fullrank.net.Recurrent;
import org.fullrank.optim.Optimizer;
import org.fullrank.optim.OptimizerSpec;
import org.fullrank.view.InputShape;

/// The LSTM of the library and a linear layer that reads the state after the last step. RMSprop with the
/// cross-entropy trains it. The numbers are float32.
///
/// It owns native memory and must be closed.
final class LstmNet implements SequenceNet, AutoCloseable {
    private final Encoder layer;
    private final Layer.Chain readout;
    private final ParameterBuffer parameters;
    private final Optimizer optimizer;
    private long steps;

    /// @param length steps of a sequence, each of one number
    /// @param classes number of outputs
    LstmNet(int width, int length, int classes, long seed) {
        var net = new NetworkBuilder(seed);
        var spec = new Recurrent(Recurrent.Cell.LSTM, List.of(width), Recurrent.Pool.LAST);
        layer = spec.build(net, new InputShape.Series(1, length));
        readout = Networks.projector(
                net.in("readout"), new ProjectorSpec(List.of(classes), false).withLastBias(true), width);
        parameters = net.build(Device.CPU, ScalarType.Float);
        optimizer = Optimizer.of(OptimizerSpec.Rmsprop.defaults(), parameters);
    }

    @Override
    public double step(Batch batch, double rate, RandomGenerator random) {
        parameters.clearGradients();
        try (var scope = Scope.open()) {
            Tensor logits = logits(batch, Mode.TRAIN);
            Tensor loss = torch.cross_entropy_loss(
                    logits, batch.targets().select(0, 0).argmax(new LongOptional(1), false));
            loss.backward();
            optimizer.step(rate, steps++);
            return Tensors.value(loss);
        }
    }

    @Override
    public long[] answers(Batch batch) {
        try (var scope = Scope.withoutGradients()) {
            return Tensors.longs(logits(batch, Mode.EVALUATE).argmax(new LongOptional(1), false));
        }
    }

    /// The outputs, `[B, classes]`.
    private Tensor logits(Batch batch, Mode mode) {
        Tensor series = batch.inputs().permute(1, 2, 0).to(ScalarType.Float); // [B, 1, L]
        return readout.forward(layer.forward(series, mode), mode);
    }

    @Override
    public void close() {
        optimizer.close();
        parameters.close();
    }
}
