package org.fullrank.objective;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Tensors;

/// An alignment of the views and any number of weighted regularisers on each of them: the form of VICReg,
/// SVMax, LPL and LeJEPA.
///
/// @param pull what brings the views of a sample together
/// @param penalties what keeps the embedding from collapsing
public record Regularized(Pull pull, List<Penalty> penalties) implements Objective {
    /// The alignment with its weight.
    ///
    /// @param part the name of its value in logs, as the paper has it
    public record Pull(String part, Alignment alignment, double weight) {
        public Pull {
            requireWeight(part + " weight", weight);
        }
    }

    /// One regulariser with its weight.
    ///
    /// @param over how the values of the views become one
    public record Penalty(Regularizer regularizer, double weight, OverViews over) {
        public Penalty {
            requireWeight(regularizer.part() + " weight", weight);
        }
    }

    /// How the values of a regulariser on V views become one number.
    public enum OverViews {
        /// Their mean.
        MEAN,
        /// Twice their mean: the sum over the two branches of a pair. With V views the balance against the alignment
        /// stays that of two.
        PAIR
    }

    public Regularized {
        penalties = List.copyOf(penalties);
    }

    private static void requireWeight(String name, double weight) {
        if (!(weight >= 0 && weight < 1e9)) {
            throw new InputException("%s: found %s, expected 0 or a positive number".formatted(name, weight));
        }
    }

    @Override
    public Terms evaluate(Views views) {
        var parts = new LinkedHashMap<String, Tensor>();
        Tensor aligned = pull.alignment().evaluate(views);
        parts.put(pull.part(), aligned);
        Tensor total = aligned.mul(Tensors.scalar(pull.weight()));
        for (Penalty penalty : penalties) {
            Terms terms = overViews(penalty, views);
            terms.parts().forEach((name, value) -> parts.merge(name, value, (a, b) -> a.add(b)));
            total = total.add(terms.total().mul(Tensors.scalar(penalty.weight())));
        }
        return new Terms(total, parts);
    }

    private static Terms overViews(Penalty penalty, Views views) {
        int count = views.embeddings().size();
        double scale = switch (penalty.over()) {
            case MEAN -> 1.0 / count;
            case PAIR -> 2.0 / count;
        };
        var sums = new LinkedHashMap<String, Tensor>();
        Tensor total = null;
        for (Tensor z : views.embeddings()) {
            Terms terms = penalty.regularizer().evaluate(z, views.draw());
            Tensor scaled = terms.total().mul(Tensors.scalar(scale));
            total = total == null ? scaled : total.add(scaled);
            terms.parts().forEach((name, value) -> sums.merge(name, value.mul(Tensors.scalar(scale)), Tensor::add));
        }
        return new Terms(Objects.requireNonNull(total), sums);
    }
}
