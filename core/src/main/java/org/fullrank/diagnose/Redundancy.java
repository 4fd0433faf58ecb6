package org.fullrank.diagnose;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.linalg.Reductions;

/// Measures how strongly dimensions repeat one another. Dimensions that do not vary are left out, because
/// they are dead and not redundant.
///
/// @param rows number of rows that were used; of a wide sample, only evenly spaced rows are used, see [#WORK]
/// @param width D
/// @param varying number of dimensions that vary
/// @param squaredCorrelation mean squared correlation of two different dimensions, from 0 to 1; NaN for fewer
///     than 2 such dimensions or 2 rows
/// @param chance average value for independent dimensions, `1 / (N - 1)`; NaN for a single row
/// @param excess `squaredCorrelation` minus `chance`
/// @param duplicatePairs number of pairs with `|r| >` [#DUPLICATE]; NaN for fewer than [#SMALLEST_ROWS] rows
/// @param duplicateDimensions number of dimensions that repeat a dimension with a lower number, and so could
///     be left out; NaN as above
/// @param duplicates some of these pairs
/// @param hsic mean dependence of two dimensions, from 0 to 1. It is a normalized HSIC computed with random
///     features. NaN for fewer than 4 rows or 2 varying dimensions
/// @param hsicShuffled the same after each dimension was shuffled separately. This is the value by chance
/// @param hsicExcess HSIC above chance: 0 = independent, 1 = equal
/// @param dependentPairs share of pairs above the 99th percentile of shuffled pairs; 0.01 by chance
/// @param hsicPairs number of pairs that were compared by HSIC; if there are more than 32 dimensions, 32 of
///     them are drawn by key
public record Redundancy(
        long rows,
        int width,
        int varying,
        double squaredCorrelation,
        double chance,
        double excess,
        double duplicatePairs,
        double duplicateDimensions,
        List<Pair> duplicates,
        double hsic,
        double hsicShuffled,
        double hsicExcess,
        double dependentPairs,
        int hsicPairs) {
    /// Two dimensions count as equal if their absolute correlation is larger than this. They then share 98 %
    /// of their variance.
    public static final double DUPLICATE = 0.99;

    /// Smallest number of rows for which duplicates are counted. With 16 rows, the correlation of independent
    /// dimensions reaches 0.99 in about one of 10^12 pairs. With 4 rows, it does so in one of 100 pairs.
    public static final int SMALLEST_ROWS = 16;

    /// Largest number of examples.
    public static final int EXAMPLES = 8;

    /// Largest number of products for correlations, `N D^2`. They take about a second. If there are more
    /// products, the number of rows is reduced, but to no fewer than 1024.
    public static final long WORK = 1L << 35;

    private static final long FEWEST_ROWS = 1024;

    public Redundancy {
        duplicates = List.copyOf(duplicates);
    }

    /// Two dimensions, the one with the lower number first, and their correlation.
    public record Pair(int first, int second, double correlation) {}

    /// The redundancy of finite rows `[N, D]`, float32 or float64, at least one. The caller still owns them.
    ///
    /// @throws InputException when `rows` is not a matrix with rows and columns
    public static Redundancy of(Tensor rows) {
        Matrices.require("redundancy", rows);
        return Matrices.guarded("redundancy", () -> {
            int width = Math.toIntExact(rows.size(1));
            long most = Math.max(FEWEST_ROWS, WORK / ((long) width * width));
            UnitColumns units = UnitColumns.of(rows, most);
            return of(units.columns(), units.numbers(), width);
        });
    }

    /// The redundancy of centered columns `[N, d]` of length 1. The numbers of the columns are `varying`.
    private static Redundancy of(Tensor z, int[] varying, int width) {
        long rows = z.size(0);
        int count = varying.length;
        double chance = rows > 1 ? 1.0 / (rows - 1) : Double.NaN;
        var correlations = rows < SMALLEST_ROWS ? Correlations.ofFew(z) : Correlations.of(z);
        double mean = count < 2 ? Double.NaN : correlations.squares / ((double) count * (count - 1) / 2);
        var duplicates = new ArrayList<Pair>();
        int dimensions = 0;
        for (int j = 0; j < count; j++) {
            if (Math.abs(correlations.best[j]) > DUPLICATE) {
                dimensions++;
                if (duplicates.size() < EXAMPLES) {
                    duplicates.add(new Pair(varying[correlations.partner[j]], varying[j], correlations.best[j]));
                }
            }
        }
        boolean enough = rows >= SMALLEST_ROWS;
        var independence = Independence.of(z.mul(Tensors.scalar(Math.sqrt(rows - 1.0))));
        return new Redundancy(
                rows,
                width,
                count,
                mean,
                chance,
                mean - chance,
                enough ? correlations.duplicates : Double.NaN,
                enough ? dimensions : Double.NaN,
                enough ? duplicates : List.of(),
                independence.mean(),
                independence.shuffled(),
                independence.excess(),
                independence.dependent(),
                independence.pairs());
    }

    /// Share of the varying dimensions that repeat another dimension; NaN if it is not defined.
    public double duplicateShare() {
        return varying == 0 ? Double.NaN : duplicateDimensions / varying;
    }

    /// For reports.
    public Section section() {
        return new Section(
                "redundancy",
                List.of(
                        Reading.of(Measure.SQUARED_CORRELATION, squaredCorrelation),
                        Reading.of(Measure.SQUARED_CORRELATION_EXCESS, excess)
                                .noting("chance is %.3g".formatted(chance)),
                        Reading.of(Measure.DUPLICATE_PAIRS, duplicatePairs).noting(examples()),
                        Reading.of(Measure.DUPLICATE_DIMENSIONS, duplicateDimensions)
                                .noting("%d vary".formatted(varying)),
                        Reading.of(Measure.HSIC, hsic)
                                .noting("%d pairs, chance is %.3g".formatted(hsicPairs, hsicShuffled)),
                        Reading.of(Measure.HSIC_EXCESS, hsicExcess),
                        Reading.of(Measure.DEPENDENT_PAIRS, dependentPairs)));
    }

    private String examples() {
        return Neighbors.examples(duplicates.stream()
                .map(pair -> "%d and %d".formatted(pair.first(), pair.second()))
                .toList());
    }

    /// All correlations. They are computed between a block of columns and all later columns.
    private static final class Correlations {
        private double squares;
        private double duplicates;
        private final double[] best; // of each column, the strongest correlation with an earlier one
        private final int[] partner;

        private Correlations(int columns) {
            best = new double[columns];
            partner = new int[columns];
        }

        /// The correlations. Duplicates are not searched, because they cannot be found with so few rows.
        /// `sum_ij r_ij^2` equals the sum for the Gram matrix `[N, N]` of the rows, at a cost of `N^2 D`
        /// instead of `N D^2`.
        private static Correlations ofFew(Tensor z) {
            var found = new Correlations(Math.toIntExact(z.size(1)));
            double own = Reductions.squares(Reductions.sum(z.mul(z), 0)); // the diagonal
            found.squares = Math.max(0, Reductions.squares(z.matmul(z.t())) - own) / 2;
            return found;
        }

        private static Correlations of(Tensor z) {
            int columns = Math.toIntExact(z.size(1));
            var found = new Correlations(columns);
            for (int from = 0; from < columns; from += Matrices.BLOCK) {
                try (var scope = Scope.open()) {
                    int count = Math.min(Matrices.BLOCK, columns - from);
                    Tensor behind = z.narrow(1, from, columns - from); // [N, D - from]
                    found.add(z.narrow(1, from, count).t().matmul(behind).triu_(1), from);
                }
            }
            return found;
        }

        /// @param r correlations of the columns from `from` on with themselves and with later columns; all
        ///     other entries are zero
        private void add(Tensor r, int from) {
            squares += Reductions.squares(r);
            Tensor sizes = r.abs();
            duplicates += Tensors.value(sizes.gt(Tensors.scalar(DUPLICATE)).sum());
            var strongest = sizes.max(0, true);
            double[] values = Tensors.doubles(r.gather(0, strongest.get1()));
            long[] at = Tensors.longs(strongest.get1());
            for (int j = 0; j < values.length; j++) {
                if (Math.abs(values[j]) > Math.abs(best[from + j])) {
                    best[from + j] = values[j];
                    partner[from + j] = from + (int) at[j];
                }
            }
        }
    }
}
