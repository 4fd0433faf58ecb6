package org.fullrank.diagnose;

import java.util.Arrays;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.linalg.Moments;

/// 95 % intervals of figures of a sample of rows, from random halves of it without replacement.
///
/// A bootstrap draws rows twice, and a matrix with equal rows has a lower rank: its ranks lie below that of the
/// data. Halves hold no row twice. Given m rows, a mean over a random half varies about the mean of all by `(1 /
/// (m/2) - 1 / m) s^2 = s^2 / m`, which is just how the mean of m rows varies about the truth; the same holds for
/// smooth figures (delete-half jackknife: Wu 1986; Shao and Wu 1989). So the standard deviation over halves is the
/// standard error at m rows, and `sqrt(m / N)` times it that at N rows. Ranks are compared by their logarithms,
/// about the mean of the halves: that every half shows less rank than the whole cancels.
final class Resampling {
    /// Halves drawn. With 16 the standard error is itself known to a fifth; Student's factor makes up for it.
    static final int DRAWS = 16;

    /// 97.5 % point of Student's t with DRAWS - 1 degrees of freedom.
    static final double STUDENT = 2.131449545559323;

    /// Rows below which halves say nothing.
    static final int FEWEST = 8;

    /// Rows that halves are drawn from where columns are many: the spectrum of a half is then that of a Gram matrix
    /// of 512 rows, which takes some 20 ms.
    static final int WIDE_ROWS = 1024;

    private static final int WIDE = 512;
    private static final long KEY = Keyed.name("half sample");

    private Resampling() {}

    /// The rows of `sample` that halves are drawn from: all, or 1024 where there are more than 512 columns (rows
    /// of a reservoir are in the order of the file, so they are taken evenly).
    static Tensor rows(Tensor sample) {
        return sample.size(1) <= WIDE ? sample : Matrices.evenly(sample, WIDE_ROWS);
    }

    /// Half the width of the 95 % interval at `total` rows of each figure that `figures` makes of moments of some
    /// of the rows `[m, D]`. NaN where a half has no such figure; empty where rows are fewer than 8.
    static double[] errors(Tensor rows, long total, Function<Moments, double[]> figures) {
        int m = Math.toIntExact(rows.size(0));
        if (m < FEWEST) {
            return new double[0];
        }
        double[][] found = new double[DRAWS][];
        for (int i = 0; i < DRAWS; i++) {
            try (var scope = Scope.withoutGradients();
                    var moments = Moments.of(rows.index_select(0, Tensors.of(half(m, i))))) {
                found[i] = figures.apply(moments);
            }
        }
        double scale = STUDENT * Math.sqrt((double) m / total);
        return IntStream.range(0, found[0].length)
                .mapToDouble(figure -> scale * deviation(found, figure))
                .toArray();
    }

    /// A random half of `0 .. m - 1`, ascending: selection sampling.
    static int[] half(int m, int draw) {
        var random = Keyed.of(KEY, m, draw);
        int[] half = new int[m / 2];
        int taken = 0;
        for (int i = 0; taken < half.length; i++) {
            if (random.nextDouble() * (m - i) < half.length - taken) {
                half[taken++] = i;
            }
        }
        return half;
    }

    private static double deviation(double[][] draws, int place) {
        double mean = Arrays.stream(draws).mapToDouble(d -> d[place]).average().orElseThrow();
        double squares = Arrays.stream(draws)
                .mapToDouble(d -> (d[place] - mean) * (d[place] - mean))
                .sum();
        return Math.sqrt(squares / (draws.length - 1));
    }
}
