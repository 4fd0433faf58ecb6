package org.fullrank.diagnose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import java.util.Arrays;
import java.util.List;
import org.ejml.simple.SimpleMatrix;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Scope;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PairingTest {
    private final Scope scope = Scope.open();

    @AfterEach
    void free() {
        scope.close();
    }

    @ParameterizedTest
    @CsvSource({"40, 5", "7, 20", "600, 4"})
    void figuresOfPairsEqualLoopsOverAllRows(int rows, int width) {
        double[][] x = Samples.mixed(1, rows, width);
        double[][] y = Samples.plus(x, 0.8, Samples.gaussian(2, rows, width));
        double[][] u = Arrays.stream(x).map(Samples::unit).toArray(double[][]::new);
        double[][] v = Arrays.stream(y).map(Samples::unit).toArray(double[][]::new);
        double alignment = 0;
        double pairs = 0;
        double others = 0;
        double cosine = 0;
        double othersCosine = 0;
        double kernels = 0;
        int matches = 0;
        for (int i = 0; i < rows; i++) {
            alignment += Samples.squaredDistance(u[i], v[i]) / rows;
            cosine += Samples.dot(u[i], v[i]) / rows;
            pairs += Samples.squaredDistance(x[i], y[i]) / rows;
            boolean nearest = true;
            for (int j = 0; j < rows; j++) {
                if (i != j) {
                    double all = (double) rows * (rows - 1);
                    others += Samples.squaredDistance(x[i], y[j]) / all;
                    othersCosine += Samples.dot(u[i], v[j]) / all;
                    kernels += Math.exp(-2 * Samples.squaredDistance(u[i], u[j])) / all;
                    nearest &= Samples.dot(u[i], v[j]) < Samples.dot(u[i], v[i]);
                }
            }
            matches += nearest ? 1 : 0;
        }
        var pairing = Pairing.of(Samples.tensor(x), Samples.tensor(y));
        assertThat(pairing.alignment()).isCloseTo(alignment, withinPercentage(1e-6));
        assertThat(pairing.cosine()).isCloseTo(cosine, withinPercentage(1e-6));
        assertThat(pairing.othersCosine()).isCloseTo(othersCosine, within(1e-10));
        assertThat(pairing.invariance()).isCloseTo(1 - pairs / others, withinPercentage(1e-6));
        assertThat(pairing.matchRate()).isCloseTo(matches / (double) rows, within(1e-12));
        assertThat(Pairing.of(Samples.tensor(x), Samples.tensor(x)).uniformity())
                .isCloseTo(Math.log(kernels), withinPercentage(1e-6));
    }

    @ParameterizedTest
    @CsvSource({"60, 5, 2", "60, 5, 4", "10, 30, 2", "10, 30, 3"})
    void lidarEqualsTheRootsOfItsTwoScatters(int rows, int width, int count) {
        double[][] samples = Samples.mixed(3, rows, width);
        double[][][] views = new double[count][][];
        for (int k = 0; k < count; k++) {
            views[k] = Samples.plus(samples, 0.5 + 0.1 * k, Samples.gaussian(10 + k, rows, width));
        }
        double found =
                Pairing.of(Arrays.stream(views).map(Samples::tensor).toList()).lidar();
        assertThat(found).isCloseTo(naiveLidar(views), withinPercentage(1e-6));
    }

    @Test
    void bothFormsOfLidarHaveTheSameEigenvalues() {
        var means = Samples.tensor(Samples.gaussian(4, 12, 20));
        var residuals = Samples.tensor(Samples.mixed(5, 12, 20));
        double delta = 0.01;
        double[] narrow = Lidar.narrow(means, residuals, delta);
        double[] wide = Lidar.wide(means, residuals, delta);
        for (int i = 0; i < 12; i++) {
            assertThat(wide[i] / delta).isCloseTo(narrow[i], withinPercentage(1e-6));
        }
    }

    @Test
    void lidarOfIsotropicSamplesAndViewsIsThatOfItsNull() {
        for (int rows : new int[] {20, 200, 400}) {
            double[][] samples = Samples.gaussian(6, rows, 60);
            double[][] noise = Samples.gaussian(7, rows, 60);
            var pairing = Pairing.of(
                    Samples.tensor(Samples.plus(samples, 1, noise)), Samples.tensor(Samples.plus(samples, -1, noise)));
            assertThat(pairing.lidarShare()).isCloseTo(1, within(0.06));
        }
    }

    @Test
    void lidarCountsDirectionsInWhichSamplesDifferMoreThanViews() {
        double[][] samples = Samples.gaussian(8, 500, 20);
        for (double[] row : samples) {
            Arrays.fill(row, 3, 20, 0);
        }
        double[][] noise = Samples.gaussian(9, 500, 20);
        var pairing = Pairing.of(
                Samples.tensor(Samples.plus(samples, 0.01, noise)),
                Samples.tensor(Samples.plus(samples, -0.01, noise)));
        assertThat(pairing.lidar()).isCloseTo(3, within(0.1));
    }

    @Test
    void equalViewsAlwaysMatch() {
        var x = Samples.tensor(Samples.gaussian(10, 700, 8));
        var pairing = Pairing.of(x, x);
        assertThat(pairing.matchRate()).isEqualTo(1);
        assertThat(pairing.identical()).isEqualTo(1);
        assertThat(pairing.alignment()).isZero();
        assertThat(pairing.invariance()).isEqualTo(1);
        assertThat(pairing.cosine()).isCloseTo(1, within(1e-12));
    }

    @Test
    void viewsThatShareNothingMatchByChance() {
        var pairing =
                Pairing.of(Samples.tensor(Samples.gaussian(21, 700, 8)), Samples.tensor(Samples.gaussian(22, 700, 8)));
        assertThat(pairing.matchRate()).isLessThan(6 * pairing.chance());
        assertThat(pairing.matchInterval().lower()).isLessThan(pairing.chance());
        assertThat(pairing.invariance()).isCloseTo(0, within(0.03));
        assertThat(pairing.cosineInterval().lower()).isLessThan(pairing.othersCosine());
        assertThat(pairing.cosineInterval().upper()).isGreaterThan(pairing.othersCosine());
        assertThat(pairing.identical()).isZero();
    }

    @Test
    void figuresDoNotMoveWithACommonOffset() {
        double[][] x = Samples.gaussian(13, 200, 6);
        double[][] y = Samples.plus(x, 0.3, Samples.gaussian(14, 200, 6));
        var plain = Pairing.of(Samples.tensor(x), Samples.tensor(y));
        var moved =
                Pairing.of(Samples.tensor(Samples.map(x, v -> v + 1e6)), Samples.tensor(Samples.map(y, v -> v + 1e6)));
        assertThat(moved.invariance()).isCloseTo(plain.invariance(), within(1e-7));
        assertThat(moved.lidar()).isCloseTo(plain.lidar(), withinPercentage(1e-4));
    }

    @Test
    void onePointMatchesByChanceOnly() {
        double[][] x = new double[50][4];
        for (double[] row : x) {
            Arrays.fill(row, 0.1);
        }
        var pairing = Pairing.of(Samples.tensor(x), Samples.tensor(x));
        assertThat(pairing.matchRate()).isCloseTo(1 / 50.0, within(1e-12));
        assertThat(pairing.uniformity()).isCloseTo(0, within(1e-12));
        assertThat(pairing.lidar()).isZero();
    }

    @Test
    void oneRowAndZerosHaveNoFigureWhereNoneIsDefined() {
        var one = Pairing.of(Samples.tensor(new double[][] {{1, 2}}), Samples.tensor(new double[][] {{1, 3}}));
        assertThat(one.matchRate()).isEqualTo(1);
        assertThat(one.invariance()).isNaN();
        assertThat(one.uniformity()).isNaN();
        assertThat(one.lidar()).isNaN();
        var zeros = Pairing.of(Samples.tensor(new double[9][3]), Samples.tensor(new double[9][3]));
        assertThat(zeros.invariance()).isNaN();
        assertThat(zeros.matchRate()).isCloseTo(1 / 9.0, within(1e-12));
        assertThat(zeros.section().readings()).isNotEmpty();
    }

    @Test
    void viewsOfUnequalShapeAreRefused() {
        var x = Samples.tensor(new double[3][2]);
        assertThatThrownBy(() -> Pairing.of(x, Samples.tensor(new double[4][2])))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("same rows");
        assertThatThrownBy(() -> Pairing.of(List.of(x))).isInstanceOf(InputException.class);
    }

    /// Roots of `Sb v = l (Sw + delta I) v`, by the root of the inverse of EJML's eigenvectors.
    private static double naiveLidar(double[][][] views) {
        int q = views.length;
        int rows = views[0].length;
        int width = views[0][0].length;
        double[][] means = new double[rows][width];
        for (double[][] view : views) {
            means = Samples.plus(means, 1.0 / q, view);
        }
        int[] all = java.util.stream.IntStream.range(0, rows).toArray();
        double[] center = Samples.centroid(means, all);
        var between = new SimpleMatrix(width, width);
        var within = new SimpleMatrix(width, width);
        for (int i = 0; i < rows; i++) {
            var gap = new SimpleMatrix(new double[][] {means[i]}).minus(new SimpleMatrix(new double[][] {center}));
            between = between.plus(gap.transpose().mult(gap).divide(rows));
            for (double[][] view : views) {
                var own = new SimpleMatrix(new double[][] {view[i]}).minus(new SimpleMatrix(new double[][] {means[i]}));
                within = within.plus(own.transpose().mult(own).divide((double) rows * q));
            }
        }
        double delta = 1e-4 * (between.trace() + within.trace()) / width;
        var eigen = within.plus(SimpleMatrix.identity(width).scale(delta)).svd();
        var root = SimpleMatrix.diag(Arrays.stream(eigen.getSingularValues())
                .map(l -> 1 / Math.sqrt(l))
                .toArray());
        var whitening = eigen.getU().mult(root).mult(eigen.getU().transpose());
        double[] roots = whitening.mult(between).mult(whitening).svd().getSingularValues();
        double sum = Arrays.stream(roots).sum();
        double entropy = 0;
        for (double l : roots) {
            entropy -= l > 0 ? l / sum * Math.log(l / sum) : 0;
        }
        return Math.exp(entropy);
    }
}
