package org.fullrank.linalg;

import java.util.random.RandomGenerator;
import org.bytedeco.pytorch.StringViewOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.fullrank.engine.InputException;
import org.fullrank.engine.NativeErrors;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;

/// Orthogonal and unitary matrices, `U^H U = I`: drawn, checked and restored. A stack `[F, n, n]` holds F of
/// them.
public final class Orthogonal {
    /// Largest error of a matrix that counts as orthogonal, relative to the rounding of its type and the root
    /// of its size. A matrix of float32 that was moved thousands of times is well below it; a matrix that was
    /// never orthogonal is far above.
    public static final double TOLERANCE = 1e3;

    private Orthogonal() {}

    /// A random orthogonal matrix `[n, n]`, float64 on the host, uniform in the sense of Haar's measure: the Q
    /// of a Gaussian matrix, with the signs that make the diagonal of R positive (Mezzadri 2007, "How to
    /// generate random matrices from the classical compact groups"). Its determinant is 1 or -1 with equal
    /// probability. The caller's scope owns it.
    public static Tensor random(int n, RandomGenerator random) {
        Tensor gaussian = gaussian(n, n, random);
        var parts = torch.linalg_qr(gaussian);
        return parts.get0().mul(parts.get1().diagonal().sgn());
    }

    /// The same for a unitary matrix `[n, n]`, complex with float64 parts.
    public static Tensor randomUnitary(int n, RandomGenerator random) {
        var parts = torch.linalg_qr(complexGaussian(n, n, random));
        return parts.get0().mul(parts.get1().diagonal().sgn());
    }

    /// Independent standard normal numbers, `[rows, columns]`, float64 on the host.
    static Tensor gaussian(int rows, int columns, RandomGenerator random) {
        double[] values = new double[Math.multiplyExact(rows, columns)];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextGaussian();
        }
        return Tensors.of(values, rows, columns);
    }

    /// The same with independent real and imaginary parts, complex.
    static Tensor complexGaussian(int rows, int columns, RandomGenerator random) {
        return torch.view_as_complex(gaussian(rows * columns, 2, random).view(rows, columns, 2));
    }

    /// The largest absolute value in `U^H U - I` of a matrix, `[n, n]`, or of all matrices of a stack. It is 0
    /// for an orthogonal matrix without rounding, and NaN if `u` has a NaN.
    public static double error(Tensor u) {
        requireSquares("orthogonality", u);
        try (var scope = Scope.withoutGradients()) {
            return Tensors.value(u.mH().matmul(u).sub_(identity(u)).abs().max());
        }
    }

    /// Whether all matrices of `u` are orthogonal or unitary up to the rounding of its type; see [#TOLERANCE].
    public static boolean is(Tensor u) {
        return error(u) <= tolerance(u);
    }

    /// @throws InputException unless `u` is a square, orthogonal or unitary matrix, or a stack of them
    public static void require(String subject, Tensor u) {
        requireSquares(subject, u);
        double error = error(u);
        InputException.unless(
                error <= tolerance(u),
                "%s: found a matrix with |U'U - I| = %.2g, expected an orthogonal one with at most %.2g; replace it by"
                        + " its polar factor or by a random orthogonal matrix",
                subject,
                error,
                tolerance(u));
    }

    static void requireSquare(String subject, Tensor u) {
        InputException.unless(
                u.dim() == 2 && u.size(0) == u.size(1) && u.size(0) > 0,
                "%s: found %s, expected a square matrix",
                subject,
                Tensors.describe(u));
    }

    static void requireSquares(String subject, Tensor u) {
        InputException.unless(
                (u.dim() == 2 || u.dim() == 3) && u.size(-2) == u.size(-1) && u.numel() > 0,
                "%s: found %s, expected a square matrix or a stack of them",
                subject,
                Tensors.describe(u));
    }

    private static double tolerance(Tensor u) {
        boolean isDouble = switch (u.scalar_type().intern()) {
            case Double, ComplexDouble -> true;
            default -> false;
        };
        return TOLERANCE * (isDouble ? Math.ulp(1.0) : Math.ulp(1f)) * Math.sqrt(u.size(-1));
    }

    /// The sign of the determinant of a real matrix, `[n, n]`: 1, -1, or 0 of a singular one. No small steps
    /// lead from an orthogonal matrix to one with the other sign.
    ///
    /// It comes from Householder's reflections, each of which has the determinant -1. The engine's LU
    /// factorization of 512 rows or more needs more stack than Java's threads have, and ends the process.
    public static int sign(Tensor u) {
        requireSquare("determinant", u);
        InputException.unless(isFinite(u), "determinant: found a number that is not finite, expected finite numbers");
        try (var scope = Scope.withoutGradients()) {
            var parts = torch.geqrf(u);
            Tensor reflections = parts.get1().ne(Tensors.scalar(0)); // [n]; without a factor, nothing is reflected
            Tensor diagonal = parts.get0().diagonal(); // [n], of R
            if (Tensors.value(diagonal.eq(Tensors.scalar(0)).any()) != 0) {
                return 0;
            }
            double flips = Tensors.value(reflections.sum())
                    + Tensors.value(diagonal.lt(Tensors.scalar(0)).sum());
            return flips % 2 == 0 ? 1 : -1;
        }
    }

    /// The sign of each determinant, `[1, 1]` for a matrix `[n, n]` and `[F, 1, 1]` for a stack. The caller's
    /// scope owns it.
    static Tensor signs(Tensor u) {
        double[] signs = new double[u.dim() == 2 ? 1 : Math.toIntExact(u.size(0))];
        for (int i = 0; i < signs.length; i++) {
            signs[i] = sign(u.dim() == 2 ? u : u.select(0, i));
        }
        Tensor column = u.dim() == 2 ? Tensors.of(signs, 1, 1) : Tensors.of(signs, signs.length, 1, 1);
        return column.to(u.device(), u.scalar_type());
    }

    /// Refuses a target that no path of orthogonal matrices reaches.
    ///
    /// @throws InputException unless the determinants of two real matrices have one sign
    public static void requireReachable(String subject, Tensor from, Tensor to) {
        int start = sign(from);
        int end = sign(to);
        InputException.unless(
                start == end,
                "%s: found determinants of sign %+d and %+d, expected equal ones, because an orthogonal matrix keeps its"
                        + " determinant; change the sign of one column",
                subject,
                start,
                end);
    }

    /// The polar factor of `u`, `[n, n]` or `[F, n, n]`: the nearest orthogonal or unitary matrices in the
    /// Frobenius norm. It takes O(n^3). The caller's scope owns it.
    public static Tensor nearest(Tensor u) {
        requireSquares("polar factor", u);
        InputException.unless(isFinite(u), "polar factor: found a number that is not finite, expected finite numbers");
        return NativeErrors.guard("polar factor", () -> {
            var parts = torch.linalg_svd(u, true, new StringViewOptional());
            return parts.get0().matmul(parts.get2());
        });
    }

    /// Removes rounding errors from matrices that are orthogonal or unitary except for them, in place: one
    /// Newton-Schulz iteration, `U <- U (3 I - U^H U) / 2`. It squares the error, in two products
    /// of O(n^3). A matrix that is far from orthogonal needs [#nearest].
    public static void restore(Tensor u) {
        requireSquares("orthogonal matrix", u);
        try (var scope = Scope.withoutGradients()) {
            Tensor excess = u.mH().matmul(u).sub_(identity(u)); // [..., n, n]
            addProduct(u, u.clone(), excess, -0.5);
        }
    }

    static boolean isFinite(Tensor t) {
        return Double.isFinite(Tensors.value(t.abs().sum()));
    }

    /// Adds `scale` times the product of `a` and `b` to a matrix or a stack of them, without a copy of it.
    static void addProduct(Tensor u, Tensor a, Tensor b, double scale) {
        if (u.dim() == 2) {
            u.addmm_(a, b, Tensors.scalar(1), Tensors.scalar(scale));
        } else {
            u.baddbmm_(a, b, Tensors.scalar(1), Tensors.scalar(scale));
        }
    }

    /// The identity `[n, n]` with as many rows as the matrices `[..., n, k]`, of their type and device.
    static Tensor identity(Tensor like) {
        return torch.eye(like.size(-2), like.options());
    }
}
