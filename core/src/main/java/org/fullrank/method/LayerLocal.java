package org.fullrank.method;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.net.Encoder;
import org.fullrank.net.Layer;
import org.fullrank.net.Mode;
import org.fullrank.net.ParameterBuffer;
import org.fullrank.objective.Terms;

/// Trains each block of the encoder with its own objective on its pooled output. Blocks run one after
/// another. Each block gets the output of the previous block without its graph. The graph is freed first. So
/// no gradient flows from block to block, and the memory does not grow with the depth.
///
/// Source: Halvagal and Zenke, "The combination of Hebbian and predictive plasticity learns invariant object
/// representations in deep sensory networks" (2023), and the official code. In the official code, the
/// gradient of the pull reaches both views. In the paper, the gradient does not reach the earlier view
/// (unverified). Both views share the weights. So without this gradient, the pull would only have half of its
/// gradient. To get the form of the paper, halve the weight of the pull.
public final class LayerLocal implements Method {
    /// The objective of one block and its head.
    ///
    /// @param head network between the pooled output of the block and the objective
    record Teacher(Layer.Chain head, Criterion criterion) {}

    /// Outputs of a block that its objective and the log read. The last output is the input of the next block,
    /// which each worker has for itself.
    private static final int READ = 2;

    private final Encoder encoder;
    private final List<Teacher> teachers;
    private final ParameterBuffer parameters;
    private final Setting setting;

    /// @param teachers one for each block of `encoder`
    LayerLocal(Encoder encoder, List<Teacher> teachers, ParameterBuffer parameters, Setting setting) {
        this.encoder = encoder;
        this.teachers = List.copyOf(teachers);
        this.parameters = parameters;
        this.setting = setting;
    }

    /// The results of one block.
    ///
    /// @param activities inputs of the next block, one for each view, without a graph; the receiver closes
    ///     them
    /// @param embedding of the first view, `[N, D]`; the receiver closes it
    private record Learned(
            double loss, SequencedMap<String, Double> parts, List<Tensor> activities, Tensor pooled, Tensor embedding) {
        void close() {
            activities.forEach(Tensor::close);
            pooled.close();
            embedding.close();
        }
    }

    @Override
    public Outcome learn(List<Tensor> views, int chunks, long step) {
        parameters.clearGradients();
        double total = 0;
        var parts = new LinkedHashMap<String, Double>();
        var measures = new LinkedHashMap<String, Double>();
        var layers = new LinkedHashMap<String, Tensor>();
        Tensor embedding = views.getFirst();
        List<Tensor> inputs =
                views.stream().map(x -> encoder.enter(x, Mode.TRAIN)).toList();
        Learned before = null;
        for (int i = 0; i < teachers.size(); i++) {
            String name = encoder.blocks().get(i).name();
            Learned learned = learn(i, inputs, chunks, step);
            total += learned.loss();
            measures.put("block." + name + ".loss", learned.loss());
            learned.parts().forEach((part, value) -> {
                parts.merge(part, value, Double::sum);
                measures.put("block." + name + "." + part, value);
            });
            layers.put(name, learned.pooled().detach());
            embedding = learned.embedding().detach();
            inputs = learned.activities();
            if (before != null) {
                before.close();
            }
            before = learned;
        }
        if (before != null) {
            before.close();
        }
        SharedGradients.complete(parameters, setting.workers());
        return new Outcome(total, parts, measures, layers, embedding);
    }

    /// The gradient norms are over all blocks.
    @Override
    public SequencedMap<String, TermGradient> termGradients(List<Tensor> views, int chunks, long step) {
        var gradients = new LinkedHashMap<String, TermGradient>();
        List<Tensor> inputs =
                views.stream().map(x -> encoder.enter(x, Mode.TRAIN)).toList();
        for (int i = 0; i < teachers.size(); i++) {
            Layer block = encoder.blocks().get(i).layer();
            Teacher teacher = teachers.get(i);
            var apart = new TermGradients(
                    (x, mode) -> forward(block, teacher.head(), x, mode),
                    leaves ->
                            teacher
                                    .criterion()
                                    .evaluate(
                                            leaves.stream().map(List::getFirst).toList(), step)
                                    .list()
                                    .stream()
                                    .map(Criterion::ofMethod)
                                    .toList(),
                    parameters,
                    setting.workers());
            apart.over(new WholeBatch(inputs, chunks, setting.workers()))
                    .forEach((term, g) -> gradients.merge(
                            term,
                            g,
                            (a, b) -> new TermGradient(
                                    Math.hypot(a.embeddings(), b.embeddings()),
                                    Math.hypot(a.encoder(), b.encoder()),
                                    a.setting())));
            inputs = learn(i, inputs, chunks, step).activities(); // the caller's scope frees them
        }
        return gradients;
    }

    /// Forward and backward through block `i` alone.
    private Learned learn(int i, List<Tensor> inputs, int chunks, long step) {
        Layer block = encoder.blocks().get(i).layer();
        Teacher teacher = teachers.get(i);
        try (var scope = Scope.open()) {
            return new WholeBatch(inputs, chunks, setting.workers())
                    .learn((x, mode) -> forward(block, teacher.head(), x, mode), READ, leaves -> {
                        List<Tensor> z = leaves.stream().map(List::getFirst).toList(); // V x [N, D]
                        Terms terms = teacher.criterion().evaluate(z, step);
                        terms.total().backward();
                        teacher.criterion().remember(terms);
                        var parts = new LinkedHashMap<String, Double>();
                        terms.parts().forEach((name, value) -> parts.put(name, Tensors.value(value)));
                        List<Tensor> activities = leaves.stream()
                                .map(l -> scope.keep(l.getLast().detach()))
                                .toList();
                        Tensor pooled = scope.keep(leaves.getFirst().get(1).detach());
                        Tensor embedding = scope.keep(z.getFirst().detach());
                        return new Learned(Tensors.value(terms.total()), parts, activities, pooled, embedding);
                    });
        }
    }

    /// Embedding `[N, D]`, pooled output `[N, C]`, and the block's output without a graph.
    private List<Tensor> forward(Layer block, Layer head, Tensor x, Mode mode) {
        try (var autocast = setting.precision().autocast(setting.device())) {
            Tensor activity = block.forward(x, mode);
            Tensor pooled = encoder.pool(activity, mode);
            return List.of(head.forward(pooled, mode).to(setting.type()), pooled.to(setting.type()), activity.detach());
        }
    }

    @Override
    public Layer.Chain projector() {
        return teachers.getLast().head();
    }

    @Override
    public Encoder encoder() {
        return encoder;
    }

    @Override
    public List<String> watched() {
        return encoder.names();
    }

    @Override
    public Setting setting() {
        return setting;
    }

    @Override
    public ParameterBuffer parameters() {
        return parameters;
    }
}
