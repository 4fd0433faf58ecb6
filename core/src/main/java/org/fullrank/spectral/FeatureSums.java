package org.fullrank.spectral;

import java.util.Objects;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.Device;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.jspecify.annotations.Nullable;

/// The sums over all samples that a closed form needs. These are sums of the samples' features `P` in
/// coordinates, `[N, m]`. All sums are computed in float64, in one pass over the samples in blocks. So the
/// features are never all in memory.
///
/// The mean of some samples, `origin`, is subtracted from the features first. Otherwise products of features
/// that are far from 0 would lose digits.
///
/// @param origin `[1, m]`; zeros if nothing is subtracted
/// @param second `P' P`, `[m, m]`
/// @param coupled `P' T P`, `[m, m]`
/// @param massive `P' diag(mass) P`, `[m, m]`; null without a mass
/// @param weights `[N, 4]`: 1, `T 1`, the mass, and the weights of the mean
/// @param weighted `P' weights`, `[m, 4]`
/// @param trace sum of `k(x, x)`
record FeatureSums(
        Tensor origin,
        Tensor second,
        Tensor coupled,
        @Nullable Tensor massive,
        Tensor weights,
        Tensor weighted,
        double trace) {
    private static final int ONE = 0;
    private static final int COUPLED = 1;
    private static final int MASS = 2;
    private static final int MEAN = 3;

    /// 64 MB of features or inputs at a time.
    private static final int BLOCK_VALUES = 1 << 23;

    private static final int ORIGIN_ROWS = 1024;

    /// Reads all samples once. The caller's scope owns the sums.
    ///
    /// @param means weights of the mean, `[N]`
    /// @param shifted whether an origin is subtracted from the features
    static FeatureSums of(
            Relation relation,
            SampleRows samples,
            Coordinates coordinates,
            QuadraticForm form,
            double[] means,
            boolean shifted) {
        int width = coordinates.width();
        int limit = Math.max(1, BLOCK_VALUES / Math.max(coordinates.features(), samples.width()));
        Tensor origin = Tensors.zeros(Device.CPU, ScalarType.Double, 1, width);
        if (shifted) {
            origin.copy_(coordinates.mean(samples, Math.min(limit, ORIGIN_ROWS)));
        }
        Tensor second = Tensors.zeros(Device.CPU, ScalarType.Double, width, width);
        var diagonal = new WeightedProducts(form.diagonal(), width);
        double @Nullable [] mass = form.mass();
        var massive = mass == null ? null : new WeightedProducts(mass, width);
        double[] ones = QuadraticForm.ones(relation.size());
        Tensor weights = columns(ones, form.rowSums(relation), mass == null ? ones : mass, means); // [N, 4]
        Tensor weighted = Tensors.zeros(Device.CPU, ScalarType.Double, width, weights.size(1));
        Relation.Form related = relation.form(width);
        double trace = 0;
        for (Relation.Part part : relation.parts(limit)) {
            try (var scope = Scope.open()) {
                Tensor rows = samples.at(part.rows()); // [n, D]
                Tensor all = coordinates.of(rows).sub_(origin); // [n, m]
                related.add(part, all);
                Tensor features = all.narrow(0, 0, part.own());
                Tensor index = Tensors.of(part.rows()).narrow(0, 0, part.own());
                Tensor transposed = features.t();
                second.addmm_(transposed, features);
                diagonal.add(part.rows(), features);
                if (massive != null) {
                    massive.add(part.rows(), features);
                }
                weighted.addmm_(transposed, weights.index_select(0, index));
                trace += Tensors.value(coordinates
                        .kernel()
                        .diagonal(rows.narrow(0, 0, part.own()))
                        .sum());
            }
        }
        Tensor coupled = diagonal.sum(second).add_(related.sum(second).mul_(Tensors.scalar(form.coupling())));
        Tensor massed = massive == null ? null : massive.sum(second);
        return new FeatureSums(origin, second, coupled, massed, weights, weighted, trace);
    }

    /// The mean of the features, `[1, m]`.
    Tensor mean() {
        return weighted.narrow(1, MEAN, 1).t().add(origin);
    }

    /// `P' P` of the features before the origin is subtracted.
    Tensor fromZero() {
        return moved(second, ONE, origin.neg());
    }

    /// The sum of the squared distances of the features to their mean.
    double spread() {
        return Tensors.value(moved(second, ONE, weighted.narrow(1, MEAN, 1).t()).trace());
    }

    /// `P' T P` of the features minus their mean.
    Tensor centeredCoupled() {
        return moved(coupled, COUPLED, weighted.narrow(1, MEAN, 1).t());
    }

    /// `P' diag(mass) P` of the features minus their mean.
    Tensor centeredMassive() {
        return moved(
                Objects.requireNonNull(massive),
                MASS,
                weighted.narrow(1, MEAN, 1).t());
    }

    /// The form `P' M P` of the features minus `shift`, `[1, m]`.
    ///
    /// @param column which column of the weights is `M 1`
    private Tensor moved(Tensor form, int column, Tensor shift) {
        Tensor cross = weighted.narrow(1, column, 1).matmul(shift); // [m, m]
        double total = Tensors.value(weights.narrow(1, column, 1).sum());
        return form.sub(cross).sub_(cross.t()).add_(shift.t().matmul(shift).mul_(Tensors.scalar(total)));
    }

    private static Tensor columns(double[]... columns) {
        var vector = new TensorVector();
        for (double[] column : columns) {
            vector.push_back(Tensors.of(column, column.length, 1));
        }
        return torch.cat(vector, 1);
    }
}
