package org.fullrank.objective;

import java.util.LinkedHashMap;
import java.util.SequencedMap;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.Tensors;
import org.fullrank.objective.Regularized.Penalty;

/// An objective taken apart: its terms with their weights, each a scalar of its own that can be differentiated.
/// They add up to the objective's value, and so do their gradients. Objectives whose gradient is closed-form are
/// parted by setting a weight to 0: what is missing then is the other term.
public final class WeightedTerms {
    private WeightedTerms() {}

    /// The terms by name, in the order of the formula; the caller's scope owns them.
    public static SequencedMap<String, Tensor> of(Objective objective, Views views) {
        return switch (objective) {
            case Regularized sum -> regularized(sum, views);
            case NtXent law -> parted("alignment", alignment(law, views), "contrast", law, views);
            case BarlowTwins law -> parted("diagonal", value(withoutLambda(law), views), "off_diagonal", law, views);
            case Tico law -> parted("alignment", value(new Tico(law.beta(), 0), views), "contrast", law, views);
            case Mmcr law ->
                law.lambda() == 0
                        ? whole("global_nuclear", law, views)
                        : parted("global_nuclear", value(new Mmcr(0), views), "local_nuclear", law, views);
            case WMse law -> whole("distance", law, views);
        };
    }

    private static SequencedMap<String, Tensor> regularized(Regularized sum, Views views) {
        var terms = new LinkedHashMap<String, Tensor>();
        Regularized.Pull pull = sum.pull();
        terms.put(pull.part(), pull.alignment().evaluate(views).mul(Tensors.scalar(pull.weight())));
        for (Penalty penalty : sum.penalties()) {
            Tensor value = penalty.evaluate(views.embeddings(), views.draw()).total();
            terms.merge(penalty.regularizer().part(), value.mul(Tensors.scalar(penalty.weight())), Tensor::add);
        }
        return terms;
    }

    private static BarlowTwins withoutLambda(BarlowTwins law) {
        return new BarlowTwins(0, law.scale(), law.epsilon());
    }

    /// Minus the mean similarity of an anchor with the other views of its sample, over the temperature.
    private static Tensor alignment(NtXent law, Views views) {
        Tensor sum = null;
        Tensor own = null;
        for (Tensor z : views.embeddings()) {
            Tensor unit = z.div(UnitRows.norm(z)); // [N, D]
            sum = sum == null ? unit : sum.add(unit);
            Tensor square = unit.square().sum();
            own = own == null ? square : own.add(square);
        }
        double v = views.embeddings().size();
        double pairs = views.samples() * v * (v - 1);
        if (sum == null || own == null) {
            throw new IllegalStateException("no views"); // Views has at least two
        }
        return sum.square().sum().sub(own).mul(Tensors.scalar(-1 / (pairs * law.temperature())));
    }

    private static Tensor value(Objective law, Views views) {
        return law.evaluate(views).total();
    }

    private static SequencedMap<String, Tensor> whole(String name, Objective law, Views views) {
        var terms = new LinkedHashMap<String, Tensor>();
        terms.put(name, value(law, views));
        return terms;
    }

    /// One term, and the rest of the value.
    private static SequencedMap<String, Tensor> parted(
            String name, Tensor term, String rest, Objective law, Views views) {
        var terms = new LinkedHashMap<String, Tensor>();
        terms.put(name, term);
        terms.put(rest, value(law, views).sub(term));
        return terms;
    }
}
