package org.fullrank.method;

import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.Gradients;
import org.fullrank.engine.Keyed;
import org.fullrank.net.NetworkBuilder;
import org.fullrank.net.NonFiniteTrace;
import org.fullrank.net.Parameter;
import org.fullrank.objective.Objective;
import org.fullrank.objective.Term;
import org.fullrank.objective.Terms;
import org.fullrank.objective.Views;
import org.jspecify.annotations.Nullable;

/// An objective with the key of its random draws. If the objective needs a memory from batch to batch, it is
/// here too.
///
/// @param key of the draws; each step has its own draw
record Criterion(Objective objective, @Nullable Parameter memory, long key) {
    private static final long DRAW = Keyed.name("draw of the objective");

    /// Declares the memory in `net`.
    ///
    /// @param width columns of the embeddings
    static Criterion declare(NetworkBuilder net, Objective objective, int width, long key) {
        long[] memory = objective.memory(width);
        return new Criterion(objective, memory.length == 0 ? null : net.statistic("memory", 0, memory), key);
    }

    /// The draw of a step.
    long draw(long step) {
        return Keyed.of(DRAW, key, step).nextLong();
    }

    /// The terms for the embeddings of one batch, V x `[N, D]`.
    Terms evaluate(List<Tensor> z, long step) {
        Terms terms = objective.evaluate(new Views(z, draw(step), memory == null ? null : memory.tensor()));
        terms.parts().forEach((name, value) -> NonFiniteTrace.seen("objective, term " + name, z.getFirst(), value));
        NonFiniteTrace.seen("objective, weighted sum of the terms", z.getFirst(), terms.total());
        return terms;
    }

    /// A term whose setting is a key of the method.
    static Term ofMethod(Term term) {
        String setting = term.setting() == null ? null : "objective." + term.setting();
        return new Term(term.name(), term.value(), term.weight(), setting);
    }

    /// Stores the memory that `terms` need for the next batch. Call it after the backward pass, which may
    /// need the old memory.
    void remember(Terms terms) {
        Tensor next = terms.memory();
        if (memory != null && next != null) {
            try (var off = Gradients.off()) {
                memory.tensor().copy_(next);
            }
        }
    }
}
