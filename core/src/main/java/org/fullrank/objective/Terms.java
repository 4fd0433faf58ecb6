package org.fullrank.objective;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.Tensors;
import org.jspecify.annotations.Nullable;

/// The terms of the value of a loss. The total is the sum of the weighted terms, in their order.
public final class Terms {
    /// The gradient of a sum of terms in closed form.
    @FunctionalInterface
    interface ClosedGradient {
        /// The gradient of `sum_k kept_k weight_k value_k` with respect to the embeddings, V x `[N, D]`. The
        /// tensors have no graph and are new for each call.
        ///
        /// @param kept 1 for a term that is in the sum, 0 for a term that is not
        List<Tensor> of(double... kept);
    }

    private record Closed(Views views, ClosedGradient gradient) {}

    private final List<Term> list;
    private final SequencedMap<String, Tensor> figures;
    private final @Nullable Tensor memory;
    private final @Nullable Closed closed;
    private final Tensor total;

    private Terms(
            List<Term> list,
            SequencedMap<String, Tensor> figures,
            @Nullable Tensor memory,
            @Nullable Closed closed,
            Tensor total) {
        this.list = List.copyOf(list);
        this.figures = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(figures));
        this.memory = memory;
        this.closed = closed;
        this.total = total;
    }

    /// A sum of differentiable terms.
    static Terms sum(List<Term> terms) {
        return new Terms(terms, new LinkedHashMap<>(), null, null, weightedSum(terms));
    }

    /// A single term of weight 1.
    static Terms of(String name, Tensor value) {
        return sum(List.of(Term.of(name, value)));
    }

    /// A sum of terms whose gradient is known in closed form. The terms are plain numbers. The total has the
    /// gradient of all terms.
    static Terms closed(Views views, List<Term> terms, ClosedGradient gradient) {
        Tensor value = weightedSum(terms);
        if (!Surrogate.wanted(views)) {
            return new Terms(terms, new LinkedHashMap<>(), null, null, value);
        }
        double[] all = new double[terms.size()];
        Arrays.fill(all, 1);
        Tensor total = Surrogate.of(value, views, gradient.of(all));
        return new Terms(terms, new LinkedHashMap<>(), null, new Closed(views, gradient), total);
    }

    /// The same with additional numbers to log, which have no gradient. If such a number has the name of a
    /// term, it is logged instead of the term.
    Terms withFigures(SequencedMap<String, Tensor> more) {
        return new Terms(list, more, memory, closed, total);
    }

    /// The same with the detached memory that the objective needs for the next batch.
    Terms withMemory(Tensor next) {
        return new Terms(list, figures, next, closed, total);
    }

    /// The value that is minimized, a differentiable scalar.
    public Tensor total() {
        return total;
    }

    /// The logged values by name: each term before weighting, and other figures.
    public SequencedMap<String, Tensor> parts() {
        var parts = new LinkedHashMap<String, Tensor>();
        list.forEach(term -> parts.put(term.name(), term.value()));
        parts.putAll(figures);
        return parts;
    }

    /// The terms, each differentiable by itself.
    public List<Term> list() {
        return closed == null ? list : apart(closed);
    }

    /// Numbers that are only logged and not minimized.
    public SequencedMap<String, Tensor> figures() {
        return figures;
    }

    /// The memory that the objective needs for the next batch; null if it has no memory.
    public @Nullable Tensor memory() {
        return memory;
    }

    private List<Term> apart(Closed known) {
        var apart = new ArrayList<Term>();
        for (int k = 0; k < list.size(); k++) {
            Term term = list.get(k);
            if (term.weight() == 0) {
                apart.add(term);
                continue;
            }
            double[] kept = new double[list.size()];
            kept[k] = 1;
            List<Tensor> gradients = known.gradient().of(kept).stream()
                    .map(g -> g.div_(Tensors.scalar(term.weight())))
                    .toList();
            Tensor value = Surrogate.of(term.value(), known.views(), gradients);
            apart.add(new Term(term.name(), value, term.weight(), term.setting()));
        }
        return apart;
    }

    private static Tensor weightedSum(List<Term> terms) {
        Tensor sum = terms.getFirst().weighted();
        for (Term term : terms.subList(1, terms.size())) {
            sum = sum.add(term.weighted());
        }
        return sum;
    }
}
