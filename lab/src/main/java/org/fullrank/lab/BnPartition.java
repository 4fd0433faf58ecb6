package org.fullrank.lab;

import static org.fullrank.lab.Expected.atLeast;
import static org.fullrank.lab.Expected.atMost;
import static org.fullrank.lab.Expected.near;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.fullrank.lab.NormNet.Layer;
import org.fullrank.lab.NormNet.Statistics;

/// Checks that batch normalization moves the boundaries of the linear regions of a network onto its data.
///
/// @param statistics computes the offset and scale of a unit; under test
/// @param normal computes the normal of a boundary in the input space; under test
/// @param activation activation of the units; under test
record BnPartition(Statistics statistics, Normal normal, DoubleUnaryOperator activation) implements Experiment {
    /// The normal at a point, in the input space, of the boundary of a unit of the last layer.
    @FunctionalInterface
    interface Normal {
        double[] of(NormNet net, double[] x, int unit);
    }

    static final String PAPER = "Balestriero, Baraniuk, Batch normalization explained, arXiv 2209.14778";
    static final int UNITS = 32;
    private static final int POINTS = 256;

    BnPartition() {
        this(NormNet.Moments::of, NormNet::normal, NormNet::relu);
    }

    @Override
    public Description description() {
        return new Description(
                "bn-partition",
                "batch normalization moves the boundaries of the linear regions onto the data",
                PAPER,
                "the claims of the abstract. The formulas are derived here, and the numbers come from"
                        + " this project",
                """
                What does batch normalization do to a network before any training? The experiment draws the lines
                along which a small ReLU network folds the plane, with batch normalization and without it. You see
                that it moves the folds from empty space onto the data, so that the data are cut into many more
                pieces.

                A network of ReLU units cuts its input space into regions, as folds divide a sheet of paper. Inside
                each region, the network is linear. A fold far away from the data does nothing, because its unit is
                always on or always off for the data. Batch normalization centers the values of each unit over the
                data. So every fold passes through the middle of the data, even before training.

                A unit computes `h = (w.z - mu)/sigma`. Here, mu is the mean and sigma the standard deviation of
                `w.z` on a batch. The boundary of the unit is the line `w.z = mu` (in more dimensions, a
                hyperplane). The sum of the squared distances of the batch to the line `w.z = b` is smallest for `b
                = mu`. Then `sigma^2` is `|w|^2` times the mean squared distance. So mu is a least-squares fit, and
                sigma is a distance. Only the offset is fitted. The direction w remains random.

                The data are 256 points `N(0, I)` around (5, 4). The network has 2 inputs and two layers of 32
                units, with Gaussian weights and no biases. "None" is the same network with mu = 0 and sigma = 1.
                With normalization, the layers are set one after another, from the first on: each layer uses the
                mean and the deviation of its own input. "Random biases" are uniform between -1/sqrt(inputs) and
                1/sqrt(inputs). Regions are counted at the centers of 200 x 200 cells (100 x 100 in a quick run) in
                the box that contains the data. There are no trainable factors (gamma = 1, beta = 0). A gamma would
                not move a boundary. A beta would move it to `w.z = mu - sigma beta/gamma`.

                **What to look at.** In the first panel, all lines meet at (0, 0), far from the data. In the second
                panel, they meet at the mean of the data, so 32 lines make exactly 64 regions. In the third panel,
                the lines of the second layer are folded where they cross a line of the first layer. Normalization
                does not make more regions in the whole plane than random biases do. With random biases, 32 lines in
                general position make 529 regions. The second layer is fitted in its own input space. In the plane,
                another offset would be nearer to the data.
                """);
    }

    /// Points, the box around them, and the network on them, without and with normalization.
    record Scene(double[][] points, double[] low, double[] high, NormNet none, NormNet normalized) {
        /// The centers of the cells of a grid over the box of the points.
        List<double[]> grid(int cells) {
            List<double[]> centers = new ArrayList<>();
            for (int i = 0; i < cells; i++) {
                for (int j = 0; j < cells; j++) {
                    centers.add(new double[] {
                        low[0] + (high[0] - low[0]) * (i + 0.5) / cells, low[1] + (high[1] - low[1]) * (j + 0.5) / cells
                    });
                }
            }
            return centers;
        }
    }

    Scene scene(double[][] points, List<double[][]> weights) {
        double[][] corners = new double[2][2];
        for (int axis = 0; axis < 2; axis++) {
            int a = axis;
            corners[0][a] = Arrays.stream(points).mapToDouble(x -> x[a]).min().orElseThrow();
            corners[1][a] = Arrays.stream(points).mapToDouble(x -> x[a]).max().orElseThrow();
        }
        return new Scene(
                points,
                corners[0],
                corners[1],
                NormNet.plain(weights, activation),
                NormNet.normalized(weights, points, statistics, activation));
    }

    Scene scene(Setting setting, int units) {
        RandomGenerator random = setting.random("bn-partition");
        double[][] points = new double[POINTS][];
        for (int i = 0; i < POINTS; i++) {
            points[i] = new double[] {5 + random.nextGaussian(), 4 + random.nextGaussian()};
        }
        return scene(points, NormNet.weights(random, 2, units, units));
    }

    @Override
    public Outcome run(Setting setting) {
        Scene scene = scene(setting, UNITS);
        List<Claim> claims = new ArrayList<>(reference());
        claims.addAll(fit(scene));
        claims.addAll(counts(setting, scene));
        claims.addAll(new Folds(scene.normalized(), normal, scene.points()).claims());
        PartitionFigure figure = new PartitionFigure(this, setting);
        return new Outcome(claims, figure.table(), figure.figure());
    }

    /// Mean squared distance to the boundaries of the first layer, over points and units.
    static double distance(NormNet net, double[][] points) {
        Layer layer = net.layers().getFirst();
        double sum = 0;
        for (double[] x : points) {
            for (int k = 0; k < layer.w().length; k++) {
                double distance = VectorMath.dot(layer.w()[k], x) - layer.offset()[k];
                sum += distance * distance / VectorMath.dot(layer.w()[k], layer.w()[k]);
            }
        }
        return sum / points.length / layer.w().length;
    }

    private static final double[] MEANS = {
        1.712190590452, -2.073621268108, -3.998414307745, -1.732231566949, 2.728367459478, 4.815985199681
    };
    private static final double[] VARIANCES = {
        .690404384943, .858001488387, .491878622098, .833956414572, 1.940946958883, 1.039021820115
    };

    /// The points and the weights for which the specification of this project gives values.
    static double[][] referencePoints() {
        double[][] points = new double[20][];
        for (int i = 0; i < points.length; i++) {
            points[i] = new double[] {
                3 + StrictMath.sin(1 + 0.9 * i), -2 + StrictMath.cos(0.7 * i) + 0.3 * StrictMath.sin(i)
            };
        }
        return points;
    }

    static List<double[][]> referenceWeights() {
        double[][] w = new double[6][];
        for (int k = 0; k < w.length; k++) {
            w[k] = new double[] {StrictMath.cos(0.5 + k), StrictMath.sin(0.5 + k) * (1 + 0.2 * k)};
        }
        return List.<double[][]>of(w);
    }

    private List<Claim> reference() {
        Scene scene = scene(referencePoints(), referenceWeights());
        Layer layer = scene.normalized().layers().getFirst();
        double means = 0;
        double variances = 0;
        for (int k = 0; k < MEANS.length; k++) {
            means = Math.max(means, Math.abs(layer.offset()[k] - MEANS[k]));
            variances = Math.max(variances, Math.abs(layer.scale()[k] * layer.scale()[k] - VARIANCES[k]));
        }
        List<double[]> grid = scene.grid(100);
        double before = distance(scene.none(), scene.points()) - 5.899408882527;
        double after = distance(scene.normalized(), scene.points()) - .564598056953;
        String golden = "golden value of numpy, given to 12 digits";
        return List.of(
                Claim.of("20 given points, 6 given units: largest error of a mean", means, atMost(1e-10), golden),
                Claim.of("the same: largest error of a biased variance", variances, atMost(1e-10), golden),
                Claim.of(
                        "the same: mean squared distance to the boundaries is 5.8994 without and 0.5646 with"
                                + " normalization: larger of both errors",
                        Math.max(Math.abs(before), Math.abs(after)),
                        atMost(1e-10),
                        golden),
                Claim.of(
                        "the same: at the centers of 100 x 100 cells, regions with normalization for each one without",
                        (double) scene.normalized().regions(grid) / scene.none().regions(grid),
                        near(12, 0),
                        "golden values of numpy: 12, twice the number of units, and 1"));
    }

    private static double[] mean(double[][] points) {
        double[] mean = new double[2];
        for (double[] x : points) {
            VectorMath.add(mean, 1.0 / points.length, x);
        }
        return mean;
    }

    private List<Claim> fit(Scene scene) {
        Layer layer = scene.normalized().layers().getFirst();
        double vertex = 0;
        double sigma = 0;
        double center = 0;
        double[] mean = mean(scene.points());
        for (int k = 0; k < layer.w().length; k++) {
            double[] w = layer.w()[k];
            double at = squares(scene.points(), w, 0);
            double left = squares(scene.points(), w, -1);
            double right = squares(scene.points(), w, 1);
            double best = (left - right) / (left + right - 2 * at) / 2;
            vertex = Math.max(vertex, Math.abs(best - layer.offset()[k]) / layer.scale()[k]);
            double squared = squares(scene.points(), w, layer.offset()[k]) * VectorMath.dot(w, w);
            sigma = Math.max(sigma, Math.abs(squared / (layer.scale()[k] * layer.scale()[k]) - 1));
            center = Math.max(center, Math.abs(VectorMath.dot(w, mean) - layer.offset()[k]) / VectorMath.norm(w));
        }
        return List.of(
                Claim.of(
                        "mu is the least-squares offset: largest distance from the vertex of the parabola of squared"
                                + " distances, in units of sigma",
                        vertex,
                        atMost(1e-10),
                        "the parabola is measured at the offsets -1, 0 and 1; rounding"),
                Claim.of(
                        "sigma^2 is |w|^2 times the mean squared distance to the boundary: largest relative error",
                        sigma,
                        atMost(1e-10),
                        "an identity; rounding"),
                Claim.of(
                        "every line of the first layer goes through the mean of the data: largest distance",
                        center,
                        atMost(1e-12),
                        "w.mean = mu; rounding"));
    }

    /// Mean squared distance of the points to the line w.x = b.
    static double squares(double[][] points, double[] w, double b) {
        double sum = 0;
        for (double[] x : points) {
            double distance = VectorMath.dot(w, x) - b;
            sum += distance * distance;
        }
        return sum / points.length / VectorMath.dot(w, w);
    }

    private List<Claim> counts(Setting setting, Scene scene) {
        double off = 0;
        for (int units : new int[] {4, 8, 16, UNITS}) {
            Scene small = units == UNITS ? scene : scene(setting, units);
            off = Math.max(off, Math.abs(wholePlane(small.normalized().first(1), small.points()) - 2 * units));
        }
        List<double[]> grid = scene.grid(setting.size(100, 200));
        double first = scene.normalized().first(1).regions(grid);
        return List.of(
                Claim.of(
                        "32 units make exactly 64 regions of the whole plane, and U units 2 U (U = 4, 8, 16): largest"
                                + " difference",
                        off,
                        near(0, 0),
                        "lines through one point; counted in all directions at radii from 1e-6 to 1e6"),
                Claim.of(
                        "one layer: regions in the box of the data, divided by those without normalization",
                        first / scene.none().first(1).regions(grid),
                        atLeast(2.5),
                        "reference 64 and 8; the box is seen from (0, 0) under 70 degrees of 180 or so"),
                Claim.of(
                        "two layers: regions in the box of the data, divided by those without normalization",
                        (double) scene.normalized().regions(grid) / scene.none().regions(grid),
                        atLeast(10),
                        "reference 1354 and 17"),
                Claim.of(
                        "two layers: units whose boundary has all data on one side",
                        idle(scene.normalized(), scene.points()),
                        near(0, 0),
                        "a value of mean 0 that is not constant has both signs"),
                Claim.of(
                        "two layers: how many more such units, of 64, there are without normalization",
                        idle(scene.none(), scene.points()) - idle(scene.normalized(), scene.points()),
                        atLeast(20),
                        "lines through (0, 0) seldom cross data around (5, 4); the margin is chosen here"));
    }

    /// Number of regions that contain a point at any of the radii from 1e-6 to 1e6 around the mean of the
    /// points.
    private static int wholePlane(NormNet layer, double[][] points) {
        double[][] w = layer.layers().getFirst().w();
        double[] angles = IntStream.range(0, 2 * w.length)
                .mapToDouble(i -> StrictMath.atan2(w[i / 2][1], w[i / 2][0]) + Math.PI * (i % 2 + 0.5))
                .map(angle -> angle % (2 * Math.PI) + (angle < 0 ? 2 * Math.PI : 0))
                .sorted()
                .toArray();
        double[] mean = mean(points);
        List<double[]> around = new ArrayList<>();
        for (int i = 0; i < angles.length; i++) {
            double next = i + 1 < angles.length ? angles[i + 1] : angles[0] + 2 * Math.PI;
            double middle = (angles[i] + next) / 2;
            for (double radius = 1e-6; radius < 2e6; radius *= 10) {
                around.add(new double[] {
                    mean[0] + radius * StrictMath.cos(middle), mean[1] + radius * StrictMath.sin(middle)
                });
            }
        }
        return layer.regions(around);
    }

    private static int idle(NormNet net, double[][] points) {
        int units = 0;
        for (int l = 1; l <= net.layers().size(); l++) {
            int[] above = new int[net.layers().get(l - 1).w().length];
            for (double[] x : points) {
                double[] h = net.first(l).preactivations(x);
                for (int k = 0; k < h.length; k++) {
                    above[k] += h[k] > 0 ? 1 : 0;
                }
            }
            units += (int) Arrays.stream(above)
                    .filter(n -> n == 0 || n == points.length)
                    .count();
        }
        return units;
    }
}
