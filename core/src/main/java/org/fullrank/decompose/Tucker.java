package org.fullrank.decompose;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;

/// The Tucker decomposition of a 3-way tensor by higher-order orthogonal iteration (De Lathauwer, De Moor,
/// Vandewalle 2000). Each side has an orthonormal factor, which in turn gets the leading singular vectors of
/// the tensor after its projection on the other two.
///
/// Before each round, the current approximation fills in the missing entries. At first, the mean fills them.
public final class Tucker {
    /// Largest number of rounds over all factors. Without missing entries, the approximation hardly changes
    /// after ten. Missing entries settle slowly.
    public static final int ROUNDS = 100;
    /// The rounds end when the squared length of the core changes by less than this share.
    private static final double TOLERANCE = 1e-10;

    private Tucker() {}

    /// The projection of the tensor on `rank` directions of each side, or on all if a side is shorter.
    /// Row-major.
    ///
    /// @throws org.fullrank.engine.InputException when the tensor is a matrix
    public static float[] fit(PartialTensor data, int rank) {
        Rival.TUCKER.requireFor(data);
        try (var scope = Scope.withoutGradients()) {
            long[] shape = data.shape().stream().mapToLong(Integer::longValue).toArray();
            Tensor x = Tensors.of(data.values(), shape).to(ScalarType.Double);
            Tensor missing = Tensors.of(data.weights(), shape)
                    .to(ScalarType.Double)
                    .neg()
                    .add(Tensors.scalar(1));
            double mean = Tensors.value(x.sum()) / data.observedCount();
            Tensor imputed = x.add(missing.mul(Tensors.scalar(mean))); // [n_1, n_2, n_3]
            List<Tensor> factors = new ArrayList<>();
            for (int side = 0; side < shape.length; side++) {
                factors.add(leading(imputed, side, rank));
            }
            double before = 0;
            for (int round = 0; round < ROUNDS; round++) {
                try (var step = Scope.open()) {
                    for (int side = 0; side < shape.length; side++) {
                        factors.get(side).copy_(leading(projected(imputed, factors, side), side, rank));
                    }
                    if (!data.isComplete()) {
                        imputed.copy_(x.add(approximation(imputed, factors).mul(missing)));
                    }
                    double length = Tensors.value(
                            projected(imputed, factors, -1).square().sum());
                    if (Math.abs(length - before) <= TOLERANCE * length) {
                        break;
                    }
                    before = length;
                }
            }
            return Tensors.floats(approximation(imputed, factors));
        }
    }

    /// The leading left singular vectors of the tensor unfolded along a side, `[n, R]`.
    private static Tensor leading(Tensor x, int side, int rank) {
        Tensor unfolded = x.transpose(0, side).reshape(x.size(side), -1); // [n, rest]
        long count = Math.min(rank, x.size(side));
        Tensor vectors = torch.linalg_eigh(unfolded.matmul(unfolded.t())).get1(); // ascending eigenvalues
        return vectors.narrow(1, x.size(side) - count, count);
    }

    /// The coordinates of the tensor along the factors of all sides but one.
    private static Tensor projected(Tensor x, List<Tensor> factors, int but) {
        Tensor core = x;
        for (int side = 0; side < factors.size(); side++) {
            core = side == but ? core : times(core, side, factors.get(side));
        }
        return core;
    }

    private static Tensor approximation(Tensor x, List<Tensor> factors) {
        Tensor product = projected(x, factors, -1); // the core, [R, R, R]
        for (int side = 0; side < factors.size(); side++) {
            product = times(product, side, factors.get(side).t());
        }
        return product;
    }

    /// The product along a side with a matrix `[n, m]`: the side gets the size m.
    private static Tensor times(Tensor x, int side, Tensor matrix) {
        return x.transpose(side, 2).matmul(matrix).transpose(side, 2);
    }
}
