package org.fullrank.diagnose;

import java.util.Arrays;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.linalg.Moments;

/// Computes 95 % confidence intervals for measures of a sample of rows. The class uses random halves of the
/// sample without replacement.
///
/// A bootstrap would draw some rows twice. Repeated rows lower the rank of a matrix. So the ranks of a
/// bootstrap would be too low. Halves contain no row twice.
///
/// Given m rows, the mean of a random half varies around the mean of all rows with variance `(1 / (m/2) - 1 /
/// m) s^2 = s^2 / m`. The mean of m rows varies around the true mean with the same variance. All smooth
/// measures have this property too (delete-half jackknife: Wu 1986; Shao and Wu 1989). So the standard
/// deviation over halves is the standard error for m rows. This standard deviation, multiplied by `sqrt(m /
/// N)`, is the standard error for N rows.
///
/// Every half has a lower rank than the whole sample. The lower rank does not affect the interval, because
/// the deviation is taken around the mean of the halves. Ranks are compared by their logarithms.
final class Resampling {
    /// Number of random halves. With 16 halves, the standard error itself has an error of a fifth. Student's
    /// factor takes this into account.
    static final int DRAWS = 16;

    /// 97.5 % point of Student's t with DRAWS - 1 degrees of freedom.
    static final double STUDENT = 2.131449545559323;

    /// With fewer rows, no interval is computed.
    static final int FEWEST = 8;

    /// Number of rows from which halves are drawn if there are many columns. Then the spectrum of a half
    /// needs only a Gram matrix of 512 rows, which takes about 20 ms.
    static final int WIDE_ROWS = 1024;

    private static final int WIDE = 512;
    private static final long KEY = Keyed.name("half sample");

    private Resampling() {}

    /// The rows of `sample` from which halves are drawn. They are all rows, or 1024 evenly spaced rows if
    /// there are more than 512 columns. The rows of a reservoir are in the order of the file.
    static Tensor rows(Tensor sample) {
        return sample.size(1) <= WIDE ? sample : Matrices.evenly(sample, WIDE_ROWS);
    }

    /// For each value that `figures` computes from moments of rows `[m, D]`: half the width of its 95 %
    /// interval at `total` rows. It is NaN if a value is not defined for a half. The result is empty for
    /// fewer than 8 rows.
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

    /// A random half of `0 .. m - 1`, ascending, drawn by selection sampling.
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
