package org.fullrank.linalg;

import java.util.Arrays;
import java.util.stream.DoubleStream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.Device;
import org.fullrank.engine.InputException;
import org.fullrank.engine.NativeErrors;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;

/// The singular values of an embedding matrix that is not centered, in descending order. The ranks are
/// computed from them.
///
/// The singular values are the square roots of the eigenvalues of the smaller of `Z Z'` and `Z' Z`, computed
/// in float64. The matrix product halves the number of correct digits. So a singular value is exact to about
/// 1e-8 of the largest one. This accuracy is enough for float32 embeddings.
///
/// @param singularValues `min(N, D)` values, none negative, descending; or all NaN
public record Spectrum(double[] singularValues) {
    /// Singular values below this share of the largest count as zero. Rounding the embedding to float32 moves
    /// them by about 1e-8 of the largest, so 1e-6 is clearly above this noise. The threshold replaces the
    /// constant 1e-7 that the RankMe paper adds to every share. In high dimensions that constant would raise
    /// the rank of a collapsed embedding.
    public static final double RELATIVE_EPSILON = 1e-6;

    public Spectrum {
        if (singularValues.length == 0) {
            throw new InputException("spectrum: found no singular values, expected at least 1; embed at least one row");
        }
    }

    /// The spectrum of `z`, shape `[N, D]`, on any device and of any real type. The caller still owns `z`.
    ///
    /// @throws InputException when `z` is not a matrix, is empty, or contains a value that is not finite
    public static Spectrum of(Tensor z) {
        if (z.dim() != 2 || z.numel() == 0) {
            throw new InputException("spectrum: found embeddings of shape %s, expected a matrix [N, D] with rows and"
                            .formatted(Tensors.describe(z))
                    + " columns; give one row for each item");
        }
        return NativeErrors.guard("spectrum", () -> {
            try (var scope = Scope.withoutGradients()) {
                Tensor wide = Tensors.to(z, Device.CPU).to(ScalarType.Double).contiguous(); // [N, D]
                double factor = Magnitude.factor(z);
                Tensor gram = Gram.smaller(Magnitude.times(wide, factor));
                return ofGram(gram, gram.size(0)).times(1 / factor);
            }
        });
    }

    /// The largest `count` singular values of a matrix X, from `gram`. This is `X' X` or `X X'`, `[k, k]`,
    /// float64, and only its lower triangle is read.
    static Spectrum ofGram(Tensor gram, long count) {
        requireFinite(gram);
        double[] roots = descendingRoots(Tensors.doubles(torch.linalg_eigvalsh(gram)));
        return new Spectrum(Arrays.copyOf(roots, Math.toIntExact(Math.min(count, roots.length))));
    }

    /// The spectrum of `rows` embeddings in row-major order.
    public static Spectrum of(float[] values, int rows) {
        requireMatrix(values, rows);
        try (var scope = Scope.open()) {
            return of(Tensors.of(values, rows, values.length / rows));
        }
    }

    /// RankMe: `exp(-sum p log p)` with `p = s / sum s`, the number of dimensions in use. It is between 1
    /// (one direction) and `min(N, D)` (all directions equally strong), and 0 for an embedding that is zero.
    /// Source: Garrido et al. 2023, "RankMe", equation 2. As in the paper, embeddings are not centered. See
    /// [#RELATIVE_EPSILON] for the epsilon.
    public double rankMe() {
        return entropyRank(aboveZero().toArray());
    }

    /// Effective rank: `exp(-sum p log p)` with the shares of the variance `p = s^2 / sum s^2`. It is between
    /// 1 and `min(N, D)`, and 0 for an embedding that is zero. Source: Roy and Vetterli 2007, "The effective
    /// rank". The source uses the shares of singular values, which give [#rankMe]. The shares of variance,
    /// used here, belong to von Neumann's entropy. They give less weight to small directions.
    public double effectiveRank() {
        return entropyRank(
                aboveZero().map(s -> s / singularValues[0]).map(s -> s * s).toArray());
    }

    /// Number of singular values above [#RELATIVE_EPSILON] times the largest; 0 for an embedding that is
    /// zero.
    public int rank() {
        return (int) aboveZero().count();
    }

    /// Stable rank: `|Z|_F^2 / |Z|_2^2`, from 1 to `min(N, D)`; 0 for an embedding that is zero. If all
    /// directions were as strong as the strongest, this number of directions would have the same total
    /// variance.
    public double stableRank() {
        double largest = singularValues[0];
        return largest == 0
                ? 0
                : Arrays.stream(singularValues)
                        .map(s -> s / largest)
                        .map(s -> s * s)
                        .sum();
    }

    /// The decay of the eigenvalues; see [PowerLaw].
    public PowerLaw powerLaw() {
        return PowerLaw.fit(aboveZero().map(s -> 2 * Math.log(s)).toArray());
    }

    /// The participation ratio `(sum l)^2 / sum l^2` of the squared singular values, from 1 to `min(N, D)`; 0
    /// for an embedding that is zero. It gives more weight to the largest directions than [#rankMe] does.
    public double participationRatio() {
        double sum = 0;
        double squares = 0;
        for (double s : singularValues) {
            double share = s / singularValues[0];
            sum += share * share;
            squares += share * share * share * share;
        }
        return singularValues[0] == 0 ? 0 : sum * sum / squares;
    }

    /// The same spectrum in units in which squares neither overflow nor vanish. If this is already the case,
    /// the values are not changed.
    public Spectrum normalized() {
        return times(Magnitude.factor(singularValues[0]));
    }

    private Spectrum times(double factor) {
        return factor == 1
                ? this
                : new Spectrum(
                        Arrays.stream(singularValues).map(s -> s * factor).toArray());
    }

    private DoubleStream aboveZero() {
        double floor = RELATIVE_EPSILON * singularValues[0];
        return Arrays.stream(singularValues).filter(s -> !(s <= floor)); // what is not a number stays, and is seen
    }

    /// `exp` of the entropy of the shares of `parts`, all positive; 0 when there are none.
    private static double entropyRank(double[] parts) {
        double sum = Arrays.stream(parts).sum();
        double entropy =
                Arrays.stream(parts).map(p -> p / sum * Math.log(p / sum)).sum();
        return parts.length == 0 ? 0 : Math.exp(-entropy);
    }

    /// @throws InputException when the number of `values` does not fit `rows` rows
    public static void requireMatrix(float[] values, int rows) {
        if (rows < 1 || values.length == 0 || values.length % rows != 0) {
            throw new InputException(
                    "spectrum: found %d values for %d rows, expected whole rows and at least one; embed at"
                                    .formatted(values.length, rows)
                            + " least one item");
        }
    }

    private static void requireFinite(Tensor gram) {
        InputException.when(
                !Double.isFinite(Tensors.value(gram.sum())),
                "spectrum: found an embedding that is not finite, expected finite numbers; look for"
                        + " the first step with a loss that is not finite");
    }

    /// Square roots of ascending eigenvalues, in descending order. A negative eigenvalue, which comes from
    /// rounding, counts as zero.
    static double[] descendingRoots(double[] ascending) {
        double[] descending = new double[ascending.length];
        for (int i = 0; i < ascending.length; i++) {
            descending[i] = Math.sqrt(Math.max(0, ascending[ascending.length - 1 - i]));
        }
        return descending;
    }
}
