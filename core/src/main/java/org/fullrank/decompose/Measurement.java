package org.fullrank.decompose;

import java.util.List;
import java.util.function.UnaryOperator;

/// A linear map A from a tensor to measurements of it, such as the projections of a tomograph. A fit finds the tensor
/// of low rank whose measurements are near the measured ones.
public interface Measurement {
    /// Sizes of the tensor, outermost first.
    List<Integer> shape();

    /// Number of measurements, m.
    int count();

    /// A x, `[m]`.
    ///
    /// @param tensor x, row-major; not changed
    double[] of(double[] tensor);

    /// A' y, row-major in the shape of the tensor.
    ///
    /// @param values y, `[m]`; not changed
    double[] adjoint(double[] values);

    /// A map that is given as two functions. They must be linear, and `(A x)'y = x'(A' y)` for all x and y:
    /// otherwise the fit goes in wrong directions.
    static Measurement of(
            List<Integer> shape, int count, UnaryOperator<double[]> map, UnaryOperator<double[]> adjoint) {
        return new Functions(List.copyOf(shape), count, map, adjoint);
    }

    /// Two functions.
    record Functions(List<Integer> shape, int count, UnaryOperator<double[]> map, UnaryOperator<double[]> transposed)
            implements Measurement {
        @Override
        public double[] of(double[] tensor) {
            return map.apply(tensor);
        }

        @Override
        public double[] adjoint(double[] values) {
            return transposed.apply(values);
        }
    }
}
