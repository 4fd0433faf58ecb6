package org.fullrank.spectral;

import java.util.Arrays;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Tensors;
import org.fullrank.linalg.Eigenpairs;
import org.fullrank.linalg.Reductions;
import org.fullrank.linalg.SymmetricOperator;
import org.jspecify.annotations.Nullable;

/// The matrix `C M T M C`, whose eigenvectors give the best embeddings of samples without a map. `T` comes
/// from the [QuadraticForm], and `M = diag(mass)^(-1/2)`. `C` subtracts the mean under the mass, if the
/// objective ignores this mean.
final class FreeForm implements SymmetricOperator {
    private final Relation relation;
    private final Tensor diagonal; // [N, 1]
    private final double coupling;
    private final Tensor scale; // [N, 1], mass^(-1/2)
    private final @Nullable Tensor constant; // [N, 1], unit: the direction without effect

    private FreeForm(Relation relation, QuadraticForm form, double[] mass, boolean centered) {
        this.relation = relation;
        diagonal = Tensors.of(form.diagonal(), mass.length, 1);
        coupling = form.coupling();
        Tensor root = Tensors.of(mass, mass.length, 1).sqrt_();
        scale = root.reciprocal();
        constant = centered ? root.div(torch.linalg_vector_norm(root)) : null;
    }

    /// @throws InputException when the objective has no solution for free embeddings
    static FreeForm of(Relation relation, QuadraticForm form, boolean centered) {
        double[] mass = form.mass();
        if (mass == null) {
            throw new InputException("barlow-twins: found no features, expected some, because without whitening it has"
                    + " no solution for free embeddings; give a kernel, or use whitened ones");
        }
        long without = Arrays.stream(mass).filter(m -> m == 0).count();
        InputException.when(
                without > 0,
                "relation: found %d samples without a related one, expected none, because they have no weight in this"
                        + " objective; leave them out, relate them, or give a kernel",
                without);
        return new FreeForm(relation, form, mass, centered);
    }

    @Override
    public int size() {
        return relation.size();
    }

    @Override
    public Tensor times(Tensor x) {
        Tensor inner = centered(x).mul(scale);
        Tensor product = relation.times(inner).mul_(Tensors.scalar(coupling)).add_(inner.mul_(diagonal));
        return centered(product.mul_(scale));
    }

    /// The whole matrix `[N, N]`.
    Tensor dense() {
        return times(torch.eye(size(), scale.options()));
    }

    /// The eigenpairs of the whole matrix, without the direction that has no effect.
    Eigenpairs eigenpairs() {
        if (constant == null) {
            return Eigenpairs.of(dense());
        }
        Tensor matrix = dense();
        double below = 1 + 2 * Tensors.value(torch.linalg_vector_norm(matrix)); // moves it to the end
        matrix.sub_(constant.matmul(constant.t()).mul_(Tensors.scalar(below)));
        Eigenpairs all = Eigenpairs.of(matrix);
        int rest = size() - 1;
        return new Eigenpairs(Arrays.copyOf(all.values(), rest), all.vectors().narrow(1, 0, rest), all.residual());
    }

    /// The inverse of [#embeddings]: `C M^(-1) Z` for embeddings or features Z, `[N, K]`. The objective sees
    /// nothing else of them.
    Tensor coordinates(Tensor embeddings) {
        return centered(embeddings.div(scale));
    }

    /// The sum of the squares of embeddings `[N, K]` under the mass, with their mean.
    double squares(Tensor embeddings) {
        return Reductions.squares(embeddings.div(scale));
    }

    /// Embeddings from eigenvectors, `[N, k]`.
    Tensor embeddings(Tensor vectors) {
        return vectors.mul(scale);
    }

    private Tensor centered(Tensor x) {
        return constant == null ? x : x.sub(constant.matmul(constant.t().matmul(x)));
    }
}
