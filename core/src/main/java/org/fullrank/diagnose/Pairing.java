package org.fullrank.diagnose;

import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.linalg.Reductions;
import org.fullrank.stats.Interval;
import org.fullrank.stats.Normal;

/// Compares two views of the same samples, `[N, D]` each. "Pairs" are the two views of one sample. "Others"
/// are all `N (N - 1)` pairs of a view of one sample and the other view of another sample. The mean over
/// "others" is the expected value for a random shuffle of the second view.
///
/// Directions are rows scaled to length 1. A row of zeros remains zero.
///
/// @param rows number of rows that were used; if a sample has more than 2^24 values, only evenly spaced rows
///     are used
/// @param width D
/// @param views number of views; measures of pairs use the first two views, and LiDAR uses all
/// @param alignment mean squared distance of pairs of directions, from 0 (equal) to 4. Source: Wang and
///     Isola 2020, "Understanding contrastive representation learning through alignment and uniformity",
///     with alpha = 2; unverified against the paper
/// @param uniformity `log E exp(-2 d^2)` over the directions of pairs of different rows of one view, averaged
///     over the two views. 0 means one point, lower values are more uniform, and -4 is the value for large D.
///     NaN for one row. Source: the same, with t = 2
/// @param cosine mean cosine of pairs
/// @param othersCosine mean cosine of others; NaN for one row
/// @param invariance 1 - (mean squared distance of pairs) / (mean squared distance of others), for rows that
///     are not scaled; 1 = equal views, 0 = views share nothing; NaN for one row or if all rows are one point
/// @param identical share of samples whose two views are equal up to the rounding of float32
/// @param matchRate share of samples for which the second view nearest to the first view, by cosine, is their
///     own. Rows with the same cosine share the match, so a single point has the value 1 / N
/// @param chance probability of a match by chance, 1 / N
/// @param lidar effective number of directions that distinguish samples, relative to the differences between
///     their views. It is between 1 and `min(N - 1, D)`. Views that share nothing do not reduce it; see
///     [#LIDAR_DELTA]. Source: Thilak et al. 2023, unverified against the paper
/// @param lidarShare LiDAR divided by its value for isotropic Gaussian samples and views with the same
///     number, width and scatter ratio; 1 = isotropic
/// @param cosineInterval 95 % interval of [#cosine], by the normal approximation
/// @param matchInterval 95 % interval of [#matchRate], by Wilson
public record Pairing(
        long rows,
        int width,
        int views,
        double alignment,
        double uniformity,
        double cosine,
        double othersCosine,
        double invariance,
        double identical,
        double matchRate,
        double chance,
        double lidar,
        double lidarShare,
        Interval cosineInterval,
        Interval matchInterval) {
    /// The number that LiDAR adds to the diagonal of the within-sample scatter, as a share of the mean
    /// variance of a dimension.
    public static final double LIDAR_DELTA = Lidar.DELTA;

    /// Two similarities count as equal if they differ by less than this, because of rounding in float64.
    private static final double TIE = 1e-12;

    private static final double SPREAD = 2; // t of the uniformity

    /// The relation of two views. Their rows are finite and in the same order. The caller still owns them.
    public static Pairing of(Tensor first, Tensor second) {
        return of(List.of(first, second));
    }

    /// The relation of two or more views.
    ///
    /// @throws InputException when there are fewer than two views, or when they are not matrices of the same
    ///     shape
    public static Pairing of(List<Tensor> views) {
        require(views);
        return Matrices.guarded("pairing", () -> {
            long most = Matrices.mostRows(views.getFirst().size(1));
            Tensor[] used = views.stream()
                    .map(view -> Matrices.copy(Matrices.evenly(view, most)))
                    .toArray(Tensor[]::new);
            return of(used, Lidar.of(used));
        });
    }

    private static Pairing of(Tensor[] views, Lidar lidar) {
        long rows = views[0].size(0);
        double invariance = 1 - distances(views[0], views[1]) / othersDistances(views[0], views[1]);
        double identical = identical(views[0], views[1]);
        Tensor x = Reductions.unit(views[0]); // [N, D]
        Tensor y = Reductions.unit(views[1]); // [N, D]
        double[] cosines = Tensors.doubles(Reductions.sum(x.mul(y), 1));
        double match = matchRate(x, y);
        return new Pairing(
                rows,
                Math.toIntExact(x.size(1)),
                views.length,
                distances(x, y),
                (uniformity(x) + uniformity(y)) / 2,
                mean(cosines),
                rows > 1 ? (crossSum(x, y) - mean(cosines) * rows) / rows / (rows - 1) : Double.NaN,
                rows > 1 ? invariance : Double.NaN,
                identical,
                match,
                1.0 / rows,
                lidar.value(),
                lidar.value() / lidar.isotropic(),
                normal(cosines),
                Interval.wilson(match * rows, rows));
    }

    /// For reports.
    public Section section() {
        return new Section(
                "pairing",
                List.of(
                        Reading.of(Measure.ALIGNMENT, alignment),
                        Reading.of(Measure.UNIFORMITY, uniformity),
                        Reading.of(Measure.PAIR_COSINE, cosine, cosineInterval)
                                .noting("of different samples it is %.3g".formatted(othersCosine)),
                        Reading.of(Measure.INVARIANCE, invariance),
                        Reading.of(Measure.IDENTICAL, identical),
                        Reading.of(Measure.MATCH_RATE, matchRate, matchInterval)
                                .noting("chance is %.3g".formatted(chance)),
                        Reading.of(Measure.LIDAR, lidar).noting("at most %d".formatted(Math.min(rows - 1, width))),
                        Reading.of(Measure.LIDAR_SHARE, lidarShare)));
    }

    private static void require(List<Tensor> views) {
        InputException.when(
                views.size() < 2, "pairing: found %d views, expected at least 2; give the other view", views.size());
        Tensor first = views.getFirst();
        for (Tensor view : views) {
            Matrices.require("pairing", view);
            if (view.size(0) != first.size(0) || view.size(1) != first.size(1)) {
                throw new InputException(
                        "pairing: found views of shapes %s and %s, expected equal ones; give two views of the same rows"
                                .formatted(Tensors.describe(first), Tensors.describe(view)));
            }
        }
    }

    /// `E|x - y|^2` of pairs.
    private static double distances(Tensor x, Tensor y) {
        return Reductions.squares(x.sub(y)) / x.size(0);
    }

    /// `E|x_i - y_j|^2` over `i != j`, in closed form. It is computed relative to the common mean, so that an
    /// offset cancels.
    private static double othersDistances(Tensor x, Tensor y) {
        double rows = x.size(0);
        Tensor center = Reductions.means(x).add(Reductions.means(y)).div_(Tensors.scalar(2)); // [1, D]
        Tensor a = x.sub(center);
        Tensor b = y.sub(center);
        double all = rows * (Reductions.squares(a) + Reductions.squares(b)) - 2 * crossSum(a, b);
        return (all - Reductions.squares(a.sub_(b))) / rows / (rows - 1);
    }

    /// `sum_ij x_i y_j`.
    private static double crossSum(Tensor x, Tensor y) {
        return Tensors.value(Reductions.sum(x, 0).mul(Reductions.sum(y, 0)).sum());
    }

    private static double identical(Tensor x, Tensor y) {
        Tensor gaps = Reductions.squaredNorms(x.sub(y)); // [N, 1]
        Tensor bounds = Reductions.squaredNorms(x).mul_(Tensors.scalar(Matrices.CONSTANT * Matrices.CONSTANT));
        return Tensors.value(gaps.le(bounds).sum()) / x.size(0);
    }

    private static double uniformity(Tensor unit) {
        long rows = unit.size(0);
        double sum = 0;
        for (long from = 0; from < rows; from += Matrices.BLOCK) {
            try (var scope = Scope.open()) {
                long count = Math.min(Matrices.BLOCK, rows - from);
                Tensor block = unit.narrow(0, from, count); // [B, D]
                Tensor behind = unit.narrow(0, from, rows - from); // [N - from, D]
                Tensor products = block.matmul(behind.t()); // [B, N - from]
                Tensor lengths = Reductions.squaredNorms(behind); // zero for rows of zeros
                Tensor distances = products.mul_(Tensors.scalar(-2))
                        .add_(lengths.narrow(0, 0, count))
                        .add_(lengths.t());
                Tensor kernel = distances
                        .clamp_min_(Tensors.scalar(0))
                        .mul_(Tensors.scalar(-SPREAD))
                        .exp_();
                sum += Tensors.value(kernel.triu_(1).sum());
            }
        }
        return rows > 1 ? Math.log(sum / (rows * (rows - 1) / 2.0)) : Double.NaN;
    }

    private static double matchRate(Tensor x, Tensor y) {
        long rows = x.size(0);
        double matched = 0;
        for (long from = 0; from < rows; from += Matrices.BLOCK) {
            try (var scope = Scope.open()) {
                long count = Math.min(Matrices.BLOCK, rows - from);
                Tensor similarities = x.narrow(0, from, count).matmul(y.t()); // [B, N]
                Tensor own = similarities.diagonal(from, 0, 1).unsqueeze(1); // [B, 1]
                Tensor best = similarities.amax(new long[] {1}, true).sub_(Tensors.scalar(TIE)); // [B, 1]
                Tensor ties = similarities.ge(best).sum(1); // [B]
                matched += Tensors.value(own.ge(best).squeeze(1).div(ties).sum());
            }
        }
        return matched / rows;
    }

    private static double mean(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        return sum / values.length;
    }

    private static Interval normal(double[] values) {
        if (values.length < 2) {
            return Interval.NONE;
        }
        double mean = mean(values);
        double squares = 0;
        for (double value : values) {
            squares += (value - mean) * (value - mean);
        }
        double half = Normal.TWO_SIDED_95 * Math.sqrt(squares / (values.length - 1.0) / values.length);
        return new Interval(mean - half, mean + half);
    }
}
