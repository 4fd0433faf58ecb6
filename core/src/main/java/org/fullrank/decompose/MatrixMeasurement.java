package org.fullrank.decompose;

import java.util.Arrays;
import java.util.List;
import org.fullrank.engine.InputException;
import org.fullrank.file.NpyArray;

/// A measurement by a sparse matrix `[m, n]`, where n is the number of entries of the tensor in row-major order. The
/// matrix is stored by rows (CSR): the entries of row i are those from `starts[i]` to before `starts[i + 1]`.
///
/// @param shape of the tensor
/// @param starts `[m + 1]`
/// @param columns of each stored entry, from 0
/// @param weights stored entries
public record MatrixMeasurement(List<Integer> shape, int[] starts, int[] columns, double[] weights)
        implements Measurement {
    /// @throws InputException when the arrays are not a sparse matrix for a tensor of this shape
    public MatrixMeasurement {
        shape = List.copyOf(shape);
        long size = shape.stream().mapToLong(Integer::longValue).reduce(1, Math::multiplyExact);
        boolean rising = starts.length > 1 && starts[0] == 0;
        for (int i = 1; i < starts.length; i++) {
            rising &= starts[i - 1] <= starts[i];
        }
        InputException.unless(
                rising && starts[starts.length - 1] == columns.length && columns.length == weights.length,
                "operator: found %d row starts, %d columns and %d weights, expected starts that rise from 0 to the number"
                        + " of weights, and as many columns as weights",
                starts.length,
                columns.length,
                weights.length);
        for (int i = 0; i < columns.length; i++) {
            InputException.unless(
                    columns[i] >= 0 && columns[i] < size && Double.isFinite(weights[i]),
                    "operator: found the weight %s in column %d, expected finite weights in columns from 0 to %d",
                    weights[i],
                    columns[i],
                    size - 1);
        }
    }

    /// A measurement by a dense matrix. Zeros are not stored.
    ///
    /// @param array `[m, n]`
    /// @throws InputException when the array is not a matrix with one column for each entry of the tensor
    public static MatrixMeasurement dense(List<Integer> shape, NpyArray array) {
        int size = Math.toIntExact(shape.stream().mapToLong(Integer::longValue).reduce(1, Math::multiplyExact));
        InputException.unless(
                array.shape().size() == 2
                        && array.shape().getFirst() > 0
                        && array.shape().getLast() == size,
                "operator: found shape %s, expected [m, %d] for m measurements of a tensor of shape %s",
                array.shape(),
                size,
                shape);
        float[] matrix = array.values();
        int[] starts = new int[matrix.length / size + 1];
        int[] columns = new int[matrix.length];
        double[] weights = new double[matrix.length];
        int count = 0;
        for (int i = 0; i < matrix.length; i++) {
            if (matrix[i] != 0) {
                columns[count] = i % size;
                weights[count++] = matrix[i];
            }
            starts[i / size + 1] = count;
        }
        return new MatrixMeasurement(shape, starts, Arrays.copyOf(columns, count), Arrays.copyOf(weights, count));
    }

    @Override
    public int count() {
        return starts.length - 1;
    }

    @Override
    public double[] of(double[] tensor) {
        double[] values = new double[count()];
        for (int row = 0; row < values.length; row++) {
            for (int k = starts[row]; k < starts[row + 1]; k++) {
                values[row] += weights[k] * tensor[columns[k]];
            }
        }
        return values;
    }

    @Override
    public double[] adjoint(double[] values) {
        double[] tensor = new double[shape.stream().reduce(1, (a, b) -> a * b)];
        for (int row = 0; row < values.length; row++) {
            for (int k = starts[row]; k < starts[row + 1]; k++) {
                tensor[columns[k]] += weights[k] * values[row];
            }
        }
        return tensor;
    }
}
