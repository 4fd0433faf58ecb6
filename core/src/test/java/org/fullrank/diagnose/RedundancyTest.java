package org.fullrank.diagnose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import java.util.Arrays;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Scope;
import org.fullrank.independence.ScalarFeatures;
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
    void hsicIsTheNormalizedTraceOfTheKernelsOfRandomFeatures() {
        double[][] z = Samples.mixed(4, 50, 3);
        double sum = 0;
        for (int i = 0; i < 3; i++) {
            for (int j = 0; j < i; j++) {
                double[][] k = kernel(standardized(Samples.column(z, i)));
                double[][] l = kernel(standardized(Samples.column(z, j)));
                sum += trace(k, l) / Math.sqrt(trace(k, k) * trace(l, l));
            }
        }
        assertThat(Redundancy.of(Samples.tensor(z)).hsic()).isCloseTo(sum / 3, withinPercentage(1e-6));
    }

    @Test
    void independentColumnsReadAboutZeroAndEqualOnesAboutOne() {
        var independent = Redundancy.of(Samples.tensor(Samples.gaussian(5, 1000, 40)));
        assertThat(independent.hsicExcess()).isCloseTo(0, within(5e-4));
        assertThat(independent.dependentPairs()).isLessThan(0.04);
        assertThat(independent.hsicPairs()).isEqualTo(32 * 31 / 2);
        double[][] equal = Samples.gaussian(6, 1000, 5);
        for (double[] row : equal) {
            Arrays.fill(row, row[0]);
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

    private static double[] standardized(double[] x) {
        double mean = Samples.mean(x);
        double squares = 0;
        for (double v : x) {
            squares += (v - mean) * (v - mean);
        }
        double deviation = Math.sqrt(squares / (x.length - 1));
        return Arrays.stream(x).map(v -> (v - mean) / deviation).toArray();
    }

    /// The centered kernel matrix of the random features of a column.
    private static double[][] kernel(double[] x) {
        var random = ScalarFeatures.fourier(Independence.FEATURES, Keyed.of(Keyed.name("independence"), 1));
        double bandwidth = Independence.bandwidth(x);
        double[][] phi = new double[x.length][random.count()];
        for (int f = 0; f < random.count(); f++) {
            double mean = 0;
            for (int a = 0; a < x.length; a++) {
                phi[a][f] = Math.cos(random.frequencies()[f] * x[a] / bandwidth + random.phases()[f]);
                mean += phi[a][f] / x.length;
            }
            for (double[] row : phi) {
                row[f] -= mean;
            }
        }
        double[][] k = new double[x.length][x.length];
        for (int a = 0; a < x.length; a++) {
            for (int b = 0; b < x.length; b++) {
                k[a][b] = Samples.dot(phi[a], phi[b]);
            }
        }
        return k;
    }

    private static double trace(double[][] k, double[][] l) {
        double trace = 0;
        for (int a = 0; a < k.length; a++) {
            trace += Samples.dot(k[a], l[a]);
        }
        return trace;
    }
}
