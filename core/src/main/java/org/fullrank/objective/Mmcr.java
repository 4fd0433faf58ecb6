package org.fullrank.objective;

import java.util.LinkedHashMap;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Named;
import org.fullrank.engine.Tensors;

/// Maximum manifold capacity representations: minus the nuclear norm (sum of singular values) of the matrix `[N, D]` of
/// centroids, a centroid being the mean of the views of a sample on the unit sphere, plus `lambda` times the mean over
/// samples of the nuclear norm of the V views of one. Long centroids mean that views agree; singular values that are
/// alike mean that centroids spread.
///
/// Parts: `global_nuclear`, from 0 to `sqrt(N min(N, D))`, which is reached where views agree and all singular values
/// are equal; with a weight above 0 also `local_nuclear`, from sqrt(V) (views agree) to V (views are orthogonal).
///
/// The gradient of a nuclear norm is the polar factor ([Polar]); no singular vector is differentiated.
///
/// Source: Yerxa et al., "Learning efficient coding of natural images with maximum manifold capacity representations"
/// (2023), in the form of the official code as public copies have it; unverified against the paper.
///
/// @param lambda weight of the local nuclear norms
@Named("mmcr")
public record Mmcr(double lambda) implements Objective, ObjectiveSpec {
    /// The official code for images; other toolkits have 0.005.
    public static final double DEFAULT_LAMBDA = 0;

    public Mmcr {
        if (!(lambda >= 0 && lambda < 1e9)) {
            throw new InputException("lambda: found %s, expected 0 or a positive number".formatted(lambda));
        }
    }

    public static Mmcr defaults() {
        return new Mmcr(DEFAULT_LAMBDA);
    }

    @Override
    public Objective objective() {
        return this;
    }

    @Override
    public Terms evaluate(Views views) {
        List<Tensor> z = views.embeddings();
        Tensor unit = UnitRows.of(Tensors.cat(z)).view(z.size(), views.samples(), views.width()); // [V, N, D]
        Tensor global = nuclear(unit.mean(0));
        var parts = new LinkedHashMap<String, Tensor>();
        parts.put("global_nuclear", global.detach());
        if (lambda == 0) {
            return new Terms(global.neg(), parts);
        }
        Tensor local = nuclear(unit.transpose(0, 1)).div(Tensors.scalar(views.samples())); // of [N, V, D]
        parts.put("local_nuclear", local.detach());
        return new Terms(local.mul(Tensors.scalar(lambda)).sub(global), parts);
    }

    /// The nuclear norm of a matrix, or the sum of those of a stack of matrices.
    private static Tensor nuclear(Tensor z) {
        Polar polar = Polar.of(z.detach(), z.requires_grad());
        Tensor value = polar.sum().to(z.scalar_type());
        Tensor factor = polar.factor();
        return factor == null ? value : Surrogate.of(value, z, factor);
    }
}
