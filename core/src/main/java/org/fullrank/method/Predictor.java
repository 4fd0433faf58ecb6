package org.fullrank.method;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.Scope;
import org.fullrank.net.Layer;
import org.fullrank.net.Mode;
import org.fullrank.net.NetworkBuilder;
import org.fullrank.net.Networks;
import org.fullrank.net.ProjectorSpec;

/// A predictor in training. A predictor gets the whole batch, even if the batch is computed in chunks.
sealed interface Predictor permits Predictor.Network, MatrixPredictor {
    /// The predictions from all views in training, differentiable.
    ///
    /// @param online the embeddings, V x `[N, D]`
    /// @param targets detached, V x `[N, D]`
    List<Tensor> predict(List<Tensor> online, List<Tensor> targets, long step);

    /// After the optimizer's step.
    default void stepped(long step) {}

    /// Measures for the log.
    default SequencedMap<String, Double> measures() {
        return new LinkedHashMap<>();
    }

    /// Measures for a check: the singular values of the predictor as a matrix W, see [PredictorMatrix].
    ///
    /// @param embeddings of plain items, `[N, D]`
    default SequencedMap<String, Double> inspect(Tensor embeddings) {
        return new LinkedHashMap<>();
    }

    /// Declares the parameters of `spec` for embeddings of `width` columns.
    static Predictor of(NetworkBuilder net, PredictorSpec spec, int width, Method.Setting setting) {
        return switch (spec) {
            case PredictorSpec.Identity identity -> new Network(Layer.chain(List.of()), setting, false);
            case PredictorSpec.Mlp mlp -> {
                var head = new ProjectorSpec(List.of(mlp.hidden(), width), mlp.batchNorm()).withLastBias(true);
                yield new Network(Networks.projector(net, head, width), setting, true);
            }
            case PredictorSpec.Linear linear -> new MatrixPredictor(net, linear, width);
            case PredictorSpec.Optimal optimal -> new MatrixPredictor(net, optimal, width);
            case PredictorSpec.DirectSet set -> new MatrixPredictor(net, set, width);
        };
    }

    /// Layers, trained by gradient. Without layers, it is the identity.
    ///
    /// @param trained whether there are layers
    record Network(Layer layers, Method.Setting setting, boolean trained) implements Predictor {
        @Override
        public List<Tensor> predict(List<Tensor> online, List<Tensor> targets, long step) {
            try (var autocast = setting.precision().autocast(setting.device())) {
                return online.stream()
                        .map(z -> layers.forward(z, Mode.TRAIN).to(setting.type()))
                        .toList();
            }
        }

        /// The measures of the linear map that best approximates the layers on these embeddings.
        @Override
        public SequencedMap<String, Double> inspect(Tensor embeddings) {
            if (!trained) {
                return new LinkedHashMap<>();
            }
            try (var scope = Scope.withoutGradients();
                    var autocast = setting.precision().autocast(setting.device())) {
                Tensor predictions = layers.forward(embeddings, Mode.EVALUATE).to(setting.type());
                return PredictorMatrix.fitted(embeddings, predictions).values();
            }
        }
    }
}
