package org.fullrank.diagnose;

import java.util.Arrays;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.Device;
import org.fullrank.engine.Gradients;
import org.fullrank.engine.InputException;
import org.fullrank.engine.NativeErrors;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;

/// The singular values of an embedding matrix, not centred, in descending order, and the ranks read from them.
///
/// They are the square roots of the eigenvalues of the smaller of `Z Z'` and `Z' Z`, in float64. That halves the
/// digits, so a singular value is exact to about 1e-8 of the largest; float32 embeddings hold no more.
///
/// @param singularValues `min(N, D)` values, none negative, descending
public record Spectrum(double[] singularValues) {
    /// Singular values below this share of the largest count as zero. Rounding the embedding to float32 moves them by
    /// about 1e-8 of the largest, so 1e-6 is clear of noise on both sides. The threshold takes the place of the
    /// constant 1e-7 that the RankMe paper adds to every share, which in high dimensions adds to the rank of a
    /// collapsed embedding.
    public static final double RELATIVE_EPSILON = 1e-6;

    public Spectrum {
        if (singularValues.length == 0) {
            throw new InputException("spectrum: found no singular values, expected at least 1; embed at least one row");
        }
    }

    /// The spectrum of `z`, shape `[N, D]`, on any device and of any real type; `z` stays the caller's.
    ///
    /// @throws InputException when `z` is not a matrix, is empty, or holds a value that is not finite
    public static Spectrum of(Tensor z) {
        if (z.dim() != 2 || z.numel() == 0) {
            throw new InputException("spectrum: found embeddings of shape %s, expected a matrix [N, D] with rows and"
                            .formatted(Tensors.describe(z))
                    + " columns; give one row for each item");
        }
        return NativeErrors.guard("spectrum", () -> {
            try (var scope = Scope.open();
                    var off = Gradients.off()) {
                Tensor wide = Tensors.to(z, Device.CPU).to(ScalarType.Double); // [N, D]
                boolean flat = wide.size(0) <= wide.size(1);
                Tensor gram = flat ? wide.matmul(wide.t()) : wide.t().matmul(wide); // [min(N, D), min(N, D)]
                requireFinite(gram);
                return new Spectrum(roots(Tensors.doubles(torch.linalg_eigvalsh(gram))));
            }
        });
    }

    /// The spectrum of `rows` embeddings in row-major order.
    public static Spectrum of(float[] values, int rows) {
        requireMatrix(values, rows);
        try (var scope = Scope.open()) {
            return of(Tensors.of(values, rows, values.length / rows));
        }
    }

    /// RankMe: `exp(-sum p log p)` with `p = s / sum s`, the number of dimensions in use, from 1 (one direction) to
    /// `min(N, D)` (all alike); 0 for an embedding that is zero. Source: Garrido et al. 2023, "RankMe", equation 2,
    /// on embeddings that are not centred, as there; for the epsilon see [#RELATIVE_EPSILON].
    public double rankMe() {
        double floor = RELATIVE_EPSILON * singularValues[0];
        double sum = Arrays.stream(singularValues).filter(s -> s > floor).sum();
        if (sum == 0) {
            return 0;
        }
        double entropy = 0;
        for (double s : singularValues) {
            if (s > floor) {
                entropy -= s / sum * Math.log(s / sum);
            }
        }
        return Math.exp(entropy);
    }

    /// The participation ratio `(sum l)^2 / sum l^2` of the squared singular values, from 1 to `min(N, D)`; 0 for an
    /// embedding that is zero. It weighs the largest directions more than [#rankMe].
    public double participationRatio() {
        double sum = 0;
        double squares = 0;
        for (double s : singularValues) {
            sum += s * s;
            squares += s * s * s * s;
        }
        return squares == 0 ? 0 : sum * sum / squares;
    }

    /// @throws InputException when `values` do not fill `rows` rows
    static void requireMatrix(float[] values, int rows) {
        if (rows < 1 || values.length == 0 || values.length % rows != 0) {
            throw new InputException(
                    "spectrum: found %d values for %d rows, expected whole rows and at least one; embed at"
                                    .formatted(values.length, rows)
                            + " least one item");
        }
    }

    private static void requireFinite(Tensor gram) {
        if (!Double.isFinite(Tensors.value(gram.sum()))) {
            throw new InputException(
                    "spectrum: found an embedding that is not finite, expected finite numbers; look for"
                            + " the first step with a loss that is not finite");
        }
    }

    private static double[] roots(double[] ascending) {
        double[] descending = new double[ascending.length];
        for (int i = 0; i < ascending.length; i++) {
            descending[i] = Math.sqrt(Math.max(0, ascending[ascending.length - 1 - i]));
        }
        return descending;
    }
}
