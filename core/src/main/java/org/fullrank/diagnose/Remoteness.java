package org.fullrank.diagnose;

import java.util.Arrays;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Tensors;
import org.fullrank.linalg.Reductions;
import org.fullrank.stats.Quantiles;

/// The distance of each row from the others, in robust deviations: `|v - median| / (1.4826 MAD)`. MAD is the
/// median of the distances from the median. Outliers change neither the median nor the MAD. The distance of a
/// row is the largest of three values:
///
/// - how far the length of the row is from the typical length;
/// - the distance of the row from the center within the leading subspace, where each coordinate is divided by
///   its own `1.4826 MAD`;
/// - the distance of the row from this subspace.
///
/// So three kinds of rows are found: long or short rows, rows that differ from the others along a leading
/// direction, and rows outside the subspace of the others. A difference of less than 1 % of the median counts
/// as zero.
///
/// The leading subspace has at most [#DIRECTIONS] principal directions. These directions are computed by
/// [#ROUNDS] rounds of subspace iteration from a keyed random start. If there are no more columns than
/// [#DIRECTIONS], the leading subspace is the whole space.
final class Remoteness {
    static final int DIRECTIONS = 32;
    static final int ROUNDS = 2;

    /// Converts a MAD to the standard deviation of Gaussian values.
    static final double GAUSSIAN = 1.482602218505602;

    /// A difference below this share of the median counts as zero.
    private static final double FLOOR = 0.01;

    /// A share of a squared length that may be a rounding error.
    private static final double ROUNDING = 1e-10;

    private static final long KEY = Keyed.name("remoteness");

    private Remoteness() {}

    /// The deviations of rows relative to their center, `[N, D]`, and the squared lengths of the original
    /// rows, `[N, 1]`.
    static double[] of(Tensor z, Tensor lengths) {
        Tensor x = z.sub(Reductions.means(z)); // [N, D]
        Tensor directions = directions(x); // [k, D]
        Tensor scores = z.matmul(directions.t()); // [N, k]
        double[] worst = deviations(Tensors.doubles(lengths.sqrt()), true);
        raise(worst, deviations(within(scores), false));
        if (directions.size(0) < z.size(1)) {
            Tensor all = Reductions.squaredNorms(z).mul_(Tensors.scalar(1 - ROUNDING)); // [N, 1]
            Tensor squares = all.sub_(Reductions.squaredNorms(scores)); // [N, 1]
            raise(
                    worst,
                    deviations(
                            Tensors.doubles(
                                    squares.clamp_min_(Tensors.scalar(0)).sqrt_()),
                            false));
        }
        return worst;
    }

    /// The orthonormal leading directions, `[k, D]`.
    private static Tensor directions(Tensor x) {
        long count = Math.min(DIRECTIONS, Math.min(x.size(0), x.size(1)));
        Tensor basis = Matrices.gaussian(Keyed.of(KEY), x.size(1), count); // [D, k]
        for (int round = 0; round < ROUNDS; round++) {
            basis = torch.linalg_qr(x.t().matmul(x.matmul(basis))).get0(); // [D, k]
        }
        Tensor scores = x.matmul(basis); // [N, k]
        Tensor axes = torch.linalg_eigh(scores.t().matmul(scores)).get1(); // [k, k]
        return axes.t().matmul(basis.t()); // [k, D]
    }

    /// Distances of scores from their medians, in units of their MADs.
    private static double[] within(Tensor scores) {
        Tensor gaps = scores.sub(scores.median(0, true).get0()).abs_(); // [N, k]
        Tensor scales = gaps.median(0, true).get0().mul_(Tensors.scalar(GAUSSIAN)); // [1, k]
        Tensor floor = scales.max().mul(Tensors.scalar(FLOOR)).clamp_min(Tensors.scalar(Double.MIN_NORMAL));
        return Tensors.doubles(
                Reductions.squaredNorms(gaps.div_(scales.clamp_min(floor))).sqrt());
    }

    /// @param both whether values below the median count
    static double[] deviations(double[] values, boolean both) {
        double median = Quantiles.median(values);
        double[] gaps = Arrays.stream(values).map(v -> Math.abs(v - median)).toArray();
        double scale = Math.max(GAUSSIAN * Quantiles.median(gaps), FLOOR * Math.abs(median));
        return Arrays.stream(values)
                .map(v -> both ? Math.abs(v - median) : Math.max(0, v - median))
                .map(gap -> gap == 0 ? 0 : gap / Math.max(scale, Double.MIN_NORMAL))
                .map(far -> Math.min(far, Float.MAX_VALUE))
                .toArray();
    }

    private static void raise(double[] worst, double[] values) {
        Arrays.setAll(worst, i -> Math.max(worst[i], values[i]));
    }
}
