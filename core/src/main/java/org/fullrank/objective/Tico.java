package org.fullrank.objective;

import java.util.LinkedHashMap;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Named;
import org.fullrank.engine.Tensors;

/// TiCo, transformation invariance and covariance contrast: with rows on the unit sphere,
/// `1 - mean_i cos(x_i, y_i) + rho mean_i x_i' C x_i`, where C is a running uncentred covariance of the first view,
/// `C = beta C_before + (1 - beta) X' X / N`. The contrast asks embeddings to leave the directions that embeddings of
/// this and earlier batches take most. C_before is the memory of the objective, zeros at first; the gradient flows
/// through the share of the current batch, not through the memory.
///
/// The first view alone is contrasted, as published; where there are more than two, the alignment is the mean over the
/// others. Parts: `alignment`, 0 to 2, and `contrast` before weighting, 0 to 1.
///
/// Source: Zhu et al., "TiCo: Transformation invariance and covariance contrast for self-supervised visual
/// representation learning" (2022), as public re-implementations have it; the authors' code and the paper were not
/// read, and a re-implementation names rho 8 as the paper's while others have 20. The published method takes the other
/// view from a momentum encoder; here both come from one network.
///
/// @param beta share of the memory in the running covariance, 0 to below 1
/// @param rho weight of the contrast
@Named("tico")
public record Tico(double beta, double rho) implements Objective, ObjectiveSpec {
    /// All re-implementations agree.
    public static final double DEFAULT_BETA = 0.9;
    /// What a re-implementation reports as the paper's recommendation; unverified.
    public static final double DEFAULT_RHO = 8;

    public Tico {
        if (!(beta >= 0 && beta < 1)) {
            throw new InputException("beta: found %s, expected 0 to below 1".formatted(beta));
        }
        if (!(rho >= 0 && rho < 1e9)) {
            throw new InputException("rho: found %s, expected 0 or a positive number".formatted(rho));
        }
    }

    public static Tico defaults() {
        return new Tico(DEFAULT_BETA, DEFAULT_RHO);
    }

    @Override
    public Objective objective() {
        return this;
    }

    @Override
    public long[] memory(long width) {
        return new long[] {width, width};
    }

    @Override
    public Terms evaluate(Views views) {
        List<Tensor> z = views.embeddings();
        long n = views.samples();
        Tensor unit = UnitRows.of(Tensors.cat(z)).view(z.size(), n, views.width()); // [V, N, D]
        Tensor x = unit.select(0, 0); // [N, D]
        Tensor others = unit.narrow(0, 1, z.size() - 1).sum(0); // [N, D]
        Tensor alignment =
                x.mul(others).sum().div(Tensors.scalar(-(z.size() - 1.0) * n)).add(Tensors.scalar(1));
        Tensor fixed = x.detach();
        // mean_i x' (X' X / N) x is |X' X|_F^2 / N^2, by the smaller Gram matrix; half of its gradient is X X' X / N^2.
        boolean wide = n < views.width();
        Tensor gram = wide ? fixed.mm(fixed.t()) : fixed.t().mm(fixed); // [N, N] or [D, D]
        double share = (1 - beta) / ((double) n * n);
        Tensor value = gram.square().sum().mul(Tensors.scalar(share));
        Tensor gradient = (wide ? gram.mm(fixed) : fixed.mm(gram)).mul_(Tensors.scalar(4 * share)); // [N, D]
        Tensor before = views.memory();
        Tensor added = wide ? fixed.t().mm(fixed) : gram; // [D, D]
        Tensor memory = added.mul_(Tensors.scalar((1 - beta) / n));
        if (before != null) {
            Tensor past = fixed.mm(before); // [N, D]; the memory is symmetric
            value = value.add(past.mul(fixed).sum().mul(Tensors.scalar(beta / n)));
            gradient.add_(past, Tensors.scalar(2 * beta / n));
            memory.add_(before, Tensors.scalar(beta));
        }
        var parts = new LinkedHashMap<String, Tensor>();
        parts.put("alignment", alignment);
        parts.put("contrast", value);
        Tensor contrast = x.requires_grad() ? Surrogate.of(value, x, gradient) : value;
        return new Terms(alignment.add(contrast.mul(Tensors.scalar(rho))), parts, memory);
    }
}
