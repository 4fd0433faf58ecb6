package org.fullrank.lab;

import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.Tensors;
import org.fullrank.linalg.Reductions;
import org.fullrank.objective.Angular;
import org.fullrank.objective.Contrastive;
import org.fullrank.objective.NPair;
import org.fullrank.objective.RankingLoss;
import org.fullrank.objective.Triplet;

/// What a training minimizes: a ranking loss, and one of the terms of the SVMax paper.
@FunctionalInterface
interface RankingTerm {
    /// The term beyond the ranking loss.
    enum Added {
        NONE("alone"),
        SPREAD_OUT("spread-out"),
        SVMAX("SVMax");

        private final String label;

        Added(String label) {
            this.label = label;
        }

        String label() {
            return label;
        }
    }

    /// The loss of embeddings `[B, D]` with their classes, a differentiable scalar.
    Tensor of(RankingLoss loss, Added added, Tensor z, int[] classes);

    /// As published. SVMax has the weight of its paper for the loss, spread-out the weight 1.
    static Tensor published(RankingLoss loss, Added added, Tensor z, int[] classes) {
        Tensor value =
                (added == Added.SVMAX ? loss : alone(loss)).evaluate(z, classes).total();
        return added == Added.SPREAD_OUT ? value.add(spreadOut(z, classes)) : value;
    }

    /// Without SVMax.
    static RankingLoss alone(RankingLoss loss) {
        return switch (loss) {
            case Contrastive contrastive -> new Contrastive(contrastive.margin(), 0);
            case Triplet triplet -> new Triplet(triplet.margin(), 0);
            case NPair _ -> new NPair(0);
            case Angular angular -> new Angular(angular.degrees(), 0);
        };
    }

    /// The spread-out regularizer `m1^2 + max(0, m2 - 1/D)`. Here, m1 and m2 are the means of the cosine and of
    /// its square over pairs of two classes. The source is Zhang et al., "Learning spread-out local feature
    /// descriptors" (2017), equation 6.
    static Tensor spreadOut(Tensor z, int[] classes) {
        Tensor unit = Reductions.unit(z); // [B, D]
        Tensor cosines = unit.mm(unit.t()); // [B, B]
        Tensor column = Tensors.of(classes).view(-1, 1); // [B, 1]
        Tensor other = column.ne(column.t()).to(z.scalar_type()); // [B, B]
        Tensor count = other.sum();
        Tensor first = cosines.mul(other).sum().div(count);
        Tensor second = cosines.square().mul(other).sum().div(count);
        Tensor excess = second.sub(Tensors.scalar(1.0 / z.size(1))).clamp_min(Tensors.scalar(0));
        return first.square().add(excess);
    }
}
