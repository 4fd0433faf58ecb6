package org.fullrank.method;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.Gradients;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.net.Layer;
import org.fullrank.net.Mode;
import org.fullrank.net.ParameterBuffer;
import org.fullrank.objective.Objective;
import org.fullrank.objective.Terms;
import org.fullrank.objective.Views;

/// One network for all views; the objective acts on the embeddings of the projector.
///
/// The batch is made whole before the objective sees it: embeddings of all chunks are gathered into one leaf `Z` for
/// each view, the objective gives `dL/dZ`, and every chunk continues backward from its own rows. With one chunk the
/// graph of the forward pass is kept; with more, each chunk is run again (gradient caching), so that only one chunk's
/// activations are in memory at a time.
public final class JointEmbedding implements Method {
    private final Layer encoder;
    private final Layer projector;
    private final ParameterBuffer parameters;
    private final Objective objective;
    private final Setting setting;

    JointEmbedding(Layer encoder, Layer projector, ParameterBuffer parameters, Objective objective, Setting setting) {
        this.encoder = encoder;
        this.projector = projector;
        this.parameters = parameters;
        this.objective = objective;
        this.setting = setting;
    }

    @Override
    public Outcome learn(List<Tensor> views, int chunks) {
        long rows = views.getFirst().size(0);
        if (chunks < 1 || chunks > rows) {
            throw new InputException("train.chunks: found %d, expected 1 to %d, the batch".formatted(chunks, rows));
        }
        parameters.clearGradients();
        return chunks == 1 ? whole(views) : cached(views, chunks);
    }

    private Outcome whole(List<Tensor> views) {
        var outputs = new ArrayList<Tensor>();
        var leaves = new ArrayList<Tensor>();
        for (Tensor view : views) {
            Tensor z = embed(view, Mode.TRAIN); // [N, D]
            outputs.add(z);
            leaves.add(leaf(z));
        }
        Outcome outcome = evaluate(leaves);
        for (int v = 0; v < outputs.size(); v++) {
            Tensors.backward(outputs.get(v), leaves.get(v).grad());
        }
        return outcome;
    }

    private Outcome cached(List<Tensor> views, int chunks) {
        var leaves = new ArrayList<Tensor>();
        for (Tensor view : views) {
            leaves.add(leaf(embedInChunks(view, chunks)));
        }
        Outcome outcome = evaluate(leaves);
        for (int v = 0; v < views.size(); v++) {
            Tensor gradient = leaves.get(v).grad(); // [N, D]
            for (int c = 0; c < chunks; c++) {
                try (var scope = Scope.open()) {
                    Tensor z = embed(chunk(views.get(v), c, chunks), Mode.REPLAY);
                    Tensors.backward(z, chunk(gradient, c, chunks));
                }
            }
        }
        return outcome;
    }

    private Tensor embedInChunks(Tensor view, int chunks) {
        try (var off = Gradients.off();
                var scope = Scope.open()) {
            var parts = new ArrayList<Tensor>();
            for (int c = 0; c < chunks; c++) {
                try (var inner = Scope.open()) {
                    parts.add(inner.keep(embed(chunk(view, c, chunks), Mode.TRAIN)));
                }
            }
            Tensor all = scope.keep(Tensors.cat(parts));
            parts.forEach(Tensor::close);
            return all;
        }
    }

    /// Rows of chunk `c`; sizes differ by at most one.
    private static Tensor chunk(Tensor t, int c, int chunks) {
        long rows = t.size(0);
        long begin = rows * c / chunks;
        return t.narrow(0, begin, rows * (c + 1) / chunks - begin);
    }

    private static Tensor leaf(Tensor z) {
        return z.detach().set_requires_grad(true);
    }

    private Outcome evaluate(List<Tensor> leaves) {
        Terms terms = objective.evaluate(new Views(leaves));
        terms.total().backward();
        var parts = new LinkedHashMap<String, Double>();
        terms.parts().forEach((name, value) -> parts.put(name, Tensors.value(value)));
        return new Outcome(
                Tensors.value(terms.total()), parts, leaves.getFirst().detach());
    }

    private Tensor embed(Tensor x, Mode mode) {
        try (var autocast = setting.precision().autocast(setting.device())) {
            return projector.forward(encoder.forward(x, mode), mode).to(setting.type());
        }
    }

    @Override
    public Tensor encode(Tensor x, Mode mode) {
        try (var autocast = setting.precision().autocast(setting.device())) {
            return encoder.forward(x, mode).to(setting.type());
        }
    }

    @Override
    public ParameterBuffer parameters() {
        return parameters;
    }

    @Override
    public void close() {
        parameters.close();
    }
}
