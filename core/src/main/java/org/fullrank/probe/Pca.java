package org.fullrank.probe;

import java.util.Arrays;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.InputException;
import org.fullrank.engine.NativeErrors;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.linalg.Gram;
import org.fullrank.linalg.Reductions;

/// Principal components: the directions with the largest variance of the train split. Principal components
/// are the baseline that needs no training.
///
/// Principal components are computed in float64 from the eigenvectors of the covariance `[D, D]`. If there
/// are fewer rows than features, the Gram matrix `[N, N]` is used instead. The sign of each direction makes
/// its largest coefficient positive. So equal data give equal directions.
///
/// A direction without variance in the train split is set to 0. Its projections would be rounding errors in
/// the train split, and a probe that standardizes its inputs would enlarge them.
public final class Pca {
    /// A direction has no variance if its standard deviation is at most this share of the largest one, because
    /// of the precision of float32.
    private static final double CONSTANT = 1e-6;

    private final float[] means; // [D]
    private final float[] directions; // [D, k]
    private final double[] variances; // [k], descending
    private final int components;

    private Pca(float[] means, float[] directions, double[] variances) {
        this.means = means;
        this.directions = directions;
        this.variances = variances;
        this.components = variances.length;
    }

    /// The largest number of components that [#fit] computes for `train`. The centered rows span one dimension
    /// less than there are rows.
    public static int widest(Features train) {
        return Math.min(train.width(), Math.max(1, train.rows() - 1));
    }

    /// Fits the mean and the first `components` directions.
    ///
    /// @throws InputException when there are fewer rows or features than requested components
    public static Pca fit(Features train, int components) {
        if (components < 1 || components > widest(train)) {
            throw new InputException(
                    "PCA: found %d components for %d rows of %d features, expected 1 to %d; lower the width"
                            .formatted(components, train.rows(), train.width(), widest(train)));
        }
        return NativeErrors.guard("PCA", () -> {
            try (var scope = Scope.withoutGradients()) {
                float[] means = single(Standardizer.means(train));
                Tensor x = train.tensor().sub_(Tensors.of(means, 1, means.length)); // [N, D]
                return train.rows() < train.width() ? ofGram(x, means, components) : ofCovariance(x, means, components);
            }
        });
    }

    /// The projections of `features`: `[rows, components]`.
    ///
    /// @throws InputException when their width differs from that of the train split
    public Features transform(Features features) {
        if (features.width() != means.length) {
            throw new InputException("PCA: found features %d wide, expected %d as in the train split; use one data set"
                    .formatted(features.width(), means.length));
        }
        float[] projected = NativeErrors.guard("PCA", () -> {
            try (var scope = Scope.withoutGradients()) {
                Tensor x = features.tensor().sub_(Tensors.of(means, 1, means.length)); // [N, D]
                return Tensors.floats(x.matmul(Tensors.of(directions, means.length, components))); // [N, k]
            }
        });
        return features.with(projected, components);
    }

    /// The variance (divisor N) along each direction, descending.
    public double[] variances() {
        return variances.clone();
    }

    /// The first `components` of these directions.
    ///
    /// @throws InputException when there are fewer directions
    public Pca first(int components) {
        if (components < 1 || components > this.components) {
            throw new InputException("PCA: found a cut to %d components, expected 1 to %d; fit more components"
                    .formatted(components, this.components));
        }
        float[] cut = new float[means.length * components];
        for (int row = 0; row < means.length; row++) {
            System.arraycopy(directions, row * this.components, cut, row * components, components);
        }
        return new Pca(means, cut, Arrays.copyOf(variances, components));
    }

    private static Pca ofCovariance(Tensor x, float[] means, int components) {
        var eigen = torch.linalg_eigh(Gram.secondMoment(x));
        Tensor vectors = last(eigen.get1(), components); // [D, k]
        return of(means, vectors, variances(eigen.get0(), components, 1));
    }

    /// If `X X' u = l u`, then `X' u / sqrt(l)` is a direction, and `l / N` is its variance.
    private static Pca ofGram(Tensor x, float[] means, int components) {
        Tensor wide = x.to(ScalarType.Double); // [N, D]
        var eigen = torch.linalg_eigh(wide.matmul(wide.t()));
        Tensor vectors = wide.t().matmul(last(eigen.get1(), components)); // [D, k]
        Tensor lengths = Reductions.sum(vectors.mul(vectors), 0).sqrt(); // [1, k]
        Tensor unit = vectors.div(lengths.clamp_min(Tensors.scalar(Double.MIN_NORMAL))); // [D, k]
        return of(means, unit, variances(eigen.get0(), components, x.size(0)));
    }

    /// @param vectors of length 1, `[D, k]`
    private static Pca of(float[] means, Tensor vectors, double[] variances) {
        float[] directions = directions(vectors);
        for (int k = 0; k < variances.length; k++) {
            if (Math.sqrt(variances[k]) <= CONSTANT * Math.sqrt(variances[0])) {
                for (int row = 0; row < means.length; row++) {
                    directions[row * variances.length + k] = 0;
                }
            }
        }
        return new Pca(means, directions, variances);
    }

    /// The last `count` columns in reverse order, because eigenvalues are ascending.
    private static Tensor last(Tensor vectors, int count) {
        return vectors.narrow(1, vectors.size(1) - count, count).flip(1);
    }

    private static float[] directions(Tensor vectors) {
        Tensor at = vectors.abs().argmax(new LongOptional(0), true); // [1, k]
        return Tensors.floats(vectors.mul(vectors.gather(0, at).sign()));
    }

    private static double[] variances(Tensor ascending, int count, long divisor) {
        double[] all = Tensors.doubles(ascending);
        double[] variances = new double[count];
        for (int i = 0; i < count; i++) {
            variances[i] = Math.max(0, all[all.length - 1 - i]) / divisor;
        }
        return variances;
    }

    private static float[] single(double[] values) {
        float[] single = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            single[i] = (float) values[i];
        }
        return single;
    }
}
