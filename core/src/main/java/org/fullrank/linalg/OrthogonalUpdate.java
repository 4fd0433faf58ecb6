package org.fullrank.linalg;

import org.bytedeco.pytorch.StringViewOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.fullrank.engine.InputException;
import org.fullrank.engine.NativeErrors;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;

/// Moves an orthogonal or unitary matrix U by a change G of rank k, so that it stays orthogonal. It also moves
/// each matrix of a stack. The time is O(k n^2) for each matrix, and the memory is O(k n): Kiani, Balestriero, LeCun,
/// Lloyd 2022, "projUNN: efficient method for
/// training deep networks with unitary matrices", arXiv 2203.05483.
///
/// With `G = a b^H` and `h = U^H a`, both updates are U times a matrix that differs from the identity only in
/// the space of the columns of b and h. Let the columns of Q, `[n, 2k]`, be an orthonormal basis of this
/// space. Then `U <- U + U Q (P - I) Q^H` with an orthogonal matrix P, `[2k, 2k]`, which is computed exactly.
/// The factor on the right is orthogonal whatever the rounding error of U. So the error does not grow from
/// one step to the next; the rounding of each step is added.
///
/// An orthogonal matrix keeps its determinant, 1 or -1. Both sets are connected, but no path of orthogonal
/// matrices leads from one to the other. A unitary matrix can reach every other one.
public enum OrthogonalUpdate {
    /// The nearest orthogonal matrix to U + G with the determinant of U (projUNN-D). It is the polar factor
    /// of U + G, unless G is so large that `det(U + G)` has the other sign; it is always the polar factor if
    /// `|a| |b| < 1`. A unitary matrix becomes the polar factor in every case.
    PROJECTION {
        @Override
        Tensor core(Tensor h, Tensor b) {
            return Orthogonal.identity(h).add(h.matmul(b.mH()));
        }
    },
    /// A step along the geodesic whose direction is the part of G in the tangent space (projUNN-T): `U exp((U^H
    /// G - G^H U) / 2)`.
    GEODESIC {
        @Override
        Tensor core(Tensor h, Tensor b) {
            Tensor product = h.matmul(b.mH());
            return torch.linalg_matrix_exp(product.sub(product.mH()).mul(Tensors.scalar(0.5)));
        }
    };

    /// The matrix `[m, m]` whose polar factor is P, from the coordinates of h and b in the basis Q, `[m, k]`.
    /// An exponential is orthogonal up to rounding, which its polar factor removes.
    abstract Tensor core(Tensor h, Tensor b);

    /// Moves `u` in place. Gradients are not recorded.
    ///
    /// @param u orthogonal or unitary, `[n, n]` or `[F, n, n]`; see [Orthogonal#require]. It is not checked
    ///     here, because a check takes O(n^3)
    /// @param change the matrix that is added, so a step of descent is `-rate * gradient`
    /// @throws InputException when the shapes or types do not fit, or a number is not finite. In this case
    ///     `u` is not changed
    public void apply(Tensor u, LowRank change) {
        Orthogonal.requireSquares("orthogonal update", u);
        InputException.unless(
                u.dim() == change.a().dim()
                        && u.size(0) == change.a().size(0)
                        && u.size(-1) == change.size()
                        && u.scalar_type().intern() == change.a().scalar_type().intern(),
                "orthogonal update: found a change with factors %s of a matrix %s, expected as many rows and one type",
                Tensors.describe(change.a()),
                Tensors.describe(u));
        NativeErrors.guard("orthogonal update", () -> {
            try (var scope = Scope.withoutGradients()) {
                move(u, change);
            }
            return null;
        });
    }

    private void move(Tensor u, LowRank change) {
        Tensor h = u.mH().matmul(change.a()); // [..., n, k]
        InputException.unless(
                Orthogonal.isFinite(h) && Orthogonal.isFinite(change.b()),
                "orthogonal update: found a number that is not finite in the matrix or in the change, expected finite"
                        + " numbers; look for the first step with a gradient that is not finite");
        Tensor both = torch.cat(new TensorVector(change.b(), h), -1); // [..., n, 2k]
        Tensor q = torch.linalg_qr(both).get0(); // [..., n, m], m = min(n, 2k)
        Tensor p = rotation(core(q.mH().matmul(h), q.mH().matmul(change.b()))); // [..., m, m]
        Orthogonal.addProduct(u, u.matmul(q), p.sub(Orthogonal.identity(p)).matmul(q.mH()), 1);
    }

    /// The nearest orthogonal matrix with determinant 1, or the nearest unitary matrix, `[..., m, m]`.
    private static Tensor rotation(Tensor core) {
        var parts = torch.linalg_svd(core, true, new StringViewOptional());
        Tensor left = parts.get0();
        Tensor right = parts.get2();
        if (!core.is_complex()) {
            // The sign of the smallest singular value costs least (Kabsch 1976).
            left.narrow(-1, left.size(-1) - 1, 1).mul_(Orthogonal.signs(left.matmul(right)));
        }
        return left.matmul(right);
    }
}
