package org.fullrank.diagnose;

import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Tensors;
import org.fullrank.linalg.Reductions;
import org.fullrank.stats.Quantiles;

/// Measures the geometry of rows `[N, D]` by class: the spread and the rank of each class, and the relative
/// positions of the class centroids.
///
/// "Within" is the covariance of the rows around the centroid of their class, with divisor N. "Between" is
/// the covariance of the centroids. The measures of centroids are relative to the mean of the centroids.
/// These measures use at most [#CENTROIDS] classes, those with the most rows.
///
/// The source of neural collapse is Papyan, Han and Donoho 2020, "Prevalence of neural collapse"; unverified
/// against the paper. The third measure of neural collapse (NC3) compares centroids with the weights of a
/// classifier. NC3 is left out because there is no classifier here.
///
/// @param rows number of rows that were used; if a sample has more than 2^24 values, only evenly spaced rows
///     are used
/// @param width D
/// @param classes of each class, by label
/// @param betweenShare share of the total variance that is between classes, from 0 to 1; NaN if there is no
///     variance
/// @param withinToBetween variance within divided by variance between; infinite if all centroids are one
///     point, NaN if both variances are 0
/// @param centroidCosine mean cosine of two centroids. It is NaN for fewer than 2 classes, like all measures
///     below
/// @param simplexCosine `-1 / (C - 1)`, the cosine of two centroids that form a simplex (equiangular tight
///     frame)
/// @param simplexDeviation mean `|cos + 1 / (C - 1)|` of two centroids; 0 = simplex
/// @param nc1 `tr(Sw pinv(Sb)) / C`; 0 means that classes are points, and it grows as classes overlap
/// @param equinorm standard deviation of the lengths of centroids, divided by their mean (NC2); 0 = simplex
/// @param equiangularity standard deviation of the cosines of centroids (NC2); 0 = simplex
/// @param nearestCentroid share of rows whose nearest centroid is that of their class (NC4). A row does not
///     count in its own centroid, and classes of a single row are left out. If several centroids are equally
///     near, they share the row. By chance, it is `1 / C`
public record ClassGeometry(
        long rows,
        int width,
        List<Shape> classes,
        double betweenShare,
        double withinToBetween,
        double centroidCosine,
        double simplexCosine,
        double simplexDeviation,
        double nc1,
        double equinorm,
        double equiangularity,
        double nearestCentroid) {
    /// Smallest number of rows of a class that can be called collapsed. In one dimension the spread of 8 rows
    /// falls below [#SMALL_SPREAD] times its expectation about once in 10^4 classes.
    public static final int SMALLEST_CLASS = 8;

    /// A class is collapsed if its spread, relative to the upper quartile of all classes, is below this
    /// value. Its standard deviation is then less than a quarter of that of other classes.
    public static final double SMALL_SPREAD = 0.05;

    /// The same threshold for the share of rank.
    public static final double SMALL_RANK = 0.1;

    /// Largest number of classes whose centroids are compared, because their matrix `[C, C]` is decomposed.
    public static final int CENTROIDS = 512;

    public ClassGeometry {
        classes = List.copyOf(classes);
    }

    /// One class.
    ///
    /// @param label as given
    /// @param rows n
    /// @param spread trace of its covariance (divisor n - 1). It is NaN for one row, like all measures below
    /// @param relativeSpread spread divided by the upper quartile of all classes. So it has the same meaning
    ///     if most classes have collapsed. It is also NaN if this quartile is 0
    /// @param totalShare spread divided by the trace of the covariance of all rows (divisor N - 1)
    /// @param participation participation ratio of its covariance, 0 if the class is a point
    /// @param rankShare participation ratio divided by its value for isotropic Gaussian rows, `(k D + 2) /
    ///     (k + D + 1)` with `k = n - 1`, which is a ratio of expectations
    /// @param collapsed whether its spread or share of rank is far below that of the other classes
    public record Shape(
            int label,
            long rows,
            double spread,
            double relativeSpread,
            double totalShare,
            double participation,
            double rankShare,
            boolean collapsed) {}

    /// The geometry of finite rows `[N, D]`, float32 or float64, and their classes. The caller still owns the
    /// tensor.
    ///
    /// @throws InputException when `rows` is not a matrix with rows and columns, or when the number of labels
    ///     differs
    public static ClassGeometry of(Tensor rows, int[] labels) {
        Matrices.require("class geometry", rows);
        if (labels.length != rows.size(0)) {
            throw new InputException(
                    "class geometry: found %d labels for %d rows, expected one for each; give labels of the"
                                    .formatted(labels.length, rows.size(0))
                            + " same rows");
        }
        return Matrices.guarded("class geometry", () -> {
            int[] order = order(labels, Matrices.mostRows(rows.size(1)));
            int[] sorted = IntStream.of(order).map(i -> labels[i]).toArray();
            Tensor z = Matrices.copy(rows.index_select(0, Tensors.of(order))); // [N, D], class by class
            z.sub_(Reductions.means(z));
            return ClassScatter.of(z, sorted).geometry();
        });
    }

    /// Classes that have collapsed although others have not.
    public List<Shape> collapsed() {
        return classes.stream().filter(Shape::collapsed).toList();
    }

    /// For reports.
    public Section section() {
        List<Shape> spread = classes.stream().filter(shape -> shape.rows() > 1).toList();
        double ranks =
                Quantiles.median(spread.stream().mapToDouble(Shape::rankShare).toArray());
        double smallest =
                spread.stream().mapToDouble(Shape::relativeSpread).min().orElse(Double.NaN);
        return new Section(
                "classes",
                List.of(
                        Reading.of(Measure.CLASSES, classes.size()).noting(least()),
                        Reading.of(Measure.COLLAPSED_CLASSES, collapsed().size())
                                .noting(names()),
                        Reading.of(Measure.SMALLEST_SPREAD, smallest),
                        Reading.of(Measure.CLASS_RANK_SHARE, ranks),
                        Reading.of(Measure.BETWEEN_SHARE, betweenShare),
                        Reading.of(Measure.WITHIN_TO_BETWEEN, withinToBetween),
                        Reading.of(Measure.SIMPLEX_DEVIATION, simplexDeviation)
                                .noting("the mean cosine is %.3g, of a simplex %.3g"
                                        .formatted(centroidCosine, simplexCosine)),
                        Reading.of(Measure.NC1, nc1),
                        Reading.of(Measure.NC2_EQUINORM, equinorm),
                        Reading.of(Measure.NC2_EQUIANGULARITY, equiangularity),
                        Reading.of(Measure.NC4_NEAREST_CENTROID, nearestCentroid)
                                .noting("chance is %.3g".formatted(1.0 / classes.size()))));
    }

    private String least() {
        return classes.stream()
                .min(Comparator.comparingLong(Shape::rows))
                .map(shape -> "the smallest has %d rows".formatted(shape.rows()))
                .orElse("");
    }

    private String names() {
        List<Shape> few = collapsed();
        return few.isEmpty()
                ? ""
                : few.stream()
                        .limit(SMALLEST_CLASS)
                        .map(shape -> String.valueOf(shape.label()))
                        .collect(Collectors.joining(", ", "classes ", few.size() > SMALLEST_CLASS ? ", ..." : ""));
    }

    /// At most `most` row numbers. They are evenly spaced and grouped by class.
    private static int[] order(int[] labels, long most) {
        int count = Math.toIntExact(Math.min(most, labels.length));
        return IntStream.range(0, count)
                .map(i -> Math.toIntExact((long) i * labels.length / count))
                .boxed()
                .sorted(Comparator.comparingInt((Integer i) -> labels[i]))
                .mapToInt(Integer::intValue)
                .toArray();
    }
}
