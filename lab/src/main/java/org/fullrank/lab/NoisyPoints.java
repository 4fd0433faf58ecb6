package org.fullrank.lab;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import org.ejml.simple.SimpleMatrix;
import org.fullrank.lab.Information.Local;
import org.fullrank.lab.Information.Normality;
import org.fullrank.net.NoisyCopies;
import org.fullrank.stats.KolmogorovSmirnov;
import org.jspecify.annotations.Nullable;

/// The outputs of a network of ReLUs for noisy copies of some points, for several levels of noise.
///
/// @param copies copies of each point
/// @param findings one for each level and point, the points of a level together
record NoisyPoints(int copies, List<Finding> findings) {
    /// The outputs for the copies of one point.
    ///
    /// @param noise standard deviation of the noise
    /// @param stay share of the copies in the region of the point
    /// @param wrongRegion copies for which the region differs from that by loops over all units
    /// @param returned copies that are outside of the region although a copy with more of the same noise is
    ///     inside
    /// @param linear largest `|f(x + e) - f(x) - J e|` of the copies in the region, relative to the largest
    ///     output
    /// @param bent share of the copies outside of the region for which this is above 1e-9; NaN without such
    ///     copies
    /// @param covariance relative distance of the covariance of the outputs from `noise^2 J J'`
    /// @param p p-value of each output: some normal distribution
    /// @param predicted p-value of each output: the normal distribution of J
    record Finding(
            double noise,
            double stay,
            int wrongRegion,
            int returned,
            double linear,
            double bent,
            double covariance,
            double[] p,
            double[] predicted) {}

    /// Measures random points. All levels use the same draws, times the noise.
    static NoisyPoints of(
            RandomGenerator random, Local local, Normality test, double[] levels, int points, int copies) {
        Perceptron numbers = Perceptron.gaussian(random, 0.5, false, 4, 16, 16, 3);
        List<List<Finding>> byPoint = new ArrayList<>();
        try (LibraryNetwork network = new LibraryNetwork(numbers)) {
            for (int i = 0; i < points; i++) {
                double[] x = VectorMath.gaussian(random, 4, 1);
                SimpleMatrix draws = MatrixMath.gaussian(random, copies, 4, 1);
                byPoint.add(
                        new Point(numbers, x, draws, local.slope().of(network, x)).at(network, local, test, levels));
            }
        }
        List<Finding> findings = new ArrayList<>();
        for (int l = 0; l < levels.length; l++) {
            for (List<Finding> ofPoint : byPoint) {
                findings.add(ofPoint.get(l));
            }
        }
        return new NoisyPoints(copies, findings);
    }

    /// The findings of one level.
    List<Finding> at(double noise) {
        return findings.stream().filter(f -> f.noise == noise).toList();
    }

    private record Point(Perceptron numbers, double[] x, SimpleMatrix draws, SimpleMatrix jacobian) {
        List<Finding> at(LibraryNetwork network, Local local, Normality test, double[] levels) {
            List<Finding> findings = new ArrayList<>();
            boolean @Nullable [] before = null;
            for (double noise : levels) {
                NoisyCopies copies = local.copies().of(network, x, draws, noise);
                findings.add(finding(noise, copies, test, before));
                before = copies.inRegion();
            }
            return findings;
        }

        private Finding finding(double noise, NoisyCopies copies, Normality test, boolean @Nullable [] before) {
            boolean[] mine = regions(noise);
            int wrong = 0;
            int returned = 0;
            int bent = 0;
            double linear = 0;
            double largest =
                    Arrays.stream(copies.outputs()).map(Math::abs).max().orElseThrow();
            SimpleMatrix moved = draws.mult(jacobian.transpose()).scale(noise); // [n, outputs]
            for (int i = 0; i < mine.length; i++) {
                wrong += mine[i] == copies.inRegion()[i] ? 0 : 1;
                returned += before != null && copies.inRegion()[i] && !before[i] ? 1 : 0;
                double off = 0;
                for (int j = 0; j < copies.width(); j++) {
                    double change = copies.outputs()[i * copies.width() + j] - copies.plain()[j];
                    off = Math.max(off, Math.abs(change - moved.get(i, j)) / largest);
                }
                linear = copies.inRegion()[i] ? Math.max(linear, off) : linear;
                bent += !copies.inRegion()[i] && off > 1e-9 ? 1 : 0;
            }
            double stay = copies.stay();
            double outside = (1 - stay) * mine.length;
            SimpleMatrix expected = jacobian.mult(jacobian.transpose()).scale(noise * noise);
            return new Finding(
                    noise,
                    stay,
                    wrong,
                    returned,
                    linear,
                    outside < 0.5 ? Double.NaN : bent / outside,
                    MatrixMath.relativeDistance(covariance(copies), expected),
                    pValues(copies, test),
                    predicted(copies, expected));
        }

        private static double[] pValues(NoisyCopies copies, Normality test) {
            double[] p = new double[copies.width()];
            Arrays.setAll(p, j -> test.of(copies.output(j)).p());
            return p;
        }

        private static double[] predicted(NoisyCopies copies, SimpleMatrix covariance) {
            double[] p = new double[copies.width()];
            Arrays.setAll(
                    p,
                    j -> KolmogorovSmirnov.normal(copies.output(j), copies.plain()[j], Math.sqrt(covariance.get(j, j)))
                            .p());
            return p;
        }

        private static SimpleMatrix covariance(NoisyCopies copies) {
            SimpleMatrix rows =
                    MatrixMath.centered(new SimpleMatrix(copies.count(), copies.width(), true, copies.outputs()));
            return rows.transpose().mult(rows).divide(copies.count() - 1.0);
        }

        /// Whether each copy is in the region of the point: loops over all units of all layers.
        private boolean[] regions(double noise) {
            SimpleMatrix rows = draws.scale(noise);
            for (int i = 0; i < rows.getNumRows(); i++) {
                for (int k = 0; k < x.length; k++) {
                    rows.set(i, k, rows.get(i, k) + x[k]);
                }
            }
            List<SimpleMatrix> own = numbers.outputs(new SimpleMatrix(1, x.length, true, x));
            List<SimpleMatrix> outputs = numbers.outputs(rows);
            boolean[] same = new boolean[rows.getNumRows()];
            Arrays.fill(same, true);
            for (int l = 1; l < outputs.size() - 1; l++) {
                for (int i = 0; i < same.length; i++) {
                    for (int k = 0; k < outputs.get(l).getNumCols(); k++) {
                        same[i] &= outputs.get(l).get(i, k) > 0 == own.get(l).get(0, k) > 0;
                    }
                }
            }
            return same;
        }
    }
}
