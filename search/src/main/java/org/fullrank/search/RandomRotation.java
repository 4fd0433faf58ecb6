package org.fullrank.search;

import java.nio.file.Path;
import org.apache.lucene.util.VectorUtil;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.file.Npy;
import org.fullrank.linalg.Orthogonal;

/// A random orthogonal matrix `[D, D]` by which vectors are multiplied before they are quantized. It changes no
/// similarity. It spreads the variance evenly over the columns, and so a few columns of large scale do not take
/// all levels of the quantization (as in RaBitQ, Gao and Long 2024).
///
/// The matrix is stored with the index, because its last bits depend on the machine that computes it.
///
/// @param matrix `[D, D]`, row by row; row i gives number i of the rotated vector. Empty for no rotation
record RandomRotation(float[][] matrix) {
    /// Largest error of the length of a row that rounding explains.
    private static final double ROUNDING = 1e-4;

    /// No rotation.
    static RandomRotation none() {
        return new RandomRotation(new float[0][]);
    }

    /// The matrix of a seed.
    static RandomRotation of(int columns, long seed) {
        try (var scope = Scope.withoutGradients()) {
            Tensor q = Orthogonal.random(columns, Keyed.of(seed, Keyed.name("rotation of an index")));
            return new RandomRotation(rows(Tensors.floats(q.to(ScalarType.Float)), columns));
        }
    }

    /// Reads the matrix of an index.
    ///
    /// @throws InputException when the file has another matrix
    static RandomRotation read(Path file, int columns) {
        Npy.Matrix found = Npy.readMatrix(file);
        InputException.unless(
                found.rows() == columns && found.columns() == columns,
                "%s: found [%d, %d], expected [%d, %d] as the vectors; build the index again",
                file,
                found.rows(),
                found.columns(),
                columns,
                columns);
        float[][] rows = rows(found.values(), columns);
        for (float[] row : rows) {
            InputException.unless(
                    Math.abs(VectorUtil.dotProduct(row, row) - 1) < ROUNDING,
                    "%s: found a row of another length than 1, expected an orthogonal matrix; build the index again",
                    file);
        }
        return new RandomRotation(rows);
    }

    void write(Path file) {
        Npy.write(file, flat(), matrix.length);
    }

    /// The rotated vector `[D]`.
    float[] rotate(float[] vector) {
        if (matrix.length == 0) {
            return vector;
        }
        float[] rotated = new float[matrix.length];
        for (int i = 0; i < rotated.length; i++) {
            rotated[i] = VectorUtil.dotProduct(matrix[i], vector);
        }
        return rotated;
    }

    /// The vector `[D]` that [#rotate] turns into this one.
    float[] restore(float[] rotated) {
        if (matrix.length == 0) {
            return rotated;
        }
        double[] sums = new double[matrix.length];
        for (int i = 0; i < rotated.length; i++) {
            for (int column = 0; column < sums.length; column++) {
                sums[column] += (double) rotated[i] * matrix[i][column];
            }
        }
        float[] vector = new float[sums.length];
        for (int column = 0; column < vector.length; column++) {
            vector[column] = (float) sums[column];
        }
        return vector;
    }

    /// Rotates many vectors at once.
    ///
    /// @param rows `[B, D]`, row by row
    float[] rotateRows(float[] rows) {
        int columns = matrix.length;
        if (columns == 0) {
            return rows;
        }
        try (var scope = Scope.withoutGradients()) {
            Tensor q = Tensors.of(flat(), columns, columns);
            return Tensors.floats(
                    Tensors.of(rows, rows.length / columns, columns).matmul(q.t())); // [B, D]
        }
    }

    private float[] flat() {
        int columns = matrix.length;
        float[] values = new float[Math.multiplyExact(columns, columns)];
        for (int i = 0; i < columns; i++) {
            System.arraycopy(matrix[i], 0, values, i * columns, columns);
        }
        return values;
    }

    private static float[][] rows(float[] values, int columns) {
        float[][] rows = new float[columns][columns];
        for (int i = 0; i < columns; i++) {
            System.arraycopy(values, i * columns, rows[i], 0, columns);
        }
        return rows;
    }
}
