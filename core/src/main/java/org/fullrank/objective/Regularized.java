package org.fullrank.objective;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Tensors;
import org.jspecify.annotations.Nullable;

/// One alignment of the views and any number of weighted regularizers on each view. VICReg, SVMax, LPL,
/// log-det and LeJEPA have this form.
///
/// @param pull the term that brings the views of a sample together
/// @param penalties the terms that prevent collapse
public record Regularized(Pull pull, List<Penalty> penalties) {
    /// The alignment with its weight.
    ///
    /// @param part the name of its value in logs, as in the paper
    /// @param setting the key of the objective that the weight is proportional to; null if there is none
    public record Pull(
            String part,
            Alignment alignment,
            double weight,
            @Nullable String setting) {
        public Pull {
            requireWeight(part + " weight", weight);
        }
    }

    /// One regularizer with its weight.
    ///
    /// @param over how the values of the views are combined
    /// @param setting the key that the weight is proportional to; null if there is none
    public record Penalty(
            Regularizer regularizer,
            double weight,
            OverViews over,
            @Nullable String setting) {
        public Penalty {
            requireWeight(regularizer.part() + " weight", weight);
        }

        /// The term for V matrices `[N, D]`, and the figures of the regularizer.
        ///
        /// @param draw the key of random draws
        public Terms evaluate(List<Tensor> views, long draw) {
            double scale = switch (over) {
                case MEAN -> 1.0 / views.size();
                case PAIR -> 2.0 / views.size();
            };
            var figures = new LinkedHashMap<String, Tensor>();
            Tensor total = null;
            for (Terms terms : regularizer.evaluate(views, draw)) {
                Tensor scaled = terms.total().mul(Tensors.scalar(scale));
                total = total == null ? scaled : total.add(scaled);
                terms.figures()
                        .forEach((name, value) -> figures.merge(name, value.mul(Tensors.scalar(scale)), Tensor::add));
            }
            Term term = new Term(regularizer.part(), Objects.requireNonNull(total), weight, setting);
            return Terms.sum(List.of(term)).withFigures(figures);
        }
    }

    /// How the values of a regularizer on V views are combined.
    public enum OverViews {
        /// Their mean.
        MEAN(1),
        /// Twice their mean, which is the sum over the two branches if there are two views. So the balance
        /// with the alignment is the same for V views as for two.
        PAIR(2);

        private final double scale;

        OverViews(double scale) {
            this.scale = scale;
        }

        /// The factor by which the mean is multiplied.
        public double scale() {
            return scale;
        }
    }

    public Regularized {
        penalties = List.copyOf(penalties);
    }

    private static void requireWeight(String name, double weight) {
        InputException.unless(
                weight >= 0 && weight < 1e9, "%s: found %s, expected 0 or a positive number below 1e9", name, weight);
    }

    /// The pull, then the penalties in their order.
    public Terms evaluate(Views views) {
        var list = new ArrayList<Term>();
        var figures = new LinkedHashMap<String, Tensor>();
        list.add(new Term(pull.part(), pull.alignment().evaluate(views), pull.weight(), pull.setting()));
        for (Penalty penalty : penalties) {
            Terms terms = penalty.evaluate(views.embeddings(), views.draw());
            list.addAll(terms.list());
            figures.putAll(terms.figures());
        }
        return Terms.sum(list).withFigures(figures);
    }

    /// A card with the ranges of the pull and of each regularizer.
    Card card(String idea, String paper, String pullRange) {
        Card card = new Card(idea, paper).with(pull.part(), pullRange);
        for (Penalty penalty : penalties) {
            card = card.with(penalty.regularizer().card());
        }
        return card;
    }
}
