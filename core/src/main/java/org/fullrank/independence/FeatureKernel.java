package org.fullrank.independence;

import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.InputException;
import org.fullrank.engine.NativeErrors;
import org.fullrank.engine.Scope;

/// The kernel `phi(x) . phi(y)` of random features of the scaled values `(x - center) / bandwidth`. The time
/// and the memory are linear in N.
///
/// @param features of one scaled value
/// @param centers of the columns
/// @param bandwidths of the columns, above 0
public record FeatureKernel(ScalarFeatures features, double[] centers, double[] bandwidths) implements ColumnKernel {
    private static final int BLOCK_VALUES = 1 << 20;

    public FeatureKernel {
        InputException.when(
                centers.length != bandwidths.length,
                "feature kernel: found %d centers and %d bandwidths, expected one of each per column",
                centers.length,
                bandwidths.length);
    }

    /// The kernel on columns of these means with these bandwidths.
    public static FeatureKernel of(ScalarFeatures features, Columns columns, double[] bandwidths) {
        return new FeatureKernel(features, columns.means(), bandwidths);
    }

    @Override
    public KernelSums sums(Columns columns) {
        return NativeErrors.guard("HSIC of " + columns.name(), () -> {
            try (var scope = Scope.withoutGradients()) {
                var sums = new ScalarFeatureSums(this);
                Tensor values = columns.tensor(); // [D, N]
                int rows = columns.rows();
                int block = Math.max(1, BLOCK_VALUES / (columns.width() * features.count()));
                for (int from = 0; from < rows; from += block) {
                    sums.add(
                            values.narrow(1, from, Math.min(block, rows - from)).t());
                }
                return sums.sums();
            }
        });
    }
}
