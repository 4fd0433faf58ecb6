package org.fullrank.method;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.Gradients;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Tensors;
import org.fullrank.net.Layer;
import org.fullrank.net.Mode;
import org.fullrank.net.Parameter;
import org.fullrank.net.ParameterBuffer;
import org.fullrank.objective.Objective;
import org.fullrank.objective.Terms;
import org.fullrank.objective.Views;
import org.jspecify.annotations.Nullable;

/// One network for all views; the objective acts on the embeddings of the projector, gathered over the whole batch.
public final class JointEmbedding implements Method {
    private static final long DRAW = Keyed.name("draw of the objective");

    /// The networks, with the memory of the objective where it has one.
    record Parts(Layer encoder, Layer projector, @Nullable Parameter memory, ParameterBuffer parameters) {}

    private final Parts parts;
    private final Objective objective;
    private final long seed;
    private final Setting setting;

    JointEmbedding(Parts parts, Objective objective, long seed, Setting setting) {
        this.parts = parts;
        this.objective = objective;
        this.seed = seed;
        this.setting = setting;
    }

    @Override
    public Outcome learn(List<Tensor> views, int chunks, long step) {
        var batch = new WholeBatch(views, chunks);
        parameters().clearGradients();
        return batch.learn((x, mode) -> List.of(embed(x, mode)), leaves -> evaluate(leaves, step));
    }

    private Outcome evaluate(List<List<Tensor>> leaves, long step) {
        List<Tensor> z = leaves.stream().map(List::getFirst).toList(); // V x [N, D]
        Parameter memory = parts.memory();
        long draw = Keyed.of(DRAW, seed, step).nextLong();
        Terms terms = objective.evaluate(new Views(z, draw, memory == null ? null : memory.tensor()));
        terms.total().backward();
        if (memory != null && terms.memory() != null) {
            try (var off = Gradients.off()) {
                memory.tensor().copy_(terms.memory());
            }
        }
        SequencedMap<String, Double> values = new LinkedHashMap<>();
        terms.parts().forEach((name, value) -> values.put(name, Tensors.value(value)));
        return new Outcome(Tensors.value(terms.total()), values, z.getFirst().detach());
    }

    @Override
    public Tensor embed(Tensor x, Mode mode) {
        try (var autocast = setting.precision().autocast(setting.device())) {
            return parts.projector()
                    .forward(parts.encoder().forward(x, mode), mode)
                    .to(setting.type());
        }
    }

    @Override
    public Tensor encode(Tensor x, Mode mode) {
        try (var autocast = setting.precision().autocast(setting.device())) {
            return parts.encoder().forward(x, mode).to(setting.type());
        }
    }

    @Override
    public ParameterBuffer parameters() {
        return parts.parameters();
    }

    @Override
    public void close() {
        parts.parameters().close();
    }
}
