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

        /// The value for V matrices `[N, D]` and its parts, before weighting.
        ///
        /// @param draw the key of what is drawn at random
        public Terms evaluate(List<Tensor> views, long draw) {
            double scale = switch (over) {
                case MEAN -> 1.0 / views.size();
                case PAIR -> 2.0 / views.size();
            };
            var sums = new LinkedHashMap<String, Tensor>();
            Tensor total = null;
            for (Terms terms : regularizer.evaluate(views, draw)) {
                Tensor scaled = terms.total().mul(Tensors.scalar(scale));
                total = total == null ? scaled : total.add(scaled);
                terms.parts().forEach((name, value) -> sums.merge(name, value.mul(Tensors.scalar(scale)), Tensor::add));
            }
            return new Terms(Objects.requireNonNull(total), sums);
        }
    }

    /// How the values of a regulariser on V views become one number.
    public enum OverViews {
        /// Their mean.
        MEAN(1),
        /// Twice their mean: the sum over the two branches of a pair. With V views the balance against the alignment
        /// stays that of two.
        PAIR(2);

        private final double scale;

        OverViews(double scale) {
            this.scale = scale;
        }

        /// What the mean is multiplied by.
        public double scale() {
            return scale;
        }
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
            Terms terms = penalty.evaluate(views.embeddings(), views.draw());
            terms.parts().forEach((name, value) -> parts.merge(name, value, (a, b) -> a.add(b)));
            total = total.add(terms.total().mul(Tensors.scalar(penalty.weight())));
        }
        return new Terms(total, parts);
    }
}
