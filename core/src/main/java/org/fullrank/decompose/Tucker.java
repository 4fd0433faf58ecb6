package org.fullrank.decompose;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.fullrank.engine.InputException;
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

    /// Largest m of the Gram matrices. One of 8192 takes half a gigabyte and minutes.
    static final int LARGEST_GRAM = 8192;

    private Tucker() {}

    /// @throws InputException when a Gram matrix would be too large
    static void requireSides(List<Integer> shape) {
        for (int side : shape) {
            long rest = shape.stream().mapToLong(Integer::longValue).reduce(1, Math::multiplyExact) / side;
            InputException.when(
                    Math.min(side, rest) > LARGEST_GRAM,
                    "compare: found tucker for a tensor of shape %s with a side of %d, expected at most %d; leave it out",
                    shape,
                    side,
                    LARGEST_GRAM);
        }
    }

    /// The projection of the tensor on `rank` directions of each side, or on all if a side is shorter.
    /// Row-major. It needs the eigenvectors of a matrix `[m, m]` for each side, where m is the smaller of the side
    /// and the product of the other two.
    ///
    /// @throws InputException when the tensor is a matrix, or when m is above [#LARGEST_GRAM]
    public static float[] fit(PartialTensor data, int rank) {
        Rival.TUCKER.requireFor(data);
        try (var scope = Scope.withoutGradients()) {
            Imputation x = Imputation.of(data);
            Tensor imputed = x.withMean(); // [n_1, n_2, n_3]
            int sides = data.shape().size();
            List<Tensor> factors = new ArrayList<>();
            for (int side = 0; side < sides; side++) {
                factors.add(leading(imputed, side, rank));
            }
            double before = 0;
            for (int round = 0; round < ROUNDS; round++) {
                try (var step = Scope.open()) {
                    for (int side = 0; side < sides; side++) {
                        factors.get(side).copy_(leading(projected(imputed, factors, side), side, rank));
                    }
                    if (!data.isComplete()) {
                        imputed.copy_(x.with(approximation(imputed, factors)));
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

    /// The leading left singular vectors of the tensor unfolded along a side, `[n, R]`. They come from the Gram
    /// matrix of the shorter side of the unfolded tensor.
    private static Tensor leading(Tensor x, int side, int rank) {
        Tensor unfolded = x.transpose(0, side).reshape(x.size(side), -1); // [n, rest]
        boolean tall = unfolded.size(0) > unfolded.size(1);
        Tensor gram = tall ? unfolded.t().matmul(unfolded) : unfolded.matmul(unfolded.t()); // [m, m]
        long count = Math.min(rank, gram.size(0));
        Tensor vectors = torch.linalg_eigh(gram).get1().narrow(1, gram.size(0) - count, count); // ascending
        // The directions of small singular values are inexact, so QR makes them orthogonal.
        return tall ? torch.linalg_qr(unfolded.matmul(vectors)).get0() : vectors;
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
