package org.fullrank.objective;

import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Tensors;
import org.fullrank.linalg.Gram;
import org.fullrank.settings.Named;

/// TiCo: transformation invariance and covariance contrast. With rows on the unit sphere, the loss is `1 -
/// mean_i cos(x_i, y_i) + rho mean_i x_i' C x_i`. C is a running covariance of the first view without
/// centering, `C = beta C_before + (1 - beta) X' X / N`. The contrast term moves embeddings away from the
/// directions that are most frequent in this and earlier batches. The matrix C_before is the memory of the
/// objective and starts at zero. The gradient flows through the current batch's part of C, not through the
/// memory.
///
/// As published, the contrast term uses only the first view. With more than two views, the alignment is the
/// mean over the other views. The parts are `alignment`, from 0 to 2, and `contrast` before weighting, from 0
/// to 1.
///
/// Source: Zhu et al., "TiCo: Transformation invariance and covariance contrast for self-supervised visual
/// representation learning" (2022), as in public re-implementations. We read neither the TiCo paper nor the
/// authors' code. One public re-implementation says that rho is 8 in the paper. Others use 20. Others
/// have 20. In the published method, the other view goes through a momentum encoder. Here, both views go
/// through one network.
///
/// @param beta share of the memory in the running covariance, 0 to below 1
/// @param rho weight of the contrast
@Named("tico")
public record Tico(double beta, double rho) implements Objective {
    /// The value in all re-implementations.
    public static final double DEFAULT_BETA = 0.9;
    /// The paper's recommendation according to a re-implementation; unverified.
    public static final double DEFAULT_RHO = 8;

    public Tico {
        InputException.unless(beta >= 0 && beta < 1, "beta: found %s, expected 0 to below 1", beta);
        if (!(rho >= 0 && rho < 1e9)) {
            throw new InputException("rho: found %s, expected 0 or a positive number below 1e9".formatted(rho));
        }
    }

    public static Tico defaults() {
        return new Tico(DEFAULT_BETA, DEFAULT_RHO);
    }

    @Override
    public long[] memory(long width) {
        return new long[] {width, width};
    }

    @Override
    public Terms evaluate(Views views) {
        long v = views.embeddings().size();
        double n = views.samples();
        UnitRows rows = UnitRows.of(views); // [V, N, D]
        Tensor x = rows.values().select(0, 0); // [N, D]
        Tensor others = rows.values().narrow(0, 1, v - 1); // [V - 1, N, D]
        Tensor sum = v == 2 ? others.select(0, 0) : others.sum(0); // [N, D]
        double each = -1 / ((v - 1) * n);
        Tensor alignment = x.mul(sum).sum().mul(Tensors.scalar(each)).add(Tensors.scalar(1));
        // mean_i x' (X' X / N) x is |X' X|_F^2 / N^2, by the smaller Gram matrix; half of its gradient is X X' X / N^2.
        boolean wide = n < views.width();
        Tensor gram = wide ? Gram.ofRows(x) : Gram.ofColumns(x); // [N, N] or [D, D]
        double share = (1 - beta) / (n * n);
        Tensor contrast = gram.square().sum().mul(Tensors.scalar(share));
        Tensor slope = (wide ? gram.mm(x) : x.mm(gram)).mul_(Tensors.scalar(4 * share)); // [N, D]
        Tensor before = views.memory();
        if (before != null) {
            Tensor past = x.mm(before); // [N, D]; the memory is symmetric
            contrast = contrast.add(past.mul(x).sum().mul(Tensors.scalar(beta / n)));
            slope.add_(past, Tensors.scalar(2 * beta / n));
        }
        Tensor memory = wide
                ? torch.addmm(
                        before == null ? x.new_zeros(new long[0]) : before, // [D, D]
                        x.t(),
                        x,
                        Tensors.scalar(beta),
                        Tensors.scalar((1 - beta) / n))
                : gram.mul_(Tensors.scalar((1 - beta) / n));
        if (before != null && !wide) {
            memory.add_(before, Tensors.scalar(beta));
        }
        List<Term> terms = List.of(Term.of("alignment", alignment), new Term("contrast", contrast, rho, "rho"));
        return Terms.closed(views, terms, kept -> {
                    double pull = kept[0] * each;
                    Tensor gradient =
                            x.mul(Tensors.scalar(pull)).expand_as(rows.values()).contiguous(); // [V, N, D]
                    gradient.select(0, 0)
                            .copy_(slope.mul(Tensors.scalar(kept[1] * rho)).add_(sum, Tensors.scalar(pull)));
                    return Surrogate.apart(rows.gradient(gradient));
                })
                .withMemory(memory);
    }

    @Override
    public Card card() {
        return new Card(
                        "views agree in direction, away from where this and earlier batches lie",
                        "Zhu, Moraes, Karakulak, Sobol, Canziani, LeCun: TiCo, 2022, arXiv 2206.10698")
                .with("alignment", "0 to 2: falls")
                .with("contrast", "0 to 1: near 1 / D where directions are even, 1 at collapse");
    }

    @Override
    public Need need(long rows, long width) {
        return Need.met(
                rows,
                "N %d, D %d: the covariance averages over about %s rows and is not inverted"
                        .formatted(rows, width, Need.number(rows / (1 - beta))));
    }
}
