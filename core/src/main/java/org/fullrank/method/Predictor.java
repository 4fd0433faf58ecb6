package org.fullrank.method;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.net.Layer;
import org.fullrank.net.Mode;
import org.fullrank.net.NetworkBuilder;
import org.fullrank.net.Networks;
import org.fullrank.net.ProjectorSpec;

/// A predictor at work. It sees the whole batch, whatever the chunks.
sealed interface Predictor permits Predictor.Network, MatrixPredictor {
    /// The predictions from all views in training, differentiable.
    ///
    /// @param online the embeddings, V x `[N, D]`
    /// @param targets detached, V x `[N, D]`
    List<Tensor> predict(List<Tensor> online, List<Tensor> targets, long step);

    /// After the optimiser's step.
    default void stepped(long step) {}

    /// What is logged of it.
    default SequencedMap<String, Double> measures() {
        return new LinkedHashMap<>();
    }

    /// Declares the parameters of `spec` for embeddings of `width` columns.
    static Predictor of(NetworkBuilder net, PredictorSpec spec, int width, Method.Setting setting) {
        return switch (spec) {
            case PredictorSpec.Identity identity -> new Network((x, mode) -> x, setting);
            case PredictorSpec.Mlp mlp -> {
                var head = new ProjectorSpec(List.of(mlp.hidden(), width), mlp.batchNorm()).withLastBias(true);
                yield new Network(Networks.projector(net, head, width), setting);
            }
            case PredictorSpec.Linear linear -> new MatrixPredictor(net, linear, width);
            case PredictorSpec.Optimal optimal -> new MatrixPredictor(net, optimal, width);
            case PredictorSpec.DirectSet set -> new MatrixPredictor(net, set, width);
        };
    }

    /// Layers, trained by gradient; none is the identity.
    record Network(Layer layers, Method.Setting setting) implements Predictor {
        @Override
        public List<Tensor> predict(List<Tensor> online, List<Tensor> targets, long step) {
            try (var autocast = setting.precision().autocast(setting.device())) {
                return online.stream()
                        .map(z -> layers.forward(z, Mode.TRAIN).to(setting.type()))
                        .toList();
            }
        }
    }
}
