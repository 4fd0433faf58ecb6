package org.fullrank.diagnose;

import java.util.Arrays;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Tensors;
import org.fullrank.independence.Columns;
import org.fullrank.independence.Estimator;
import org.fullrank.independence.FeatureKernel;
import org.fullrank.independence.Hsic;
import org.fullrank.independence.PermutationTest;
import org.fullrank.independence.ScalarFeatures;
import org.fullrank.linalg.Reductions;

/// Tests whether the dimensions of a sample are pairwise independent, by the pairwise criterion of [Hsic]
/// with random Fourier features and by shuffles. The dimensions are standardized. The bandwidth is that of
/// [Independence].
///
/// @param varying number of dimensions that vary
/// @param compared number of dimensions that were compared, at most [#COLUMNS]; 0 if the test is not defined
/// @param squaredCorrelation mean squared correlation of two of them; NaN if the test is not defined, as the
///     numbers that follow
/// @param criterion mean HSIC of two of them
/// @param shuffled the mean of the criterion after each dimension was shuffled separately
/// @param p p-value of the criterion
public record PairwiseTest(
        int varying, int compared, double squaredCorrelation, double criterion, double shuffled, double p) {
    /// Number of rows that are used, at most. The test then takes ten seconds of processor time.
    public static final int ROWS = 1000;

    /// Number of dimensions that are compared, at most. They are drawn by key.
    public static final int COLUMNS = Independence.COLUMNS;

    /// Number of features of a dimension.
    public static final int FEATURES = Independence.FEATURES;

    /// Number of shuffles. The smallest possible p-value is 0.01.
    public static final int SHUFFLES = 99;

    private static final long KEY = Keyed.name("pairwise test");

    /// Tests finite rows `[N, D]`. If there are more than [#ROWS] rows, evenly spaced ones are used. The test
    /// is not defined for fewer than 4 rows or 2 dimensions that vary. The caller still owns the rows.
    ///
    /// @throws InputException when `rows` is not a matrix with rows and columns
    public static PairwiseTest of(Tensor rows) {
        Matrices.require("independence", rows);
        return Matrices.guarded("independence", () -> ofUnit(UnitColumns.of(rows, ROWS)));
    }

    /// Tests projections of rows on random directions: the coordinates in a random orthonormal basis of the
    /// standardized dimensions. If there are more than [#COLUMNS] dimensions, this number of directions is
    /// drawn.
    ///
    /// @throws InputException as [#of]
    public static PairwiseTest ofRandomDirections(Tensor rows) {
        Matrices.require("independence", rows);
        return Matrices.guarded("independence", () -> {
            Tensor z = UnitColumns.of(rows, ROWS).columns(); // [N, d]
            long width = z.size(1);
            if (width < 2) {
                return ofUnit(UnitColumns.of(z, ROWS));
            }
            Tensor drawn = Matrices.gaussian(Keyed.of(KEY, 0), width, Math.min(COLUMNS, width));
            Tensor directions = torch.linalg_qr(drawn).get0(); // [d, k]
            return ofUnit(UnitColumns.of(z.matmul(directions), ROWS));
        });
    }

    private static PairwiseTest ofUnit(UnitColumns unit) {
        Tensor z = unit.columns(); // [N, d]
        int varying = unit.numbers().length;
        if (z.size(0) < Columns.LEAST_ROWS || varying < 2) {
            return new PairwiseTest(varying, 0, Double.NaN, Double.NaN, Double.NaN, Double.NaN);
        }
        Columns columns = Independence.some(z.mul(Tensors.scalar(Math.sqrt(z.size(0)))), COLUMNS);
        double[] bandwidths = Arrays.stream(columns.values())
                .mapToDouble(Independence::bandwidth)
                .toArray();
        var features = ScalarFeatures.fourier(FEATURES, Keyed.of(KEY, 1));
        var kernel = new FeatureKernel(features, new double[columns.width()], bandwidths);
        var shuffles = new PermutationTest.Shuffles(SHUFFLES, KEY);
        PermutationTest test = PermutationTest.of(columns, new Hsic(kernel, Estimator.BIASED), shuffles);
        return new PairwiseTest(
                varying,
                columns.width(),
                squaredCorrelation(columns),
                test.found().criterion(),
                test.nullMean(),
                test.criterion());
    }

    /// The mean squared correlation of two different standardized columns.
    private static double squaredCorrelation(Columns columns) {
        Tensor z = Tensors.of(columns.values()); // [d, N]
        double width = columns.width();
        Tensor correlation = z.matmul(z.t()).div_(Tensors.scalar(columns.rows())); // [d, d]
        return Math.max(0, Reductions.squares(correlation) - width) / (width * (width - 1));
    }
}
