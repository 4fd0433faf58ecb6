package org.fullrank.method;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.Tensors;
import org.fullrank.method.MethodSpec.Inner;
import org.fullrank.net.Encoder;
import org.fullrank.net.Layer;
import org.fullrank.net.Mode;
import org.fullrank.net.ParameterBuffer;
import org.fullrank.objective.Term;
import org.fullrank.objective.Terms;

/// One network for all views. The objective gets the projector's embeddings of the whole batch. Regularizers
/// can also act on the pooled outputs of inner layers, again for the whole batch.
public final class JointEmbedding implements Method {
    /// The networks and their objectives.
    record Parts(
            Encoder encoder,
            Layer.Chain projector,
            Criterion criterion,
            List<Inner> inner,
            ParameterBuffer parameters) {}

    private final Parts parts;
    private final List<String> layers;
    private final Setting setting;

    JointEmbedding(Parts parts, Setting setting) {
        this.parts = parts;
        this.layers = parts.inner().stream().map(Inner::layer).distinct().toList();
        this.setting = setting;
    }

    @Override
    public Outcome learn(List<Tensor> views, int chunks, long step) {
        var batch = new WholeBatch(views, chunks, setting.workers());
        parameters().clearGradients();
        Outcome outcome = batch.learn(this::outputs, leaves -> evaluate(leaves, step));
        SharedGradients.complete(parameters(), setting.workers());
        return outcome;
    }

    /// The embedding `[N, D]`, followed by the pooled outputs `[N, C]` of the inner layers.
    private List<Tensor> outputs(Tensor x, Mode mode) {
        try (var autocast = setting.precision().autocast(setting.device())) {
            var outputs = new ArrayList<>(parts.encoder().forward(x, mode, layers));
            outputs.set(0, parts.projector().forward(outputs.getFirst(), mode));
            return outputs.stream().map(y -> y.to(setting.type())).toList();
        }
    }

    private Outcome evaluate(List<List<Tensor>> leaves, long step) {
        List<Tensor> z = leaves.stream().map(List::getFirst).toList(); // V x [N, D]
        Terms terms = parts.criterion().evaluate(z, step);
        Tensor total = terms.total();
        var values = new LinkedHashMap<String, Double>();
        terms.parts().forEach((name, value) -> values.put(name, Tensors.value(value)));
        for (Inner inner : parts.inner()) {
            Terms regularized = inner(inner, leaves, step);
            regularized.parts().forEach((name, value) -> values.put(inner.layer() + "." + name, Tensors.value(value)));
            if (inner.weight() > 0) {
                total = total.add(regularized.total());
            }
        }
        total.backward();
        parts.criterion().remember(terms);
        var watched = new LinkedHashMap<String, Tensor>();
        for (int i = 0; i < layers.size(); i++) {
            watched.put(layers.get(i), leaves.getFirst().get(i + 1).detach());
        }
        return new Outcome(
                Tensors.value(total),
                values,
                new LinkedHashMap<>(),
                watched,
                z.getFirst().detach());
    }

    @Override
    public SequencedMap<String, TermGradient> termGradients(List<Tensor> views, int chunks, long step) {
        return new TermGradients(this::outputs, leaves -> terms(leaves, step), parameters(), setting.workers())
                .over(new WholeBatch(views, chunks, setting.workers()));
    }

    private List<Term> terms(List<List<Tensor>> leaves, long step) {
        List<Tensor> z = leaves.stream().map(List::getFirst).toList(); // V x [N, D]
        var terms = new LinkedHashMap<String, Term>();
        for (Term term : parts.criterion().evaluate(z, step).list()) {
            terms.put(term.name(), Criterion.ofMethod(term));
        }
        for (int i = 0; i < parts.inner().size(); i++) {
            Inner inner = parts.inner().get(i);
            if (inner.weight() > 0) {
                String name = inner.layer() + "." + inner.regularizer().part();
                Tensor value = inner(inner, leaves, step).total();
                terms.merge(
                        name,
                        new Term(name, value, 1, "inner." + i + ".weight"),
                        (a, b) -> new Term(name, a.weighted().add(b.value()), 1, b.setting()));
            }
        }
        return List.copyOf(terms.values());
    }

    /// The weighted term. With weight 0, no graph is recorded, and the value is only logged.
    private Terms inner(Inner inner, List<List<Tensor>> leaves, long step) {
        int output = 1 + layers.indexOf(inner.layer());
        List<Tensor> y = leaves.stream()
                .map(view -> inner.weight() == 0 ? view.get(output).detach() : view.get(output))
                .toList(); // V x [N, C]
        return inner.penalty().evaluate(y, parts.criterion().draw(step));
    }

    @Override
    public Layer.Chain projector() {
        return parts.projector();
    }

    @Override
    public Encoder encoder() {
        return parts.encoder();
    }

    @Override
    public List<String> watched() {
        return layers;
    }

    @Override
    public Setting setting() {
        return setting;
    }

    @Override
    public ParameterBuffer parameters() {
        return parts.parameters();
    }
}
