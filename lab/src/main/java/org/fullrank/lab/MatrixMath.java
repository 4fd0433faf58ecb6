package org.fullrank.lab;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.interfaces.decomposition.EigenDecomposition_F64;
import org.ejml.interfaces.decomposition.SingularValueDecomposition_F64;
import org.ejml.simple.SimpleMatrix;

/// Small dense matrices.
final class MatrixMath {
    private MatrixMath() {}

    /// Independent N(0, deviation^2).
    static SimpleMatrix gaussian(RandomGenerator random, int rows, int columns, double deviation) {
        return new SimpleMatrix(rows, columns, true, VectorMath.gaussian(random, rows * columns, deviation));
    }

    /// Orthonormal columns, made from Gaussian columns that are orthogonalized one after another.
    static SimpleMatrix orthonormal(RandomGenerator random, int rows, int columns) {
        SimpleMatrix q = gaussian(random, rows, columns, 1);
        for (int j = 0; j < columns; j++) {
            SimpleMatrix column = q.getColumn(j);
            for (int i = 0; i < j; i++) {
                SimpleMatrix earlier = q.getColumn(i);
                column = column.plus(-earlier.dot(column), earlier);
            }
            q.setColumn(j, column.divide(column.normF()));
        }
        return q;
    }

    /// A symmetric matrix with Gaussian entries.
    static SimpleMatrix symmetric(RandomGenerator random, int size, double deviation) {
        SimpleMatrix a = gaussian(random, size, size, deviation);
        return a.plus(a.transpose()).divide(2);
    }

    /// Eigenvalues of a symmetric matrix in ascending order.
    static double[] eigenvalues(SimpleMatrix symmetric) {
        EigenDecomposition_F64<DMatrixRMaj> eigen = eigen(symmetric, false);
        double[] values = new double[symmetric.getNumRows()];
        Arrays.setAll(values, i -> eigen.getEigenvalue(i).getReal());
        Arrays.sort(values);
        return values;
    }

    /// Singular values, descending.
    static double[] singularValues(SimpleMatrix matrix) {
        SingularValueDecomposition_F64<DMatrixRMaj> svd =
                DecompositionFactory_DDRM.svd(matrix.getNumRows(), matrix.getNumCols(), false, false, true);
        if (!svd.decompose(matrix.getDDRM().copy())) {
            throw new ArithmeticException("no singular values of " + matrix);
        }
        double[] ascending = Arrays.copyOf(svd.getSingularValues(), svd.numberOfSingularValues());
        Arrays.sort(ascending);
        double[] values = new double[ascending.length];
        Arrays.setAll(values, i -> ascending[ascending.length - 1 - i]);
        return values;
    }

    /// Eigenvectors of a symmetric matrix, of length 1.
    static List<SimpleMatrix> eigenvectors(SimpleMatrix symmetric) {
        EigenDecomposition_F64<DMatrixRMaj> eigen = eigen(symmetric, true);
        return IntStream.range(0, symmetric.getNumRows())
                .mapToObj(i -> SimpleMatrix.wrap(eigen.getEigenVector(i)))
                .toList();
    }

    private static EigenDecomposition_F64<DMatrixRMaj> eigen(SimpleMatrix symmetric, boolean vectors) {
        EigenDecomposition_F64<DMatrixRMaj> eigen =
                DecompositionFactory_DDRM.eig(symmetric.getNumRows(), vectors, true);
        if (!eigen.decompose(symmetric.getDDRM().copy())) {
            throw new ArithmeticException("no eigenvalues of " + symmetric);
        }
        return eigen;
    }

    /// The sum of `f(l) v v'` over the `count` eigenpairs (l, v) of a symmetric matrix with the largest l.
    static SimpleMatrix spectral(SimpleMatrix symmetric, int count, DoubleUnaryOperator f) {
        EigenDecomposition_F64<DMatrixRMaj> eigen = eigen(symmetric, true);
        int size = symmetric.getNumRows();
        SimpleMatrix sum = new SimpleMatrix(size, size);
        IntStream.range(0, size)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> -eigen.getEigenvalue(i).getReal()))
                .limit(count)
                .forEach(i -> {
                    SimpleMatrix v = SimpleMatrix.wrap(eigen.getEigenVector(i));
                    double l = eigen.getEigenvalue(i).getReal();
                    CommonOps_DDRM.multAddTransB(f.applyAsDouble(l), v.getDDRM(), v.getDDRM(), sum.getDDRM());
                });
        return sum;
    }

    /// The rows minus their mean.
    static SimpleMatrix centered(SimpleMatrix rows) {
        int size = rows.getNumRows();
        SimpleMatrix ones = SimpleMatrix.filled(size, 1, 1);
        return rows.minus(ones.mult(ones.transpose().mult(rows)).divide(size));
    }

    /// `|a - b| / |b|` with Frobenius norms.
    static double relativeDistance(SimpleMatrix a, SimpleMatrix b) {
        return a.minus(b).normF() / b.normF();
    }

    /// The sum of the products of the entries.
    static double inner(SimpleMatrix a, SimpleMatrix b) {
        return a.elementMult(b).elementSum();
    }

    /// The columns of a matrix one below another.
    static SimpleMatrix vec(SimpleMatrix matrix) {
        return new SimpleMatrix(
                matrix.getNumRows() * matrix.getNumCols(),
                1,
                true,
                matrix.transpose().getDDRM().getData());
    }
}
