package org.fullrank.method;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.function.Function;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.engine.WorkerGroup;
import org.fullrank.method.Method.TermGradient;
import org.fullrank.net.ParameterBuffer;
import org.fullrank.objective.Term;

/// Computes the gradient of each loss term separately, with one forward and one backward pass per term.
///
/// @param network from a view to its outputs, the embedding first
/// @param terms computes the terms from the leaves, V x outputs. Each term has its own name, and its setting
///     is a key of the method
/// @param parameters that the gradients reach
/// @param workers that compute the batch together
record TermGradients(
        WholeBatch.Network network,
        Function<List<List<Tensor>>, List<Term>> terms,
        ParameterBuffer parameters,
        WorkerGroup workers) {
    /// The gradients by the names of the terms. Afterwards the buffer contains the gradients of the last
    /// term.
    SequencedMap<String, TermGradient> over(WholeBatch batch) {
        var gradients = new LinkedHashMap<String, TermGradient>();
        for (int asked = 0, count = 1; asked < count; asked++) {
            try (var scope = Scope.open()) {
                parameters.clearGradients();
                int index = asked;
                Found found = batch.learn(network, leaves -> backward(leaves, index));
                SharedGradients.complete(parameters, workers);
                count = found.count();
                Term term = found.term();
                gradients.put(term.name(), new TermGradient(found.embeddings(), encoderNorm(), term.setting()));
            }
        }
        return gradients;
    }

    private record Found(Term term, int count, double embeddings) {}

    private Found backward(List<List<Tensor>> leaves, int index) {
        List<Term> all = terms.apply(leaves);
        Term term = all.get(index);
        Tensor weighted = term.weighted();
        if (weighted.requires_grad()) {
            weighted.backward();
        }
        double squares = 0;
        for (List<Tensor> view : leaves) {
            Tensor gradient = view.getFirst().grad();
            squares += gradient.defined() ? Math.pow(Tensors.value(gradient.norm()), 2) : 0;
        }
        return new Found(term, all.size(), Math.sqrt(squares));
    }

    private double encoderNorm() {
        double squares = 0;
        for (ParameterBuffer.Segment segment : parameters.segments()) {
            if (segment.name().startsWith(Method.ENCODER + ".")) {
                squares += Math.pow(
                        Tensors.value(segment.view(parameters.gradients()).norm()), 2);
            }
        }
        return Math.sqrt(squares);
    }
}
