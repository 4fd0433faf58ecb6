package org.fullrank.diagnose;

import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.Tensors;
import org.fullrank.linalg.Reductions;

/// The dimensions that vary, centered and with length 1. The scope that is open owns the tensor.
///
/// @param columns `[N, d]`
/// @param numbers of the dimensions
record UnitColumns(Tensor columns, int[] numbers) {
    /// @param rows `[N, D]`
    /// @param most largest number of rows; if there are more, evenly spaced ones are used
    static UnitColumns of(Tensor rows, long most) {
        Tensor z = Matrices.copy(Matrices.evenly(rows, most)); // [N, D]
        Tensor means = Reductions.means(z); // [1, D]
        z.sub_(means);
        Tensor lengths = Reductions.sum(z.mul(z), 0).sqrt(); // [1, D]
        int[] varying = varying(lengths, means, z.size(0));
        if (varying.length < z.size(1)) {
            z = z.index_select(1, Tensors.of(varying)); // [N, d]
            lengths = lengths.index_select(1, Tensors.of(varying));
        }
        return new UnitColumns(z.div_(lengths), varying);
    }

    private static int[] varying(Tensor lengths, Tensor means, long rows) {
        double[] length = Tensors.doubles(lengths);
        double[] mean = Tensors.doubles(means);
        double root = Math.sqrt(rows);
        return IntStream.range(0, length.length)
                .filter(j -> length[j] / root > Matrices.CONSTANT * Math.abs(mean[j]) && length[j] > Double.MIN_NORMAL)
                .toArray();
    }
}
