package org.fullrank.spectral;

import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Tensors;
import org.fullrank.linalg.Eigenpairs;
import org.jspecify.annotations.Nullable;

/// The features of a map. An embedding is a linear function of them: `z(x) = (f(x) - offset) C`.
public sealed interface FeatureMap permits FeatureMap.Inputs, FeatureMap.Landmarks, RandomFeatures {
    /// Number of features p.
    int width();

    /// The features of rows, `[n, D]` float64 to `[n, p]`. The caller's scope owns them.
    ///
    /// @throws InputException when the rows have another width, or when the kernel has no value for a row
    Tensor of(Tensor rows);

    /// The kernel whose features these are, either exactly or approximately.
    Kernel kernel();

    /// The matrix `[p, m]` that turns the features into coordinates whose inner product is the kernel; null
    /// if the features are such coordinates already. The caller's scope owns it.
    default @Nullable Tensor coordinates() {
        return null;
    }

    /// The inputs themselves: the linear kernel.
    ///
    /// @param width number of values of a sample
    record Inputs(int width) implements FeatureMap {
        @Override
        public Tensor of(Tensor rows) {
            SampleCheck.requireWidth(rows, width);
            return rows;
        }

        @Override
        public Kernel kernel() {
            return new Kernel.Linear();
        }
    }

    /// The kernel values between a row and some samples, the landmarks. If all samples are landmarks, these
    /// features span the same maps as the kernel. If only some samples are landmarks, this is Nystrom's
    /// approximation (Williams and Seeger 2001).
    ///
    /// @param values the landmarks `[p, D]` in row-major order
    /// @param width number of landmarks p
    record Landmarks(Kernel kernel, double[] values, int width) implements FeatureMap {
        /// Landmarks from rows `[p, D]`, which still belong to the caller.
        public static Landmarks of(Kernel kernel, Tensor rows) {
            return new Landmarks(kernel, Tensors.doubles(rows), Math.toIntExact(rows.size(0)));
        }

        private Tensor rows() {
            return Tensors.of(values, width, values.length / width);
        }

        @Override
        public Tensor of(Tensor rows) {
            SampleCheck.requireWidth(rows, values.length / width);
            return kernel.gram(rows, rows());
        }

        @Override
        public Tensor coordinates() {
            Eigenpairs pairs = Eigenpairs.of(kernel.gram(rows(), rows()));
            InputException.when(
                    pairs.values()[0] <= 0, "kernel: all its values are 0; use samples that are not all zero");
            return pairs.whitening(pairs.above(ClosedForm.DEFAULT_RANK_CUT));
        }
    }
}
