package org.fullrank.diagnose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import org.fullrank.engine.InputException;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RedundancyTest {
    private final Scope scope = Scope.open();

    @AfterEach
    void free() {
        scope.close();
    }

    @ParameterizedTest
    @CsvSource({"40, 7", "12, 30", "30, 600", "3, 2"})
    void squaredCorrelationEqualsPearsonsPairByPair(int rows, int width) {
        double[][] z = Samples.mixed(1, rows, width);
        double sum = 0;
        int pairs = 0;
        for (int i = 0; i < width; i++) {
            for (int j = 0; j < width; j++) {
                if (i != j) {
                    double r = pearson(Samples.column(z, i), Samples.column(z, j));
                    sum += r * r;
                    pairs++;
                }
            }
        }
        var redundancy = Redundancy.of(Samples.tensor(z));
        assertThat(redundancy.squaredCorrelation()).isCloseTo(sum / pairs, withinPercentage(1e-6));
        assertThat(redundancy.chance()).isEqualTo(1.0 / (rows - 1));
        assertThat(redundancy.excess()).isCloseTo(sum / pairs - 1.0 / (rows - 1), within(1e-10));
    }

    @Test
    void independentDimensionsHaveNoExcess() {
        for (int rows : new int[] {20, 200}) {
            var redundancy = Redundancy.of(Samples.tensor(Samples.gaussian(2, rows, 300)));
            assertThat(redundancy.excess()).isCloseTo(0, within(0.002));
            assertThat(redundancy.duplicatePairs()).isZero();
        }
    }

    @Test
    void plantedDuplicatesAreFoundUpToSignAndScale() {
        double[][] z = Samples.gaussian(3, 100, 700);
        for (double[] row : z) {
            row[650] = -3 * row[12] + 7;
            row[20] = row[12];
            row[5] = 4; // dead, not redundant
        }
        var redundancy = Redundancy.of(Samples.tensor(z));
        assertThat(redundancy.varying()).isEqualTo(699);
        assertThat(redundancy.duplicatePairs()).isEqualTo(3); // 12-20, 12-650, 20-650
        assertThat(redundancy.duplicateDimensions()).isEqualTo(2);
        assertThat(redundancy.duplicateShare()).isCloseTo(2 / 699.0, within(1e-12));
        assertThat(redundancy.duplicates()).extracting(Redundancy.Pair::second).containsExactly(20, 650);
        assertThat(redundancy.duplicates()).extracting(Redundancy.Pair::first).allMatch(i -> i == 12 || i == 20);
        assertThat(redundancy.duplicates().get(1).correlation()).isCloseTo(-1, within(1e-12));
    }

    @Test
    void hsicOfTheReferenceColumnsIsTheKnownValueAndRandomFeaturesApproachIt() {
        double[][] a = {{1, 2, 0}, {0, -1, 3}, {2, 0, 1}, {-1, 1, 1}};
        double[] x = Samples.column(a, 0);
        double[] y = Samples.column(a, 1);
        assertThat(exactHsic(x, y, 1, 1)).isCloseTo(0.07284256930978224, within(1e-15));
        int features = 200_000;
        var phi = Independence.features(new double[][] {x, y}, new double[] {1, 1}, features); // [4, 2 m]
        var first = phi.narrow(1, 0, features);
        var second = phi.narrow(1, features, features);
        double[] kernels = Tensors.doubles(first.matmul(first.t()).mul(second.matmul(second.t())));
        assertThat(java.util.Arrays.stream(kernels).sum() / 9).isCloseTo(0.07284256930978224, withinPercentage(1));
    }

    @Test
    void hsicByFeaturesIsTheTraceOfTheirKernels() {
        double[][] x = {Samples.column(Samples.mixed(4, 50, 2), 0), Samples.column(Samples.mixed(4, 50, 2), 1)};
        double[] bandwidths = {0.7, 1.9};
        double[] phi = Tensors.doubles(Independence.features(x, bandwidths, 8)); // [50, 2 * 8], centered
        double trace = 0; // of K H L H, with centered features: sum of K * L
        for (int a = 0; a < 50; a++) {
            for (int b = 0; b < 50; b++) {
                double k = 0;
                double l = 0;
                for (int f = 0; f < 8; f++) {
                    k += phi[a * 16 + f] * phi[b * 16 + f];
                    l += phi[a * 16 + 8 + f] * phi[b * 16 + 8 + f];
                }
                trace += k * l;
            }
        }
        double[] found = Tensors.doubles(Independence.hsic(x, bandwidths, 8));
        assertThat(found[1]).isCloseTo(trace / 49 / 49, withinPercentage(1e-6));
    }

    @Test
    void independentColumnsReadAboutZeroAndEqualOnesAboutOne() {
        var independent = Redundancy.of(Samples.tensor(Samples.gaussian(5, 1000, 40)));
        assertThat(independent.hsicExcess()).isCloseTo(0, within(5e-4));
        assertThat(independent.dependentPairs()).isLessThan(0.04);
        assertThat(independent.hsicPairs()).isEqualTo(32 * 31 / 2);
        double[][] equal = Samples.gaussian(6, 1000, 5);
        for (double[] row : equal) {
            java.util.Arrays.fill(row, row[0]);
        }
        assertThat(Redundancy.of(Samples.tensor(equal)).hsicExcess()).isCloseTo(1, within(1e-9));
    }

    @Test
    void dependenceWithoutCorrelationIsSeen() {
        double[][] z = Samples.gaussian(7, 2000, 2);
        for (double[] row : z) {
            row[1] = row[0] * row[0] + 0.1 * row[1];
        }
        var redundancy = Redundancy.of(Samples.tensor(z));
        assertThat(redundancy.excess()).isLessThan(0.02);
        assertThat(redundancy.hsicExcess()).isGreaterThan(0.2);
        assertThat(redundancy.dependentPairs()).isEqualTo(1);
    }

    @Test
    void exclusiveOrIsPairwiseIndependent() {
        var random = Keyed.of(8);
        double[][] z = new double[2000][3];
        for (double[] row : z) {
            int x = random.nextInt(2);
            int y = random.nextInt(2);
            row[0] = x;
            row[1] = y;
            row[2] = (x ^ y) + 0.1 * random.nextGaussian();
        }
        assertThat(Redundancy.of(Samples.tensor(z)).hsicExcess()).isCloseTo(0, within(0.002));
    }

    @Test
    void whatIsNotDefinedIsNotANumber() {
        var one = Redundancy.of(Samples.tensor(new double[][] {{1, 2, 3}}));
        assertThat(one.varying()).isZero();
        assertThat(one.squaredCorrelation()).isNaN();
        assertThat(one.hsicExcess()).isNaN();
        var few = Redundancy.of(Samples.tensor(Samples.gaussian(9, 8, 50)));
        assertThat(few.duplicatePairs()).isNaN();
        assertThat(few.duplicates()).isEmpty();
        assertThat(Redundancy.of(Samples.tensor(new double[20][4])).duplicateShare())
                .isNaN();
        assertThat(one.section().readings()).hasSize(few.section().readings().size());
        assertThatThrownBy(() -> Redundancy.of(Samples.tensor(new double[0][0])))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("[N, D]");
    }

    private static double pearson(double[] x, double[] y) {
        double meanX = Samples.mean(x);
        double meanY = Samples.mean(y);
        double xy = 0;
        double xx = 0;
        double yy = 0;
        for (int i = 0; i < x.length; i++) {
            xy += (x[i] - meanX) * (y[i] - meanY);
            xx += (x[i] - meanX) * (x[i] - meanX);
            yy += (y[i] - meanY) * (y[i] - meanY);
        }
        return xy / Math.sqrt(xx * yy);
    }

    /// `Tr(K H L H) / (n - 1)^2` with Gaussian kernels.
    private static double exactHsic(double[] x, double[] y, double sigmaX, double sigmaY) {
        double[][] k = centered(x, sigmaX);
        double[][] l = centered(y, sigmaY);
        double trace = 0;
        for (int a = 0; a < x.length; a++) {
            trace += Samples.dot(k[a], l[a]);
        }
        return trace / (x.length - 1) / (x.length - 1);
    }

    private static double[][] centered(double[] x, double sigma) {
        int n = x.length;
        double[][] k = new double[n][n];
        double[] mean = new double[n];
        for (int a = 0; a < n; a++) {
            for (int b = 0; b < n; b++) {
                k[a][b] = Math.exp(-(x[a] - x[b]) * (x[a] - x[b]) / (2 * sigma * sigma));
                mean[a] += k[a][b] / n;
            }
        }
        double all = Samples.mean(mean);
        for (int a = 0; a < n; a++) {
            for (int b = 0; b < n; b++) {
                k[a][b] += all - mean[a] - mean[b];
            }
        }
        return k;
    }
}
