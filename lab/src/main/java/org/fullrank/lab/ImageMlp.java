package org.fullrank.lab;

import java.util.List;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.Device;
import org.fullrank.engine.Scope;
import org.fullrank.net.Layer;
import org.fullrank.net.Mode;
import org.fullrank.net.NetworkBuilder;
import org.fullrank.net.Networks;
import org.fullrank.net.ParameterBuffer;
import org.fullrank.net.ProjectorSpec;
import org.fullrank.optim.Optimizer;
import org.fullrank.optim.OptimizerSpec;

/// A small network of linear layers on the pixels of [GrayImages] or on other vectors, trained with Adam.
///
/// It owns native memory and must be closed.
final class ImageMlp implements AutoCloseable {
    /// The usual rate of Adam.
    static final double RATE = OptimizerSpec.AdamW.DEFAULT_LEARNING_RATE;

    private final Layer.Chain chain;
    private final ParameterBuffer parameters;
    private final Optimizer optimizer;
    private long steps;

    ImageMlp(ProjectorSpec spec, long seed) {
        this(spec, GrayImages.PIXELS, 0, seed);
    }

    /// @param inputs width of the vectors
    /// @param decay decoupled weight decay; 0 for none
    ImageMlp(ProjectorSpec spec, int inputs, double decay, long seed) {
        var net = new NetworkBuilder(seed);
        chain = Networks.projector(net, spec, inputs);
        parameters = net.build(Device.CPU, ScalarType.Float);
        var its = OptimizerSpec.AdamW.defaults();
        optimizer = Optimizer.of(
                new OptimizerSpec.AdamW(its.learningRate(), its.beta1(), its.beta2(), its.epsilon(), decay),
                parameters);
    }

    /// The output of the last layer in training, `[B, inputs] -> [B, D]`.
    Tensor train(Tensor x) {
        return chain.forward(x, Mode.TRAIN);
    }

    /// The output of each layer in training.
    List<Tensor> trainLayers(Tensor x) {
        return chain.outputs(x, Mode.TRAIN);
    }

    /// One step of descent. What the loss makes is freed.
    void step(Supplier<Tensor> loss) {
        parameters.clearGradients();
        try (var scope = Scope.open()) {
            loss.get().backward();
            optimizer.step(RATE, steps++);
        }
    }

    /// The output of each layer, without training. The tensors belong to the scope of the caller.
    List<Tensor> layers(Tensor x) {
        return chain.outputs(x, Mode.EVALUATE);
    }

    @Override
    public void close() {
        optimizer.close();
        parameters.close();
    }
}
