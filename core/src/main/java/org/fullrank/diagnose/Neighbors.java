package org.fullrank.diagnose;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.linalg.Reductions;
import org.fullrank.stats.Quantiles;

/// Finds rows that repeat other rows, rows that are far from all others, and dimensions with heavy tails.
///
/// Two rows are near-duplicates if their cosine is above [#COSINE] and they are close. Two rows are close if
/// their distance is below [#DISTANCE] times the typical distance between two rows, or below 1e-6 of their
/// own length. The typical distance between two rows is estimated as `sqrt(2)` times the median distance of a
/// row from the center. The center is the median of each dimension. All pairs are compared. In one or two
/// dimensions, rows can be near-duplicates by chance.
///
/// For outliers see [Remoteness].
///
/// @param rows N
/// @param width D
/// @param duplicateRows rows that have a near-duplicate
/// @param duplicatePairs pairs of near-duplicates
/// @param duplicates some of these pairs; each contains a row and the first row that it repeats
/// @param outliers rows that are [#FAR] or more robust deviations away; NaN for fewer than [#SMALLEST_ROWS]
///     rows
/// @param farthest some of the outliers, the farthest first
/// @param kurtosis mean excess kurtosis of varying dimensions, `m4 / m2^2 - 3`; 0 = Gaussian, 3 = Laplace.
///     Like the values below, it is NaN for fewer than [#SMALLEST_ROWS] rows, or if no dimension varies
/// @param largestKurtosis largest excess kurtosis of a dimension; at most about N
/// @param largestDimension the dimension with the largest kurtosis; -1 if there is none
/// @param heavyShare share of varying dimensions whose excess kurtosis is above [#HEAVY]
public record Neighbors(
        long rows,
        int width,
        double duplicateRows,
        double duplicatePairs,
        List<Pair> duplicates,
        double outliers,
        List<Outlier> farthest,
        double kurtosis,
        double largestKurtosis,
        int largestDimension,
        double heavyShare) {
    /// Smallest cosine of near-duplicates. It corresponds to an angle of less than one degree.
    public static final double COSINE = 1 - 1e-4;

    /// Largest distance of near-duplicates, relative to the typical distance between two rows. Images that
    /// differ only by rounding or compression are this close. Other images are not.
    public static final double DISTANCE = 1e-3;

    /// A row with at least this many robust deviations is an outlier. Among 4096 Gaussian rows, the farthest
    /// has about 4.
    public static final double FAR = 10;

    /// A dimension with a larger excess kurtosis has heavy tails; this is the value of a Laplace
    /// distribution.
    public static final double HEAVY = 3;

    /// Smallest number of rows for which outliers and tails are searched. With 16 rows no kurtosis can be
    /// above 12.
    public static final int SMALLEST_ROWS = 16;

    /// Largest number of examples.
    public static final int EXAMPLES = 8;

    private static final double OWN = 1e-6;

    public Neighbors {
        duplicates = List.copyOf(duplicates);
        farthest = List.copyOf(farthest);
    }

    /// The numbers of two rows. The second row repeats the first.
    public record Pair(long first, long second) {}

    /// The number of a row, and its distance in robust deviations.
    public record Outlier(long row, double deviations) {}

    /// The neighbors of finite rows `[N, D]`, float32 or float64, numbered from 0. The caller still owns the
    /// rows.
    public static Neighbors of(Tensor rows) {
        return of(rows, LongStream.range(0, rows.size(0)).toArray());
    }

    /// The neighbors of rows with these numbers.
    ///
    /// @throws InputException when `rows` is not a matrix with rows and columns
    public static Neighbors of(Tensor rows, long[] numbers) {
        Matrices.require("neighbors", rows);
        return Matrices.guarded("neighbors", () -> {
            Tensor z = Matrices.copy(rows); // [N, D]
            Tensor lengths = Reductions.squaredNorms(z); // [N, 1]
            Tensor center = z.median(0, true).get0(); // [1, D]
            z.sub_(center);
            var twins = Twins.of(z, lengths);
            boolean enough = z.size(0) >= SMALLEST_ROWS;
            double[] far = enough ? Remoteness.of(z, lengths) : new double[0];
            var tails = enough ? Tails.of(z, center) : Tails.NONE;
            return new Neighbors(
                    z.size(0),
                    Math.toIntExact(z.size(1)),
                    twins.rows(),
                    twins.pairs(),
                    twins.examples(numbers),
                    enough ? outliers(far).count() : Double.NaN,
                    outliers(far)
                            .boxed()
                            .sorted(Comparator.comparingDouble((Integer i) -> -far[i]))
                            .limit(EXAMPLES)
                            .map(i -> new Outlier(numbers[i], far[i]))
                            .toList(),
                    tails.mean(),
                    tails.largest(),
                    tails.dimension(),
                    tails.heavyShare());
        });
    }

    /// Share of rows that have a near-duplicate.
    public double duplicateShare() {
        return duplicateRows / rows;
    }

    /// Share of rows that are outliers; NaN for fewer than [#SMALLEST_ROWS] rows.
    public double outlierShare() {
        return outliers / rows;
    }

    /// For reports.
    public Section section() {
        return new Section(
                "neighbors",
                List.of(
                        Reading.of(Measure.DUPLICATE_ROWS, duplicateRows)
                                .noting(examples(duplicates.stream()
                                        .map(pair -> "%d and %d".formatted(pair.first(), pair.second()))
                                        .toList())),
                        Reading.of(Measure.DUPLICATE_SHARE, duplicateShare()),
                        Reading.of(Measure.OUTLIERS, outliers)
                                .noting(examples(farthest.stream()
                                        .map(row -> "%d (%.3g deviations)".formatted(row.row(), row.deviations()))
                                        .toList())),
                        Reading.of(Measure.KURTOSIS, kurtosis),
                        Reading.of(Measure.LARGEST_KURTOSIS, largestKurtosis)
                                .noting(largestDimension < 0 ? "" : "of dimension " + largestDimension),
                        Reading.of(Measure.HEAVY_DIMENSIONS, heavyShare)));
    }

    static String examples(List<String> examples) {
        return examples.isEmpty() ? "" : examples.stream().collect(Collectors.joining(", ", "such as ", ""));
    }

    private static IntStream outliers(double[] far) {
        return IntStream.range(0, far.length).filter(i -> far[i] >= FAR);
    }

    /// Near-duplicates.
    ///
    /// @param first for each row, the earliest row that it repeats, or -1
    /// @param repeated for each row, whether a later row repeats it
    private record Twins(int[] first, boolean[] repeated, double pairs) {
        /// @param z rows minus the center
        /// @param lengths squared lengths of the rows before the center was subtracted, `[N, 1]`
        static Twins of(Tensor z, Tensor lengths) {
            int rows = Math.toIntExact(z.size(0));
            Tensor remote = Reductions.squaredNorms(z); // [N, 1]
            double near = DISTANCE * DISTANCE * 2 * Quantiles.median(Tensors.doubles(remote));
            int[] first = new int[rows];
            java.util.Arrays.fill(first, -1);
            boolean[] repeated = new boolean[rows];
            double pairs = 0;
            for (int from = 0; from < rows; from += Matrices.BLOCK) {
                try (var scope = Scope.open()) {
                    int count = Math.min(Matrices.BLOCK, rows - from);
                    Tensor mask = mask(z, remote, lengths, near, from, count); // [B, N - from]
                    pairs += Tensors.value(mask.sum());
                    mark(mask, from, first, repeated);
                }
            }
            return new Twins(first, repeated, pairs);
        }

        private static void mark(Tensor mask, int from, int[] first, boolean[] repeated) {
            var earliest =
                    mask.to(org.bytedeco.pytorch.global.torch.ScalarType.Byte).max(0, false);
            long[] found = Tensors.longs(earliest.get0()); // [N - from]
            long[] at = Tensors.longs(earliest.get1());
            for (int j = 0; j < found.length; j++) {
                if (found[j] > 0 && first[from + j] < 0) {
                    first[from + j] = from + (int) at[j];
                }
            }
            long[] later = Tensors.longs(mask.any(1));
            for (int i = 0; i < later.length; i++) {
                repeated[from + i] = later[i] > 0;
            }
        }

        /// Which rows, from `from` on, are near-duplicates of which later rows. With `d^2 = |x|^2 + |y|^2 - 2
        /// x y`, the cosine is at least c if `|x|^2 + |y|^2 - d^2 >= 2 c |x| |y|`.
        private static Tensor mask(Tensor z, Tensor remote, Tensor lengths, double near, int from, int count) {
            long behind = z.size(0) - from;
            Tensor others = z.narrow(0, from, behind); // [N - from, D]
            Tensor scales = pairSums(remote, from, count); // [B, N - from]
            Tensor gaps = z.narrow(0, from, count)
                    .matmul(others.t())
                    .mul_(Tensors.scalar(-2))
                    .add_(scales)
                    .clamp_min_(Tensors.scalar(0)); // [B, N - from], squared distances
            Tensor close = gaps.le(scales.mul_(Tensors.scalar(OWN * OWN)).add_(Tensors.scalar(near)));
            Tensor norms = lengths.sqrt(); // [N, 1]
            Tensor products = norms.narrow(0, from, count)
                    .matmul(norms.narrow(0, from, behind).t())
                    .mul_(Tensors.scalar(2 * COSINE));
            Tensor aligned = pairSums(lengths, from, count).sub_(gaps).ge(products);
            return close.logical_and(aligned).triu(1);
        }

        private static Tensor pairSums(Tensor values, int from, int count) {
            return values.narrow(0, from, count)
                    .add(values.narrow(0, from, values.size(0) - from).t());
        }

        double rows() {
            return IntStream.range(0, first.length)
                    .filter(i -> first[i] >= 0 || repeated[i])
                    .count();
        }

        List<Pair> examples(long[] numbers) {
            var examples = new ArrayList<Pair>();
            for (int j = 0; j < first.length && examples.size() < EXAMPLES; j++) {
                if (first[j] >= 0) {
                    examples.add(new Pair(numbers[first[j]], numbers[j]));
                }
            }
            return examples;
        }
    }

    /// Excess kurtosis of dimensions.
    private record Tails(double mean, double largest, int dimension, double heavyShare) {
        static final Tails NONE = new Tails(Double.NaN, Double.NaN, -1, Double.NaN);

        /// @param z rows minus `center` `[1, D]`
        static Tails of(Tensor z, Tensor center) {
            double rows = z.size(0);
            Tensor x = z.sub(Reductions.means(z)); // [N, D]
            x.mul_(x);
            double[] second = Tensors.doubles(Reductions.means(x));
            double[] fourth = Tensors.doubles(Reductions.means(x.mul_(x)));
            double[] offsets = Tensors.doubles(center);
            int[] varying = IntStream.range(0, second.length)
                    .filter(j -> Math.sqrt(second[j]) > Matrices.CONSTANT * Math.abs(offsets[j])
                            && second[j] * second[j] > Double.MIN_NORMAL * rows)
                    .toArray();
            if (varying.length == 0) {
                return NONE;
            }
            double sum = 0;
            int heavy = 0;
            int largest = varying[0];
            double most = Double.NEGATIVE_INFINITY;
            for (int j : varying) {
                double kurtosis = fourth[j] / (second[j] * second[j]) - 3;
                sum += kurtosis;
                heavy += kurtosis > HEAVY ? 1 : 0;
                largest = kurtosis > most ? j : largest;
                most = Math.max(most, kurtosis);
            }
            return new Tails(sum / varying.length, most, largest, (double) heavy / varying.length);
        }
    }
}
