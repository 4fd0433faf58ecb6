package org.fullrank.lab;

import static org.fullrank.lab.Expected.atLeast;
import static org.fullrank.lab.Expected.atMost;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.fullrank.lab.BnPartition.Normal;

/// The boundaries of the units of the last layer in the input space. These boundaries are lines that are
/// folded at the boundaries of the layers below.
record Folds(NormNet net, Normal normal, double[][] points) {
    /// A step that is small compared with the regions, and large compared with rounding.
    private static final double STEP = 1e-6;

    List<Claim> claims() {
        return List.of(
                Claim.of(
                        "second layer: inside a region of the first layer a boundary is straight, with the normal"
                                + " A'w: largest error of the values on the way between two points of the region",
                        straight(),
                        atMost(1e-9),
                        "the layer is affine there; values have the size 1, so this is rounding"),
                Claim.of(
                        "second layer: the boundaries are continuous at the folds: largest jump over a line of the"
                                + " first layer",
                        jump(),
                        atMost(1e-4),
                        "ReLU is continuous; the points are 2e-6 apart"),
                Claim.of(
                        "second layer: the boundaries are folded: mean angle by which the normal turns where a line"
                                + " of the first layer is crossed, in degrees",
                        turn(),
                        atLeast(1),
                        "one of 32 units switches there; a boundary that is a straight line does not turn"),
                Claim.of(
                        "second layer: another offset is nearer to the data in the plane: its mean distance from mu,"
                                + " in units of sigma",
                        shift(),
                        atLeast(0.02),
                        "mu is the least-squares offset in the layer's own input space only"));
    }

    private NormNet below() {
        return net.first(net.layers().size() - 1);
    }

    private int units() {
        return net.layers().getLast().w().length;
    }

    private double[] between(int i, double share) {
        double[] a = points[i];
        double[] b = points[(i + 1) % points.length];
        return new double[] {a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1])};
    }

    /// The position at which the way from a point to the next one leaves the region of the point.
    private double border(int i) {
        return Bisection.of(0, 1, 45, t -> !below().pattern(between(i, t)).equals(below().pattern(points[i])))
                .low();
    }

    private double straight() {
        double largest = 0;
        for (int i = 0; i < points.length; i++) {
            double[] x = points[i];
            double[] y = between(i, border(i));
            double[] before = net.preactivations(x);
            double[] after = net.preactivations(y);
            for (int k = 0; k < units(); k++) {
                double[] n = normal.of(net, x, k);
                double predicted = before[k] + n[0] * (y[0] - x[0]) + n[1] * (y[1] - x[1]);
                largest = Math.max(largest, Math.abs(predicted - after[k]));
            }
        }
        return largest;
    }

    private double jump() {
        double largest = 0;
        for (int i = 0; i < points.length; i++) {
            double t = border(i);
            double length = Math.hypot(between(i, 1)[0] - points[i][0], between(i, 1)[1] - points[i][1]);
            double[] before = net.preactivations(between(i, t - STEP / length));
            double[] after = net.preactivations(between(i, t + STEP / length));
            for (int k = 0; k < units(); k++) {
                largest = Math.max(largest, Math.abs(after[k] - before[k]));
            }
        }
        return largest;
    }

    private double turn() {
        double sum = 0;
        int count = 0;
        for (int i = 0; i < points.length; i++) {
            double t = border(i);
            for (int k = 0; k < units() && t < 1 - STEP; k++) {
                double[] a = normal.of(net, points[i], k);
                double[] b = normal.of(net, between(i, t + STEP), k);
                double sine = Math.abs(a[0] * b[1] - a[1] * b[0]);
                sum += StrictMath.toDegrees(StrictMath.atan2(sine, VectorMath.dot(a, b)));
                count++;
            }
        }
        return sum / count;
    }

    /// As long as the boundary is in the region of the point, the distance in the plane is `|h|/|normal|`. So
    /// the mean squared distance is smallest if the offset is the mean of h with the weights `1/|normal|^2`.
    private double shift() {
        double[] shifts = IntStream.range(0, units())
                .mapToDouble(k -> {
                    double sum = 0;
                    double weights = 0;
                    for (double[] x : points) {
                        double[] n = normal.of(net, x, k);
                        double weight = 1 / VectorMath.dot(n, n);
                        if (Double.isFinite(weight)) {
                            sum += weight * net.preactivations(x)[k];
                            weights += weight;
                        }
                    }
                    return Math.abs(sum / weights);
                })
                .toArray();
        return Arrays.stream(shifts).average().orElseThrow();
    }
}
