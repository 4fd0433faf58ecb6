package org.fullrank.method;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.Tensors;
import org.fullrank.net.Encoder;
import org.fullrank.net.Layer;
import org.fullrank.net.Mode;
import org.fullrank.net.NonFiniteTrace;
import org.fullrank.net.ParameterBuffer;
import org.fullrank.objective.RankingLoss;
import org.fullrank.objective.Term;
import org.fullrank.objective.Terms;

/// One network, and a ranking loss on the projector's embeddings of the whole batch and on the classes of its
/// items. All views of an item are rows of its class, those of the first view first.
public final class MetricLearning implements Method {
    /// The networks and the loss.
    record Parts(Encoder encoder, Layer.Chain projector, RankingLoss loss, ParameterBuffer parameters) {}

    private final Parts parts;
    private final Setting setting;

    MetricLearning(Parts parts, Setting setting) {
        this.parts = parts;
        this.setting = setting;
    }

    /// @throws org.fullrank.engine.InputException always, because it needs classes
    @Override
    public Outcome learn(List<Tensor> views, int chunks, long step) {
        return learn(new Batch(views), chunks, step);
    }

    @Override
    public Outcome learn(Batch batch, int chunks, long step) {
        var whole = new WholeBatch(batch.views(), chunks, setting.workers());
        parameters().clearGradients();
        Outcome outcome = whole.learn(this::outputs, leaves -> {
            Terms terms = evaluate(leaves, batch.classes());
            terms.total().backward();
            var values = new LinkedHashMap<String, Double>();
            terms.parts().forEach((name, value) -> values.put(name, Tensors.value(value)));
            return new Outcome(
                    Tensors.value(terms.total()),
                    values,
                    new LinkedHashMap<>(),
                    leaves.getFirst().getFirst().detach());
        });
        SharedGradients.complete(parameters(), setting.workers());
        return outcome;
    }

    private List<Tensor> outputs(Tensor x, Mode mode) {
        return List.of(embed(x, mode));
    }

    private Terms evaluate(List<List<Tensor>> leaves, int[] classes) {
        Tensor z = Tensors.cat(leaves.stream().map(List::getFirst).toList()); // [V N, D]
        int views = leaves.size();
        int[] ofRows = IntStream.range(0, views * classes.length)
                .map(i -> classes[i % classes.length])
                .toArray();
        Terms terms = parts.loss().evaluate(z, ofRows);
        terms.parts().forEach((name, value) -> NonFiniteTrace.seen("ranking loss, term " + name, z, value));
        return terms;
    }

    /// @throws org.fullrank.engine.InputException always, because it needs classes
    @Override
    public SequencedMap<String, TermGradient> termGradients(List<Tensor> views, int chunks, long step) {
        return termGradients(new Batch(views), chunks, step);
    }

    @Override
    public SequencedMap<String, TermGradient> termGradients(Batch batch, int chunks, long step) {
        return new TermGradients(
                        this::outputs, leaves -> terms(leaves, batch.classes()), parameters(), setting.workers())
                .over(new WholeBatch(batch.views(), chunks, setting.workers()));
    }

    private List<Term> terms(List<List<Tensor>> leaves, int[] classes) {
        return evaluate(leaves, classes).list().stream()
                .map(term -> new Term(
                        term.name(),
                        term.value(),
                        term.weight(),
                        term.setting() == null ? null : "loss." + term.setting()))
                .toList();
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
    public Setting setting() {
        return setting;
    }

    @Override
    public ParameterBuffer parameters() {
        return parts.parameters();
    }
}
