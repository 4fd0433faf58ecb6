package org.fullrank.diagnose;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.StringViewOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.rows.Batch;
import org.fullrank.rows.Batches;

/// Measures how similar two embeddings of the same items are. Row i of both embeddings belongs to the same
/// item. The widths may differ.
///
/// @param rows number of rows that were compared
/// @param cka linear CKA (Kornblith et al. 2019, equation 4 with a linear kernel), from 0 to 1. It is 1 if
///     the embeddings are equal up to rotation and scale
/// @param angles angles in degrees, ascending, between two subspaces. Each subspace is spanned by the
///     strongest directions of one embedding. An angle of 0 means that both embeddings have this direction.
///     The number of angles is the smaller effective rank
public record Likeness(long rows, double cka, double[] angles) {
    private static final long SEED = Keyed.name("likeness");

    /// Compares a random sample of at most [Reservoir#CAPACITY] rows. Both streams are read to their end. The
    /// caller closes them.
    ///
    /// @throws InputException when the numbers of rows differ, or when fewer than 8 rows are finite in both
    public static Likeness of(Batches first, Batches second) {
        try (var scope = Scope.withoutGradients();
                var one = new Reservoir(SEED);
                var two = new Reservoir(SEED)) {
            long rows = read(first, one);
            long others = read(second, two);
            InputException.unless(
                    rows == others,
                    "--compare: found %d rows in the first file and %d in the second, expected the same items in both;"
                            + " write both in one order",
                    rows,
                    others);
            Batch a = one.sample();
            Batch b = two.sample();
            int[] inA = common(a.numbers(), b.numbers());
            int[] inB = common(b.numbers(), a.numbers());
            InputException.when(
                    inA.length < SampleRules.FEWEST_ROWS,
                    "--compare: found %d rows that are finite in both files, expected at least %d; give more rows",
                    inA.length,
                    SampleRules.FEWEST_ROWS);
            return of(centered(a.first(), inA), centered(b.first(), inB));
        }
    }

    /// @return number of rows, including those that were left out
    private static long read(Batches batches, Reservoir reservoir) {
        long rows = 0;
        while (true) {
            try (var scope = Scope.withoutGradients()) {
                Batch batch = batches.next();
                if (batch == null) {
                    return rows + batches.leftOut();
                }
                rows += batch.rows();
                reservoir.add(batch);
            }
        }
    }

    /// Positions of the numbers that are also in the other array. Both arrays are ascending.
    private static int[] common(long[] numbers, long[] others) {
        return IntStream.range(0, numbers.length)
                .filter(i -> Arrays.binarySearch(others, numbers[i]) >= 0)
                .toArray();
    }

    /// Centered rows with a mean square of 1, `[n, D]`, in float64.
    private static Tensor centered(Tensor rows, int[] chosen) {
        Tensor x = rows.index_select(0, Tensors.of(chosen)).to(ScalarType.Double);
        Tensor c = x.sub(x.mean(0));
        double size = Tensors.value(c.norm());
        return size > 0 ? c.div(Tensors.scalar(size)) : c;
    }

    /// @param x `[n, D1]`, y `[n, D2]`, both centered
    private static Likeness of(Tensor x, Tensor y) {
        Directions a = Directions.of(x);
        Directions b = Directions.of(y);
        Tensor overlap = a.basis.t().mm(b.basis); // [r1, r2]
        Tensor shared = overlap.square().mul(a.variances.unsqueeze(1)).mul(b.variances);
        double cka =
                Tensors.value(shared.sum()) / (Tensors.value(a.variances.norm()) * Tensors.value(b.variances.norm()));
        int k = Math.min(a.strong(), b.strong());
        Tensor cosines = torch.linalg_svdvals(overlap.narrow(0, 0, k).narrow(1, 0, k)); // [k], descending
        double[] angles = Arrays.stream(Tensors.doubles(cosines))
                .map(c -> Math.toDegrees(Math.acos(Math.clamp(c, -1, 1))))
                .toArray();
        return new Likeness(x.size(0), cka, angles);
    }

    /// The directions of the items of one embedding, the strongest first.
    ///
    /// @param basis `[n, r]`, orthonormal
    /// @param variances squared singular values, `[r]`
    private record Directions(Tensor basis, Tensor variances) {
        /// @param x `[n, D]`
        static Directions of(Tensor x) {
            var parts = torch.linalg_svd(x, false, new StringViewOptional());
            return new Directions(parts.get0(), parts.get1().square());
        }

        /// The effective rank, rounded, at least 1.
        int strong() {
            double[] values = Tensors.doubles(variances);
            double sum = Arrays.stream(values).sum();
            double entropy = Arrays.stream(values)
                    .filter(v -> v > 0)
                    .map(v -> -v / sum * Math.log(v / sum))
                    .sum();
            return Math.max(1, (int) Math.round(Math.exp(entropy)));
        }
    }

    /// The median of the angles.
    double medianAngle() {
        return angles[angles.length / 2];
    }

    /// For JSON.
    public SequencedMap<String, Object> toMap() {
        var map = new LinkedHashMap<String, Object>();
        map.put("rows", rows);
        map.put("linearCka", cka);
        map.put("angles", angles);
        map.put("medianAngle", medianAngle());
        return map;
    }
}
