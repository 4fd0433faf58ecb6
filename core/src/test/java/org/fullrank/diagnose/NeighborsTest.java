package org.fullrank.diagnose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import java.util.Arrays;
import java.util.stream.LongStream;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Scope;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class NeighborsTest {
    private final Scope scope = Scope.open();

    @AfterEach
    void free() {
        scope.close();
    }

    @Test
    void plantedDuplicateRowsAreFoundByNumberAcrossBlocks() {
        double[][] z = Samples.gaussian(1, 1200, 20);
        z[1100] = z[7].clone();
        z[8] = Arrays.stream(z[7]).map(v -> v + 1e-5).toArray();
        z[1001] = z[900].clone(); // both behind the first block
        z[600] = Arrays.stream(z[3]).map(v -> v + 0.1).toArray(); // near, not that near
        long[] numbers = LongStream.range(0, 1200).map(i -> 10 * i).toArray();
        var neighbors = Neighbors.of(Samples.tensor(z).to(ScalarType.Float), numbers);
        assertThat(neighbors.duplicateRows()).isEqualTo(5);
        assertThat(neighbors.duplicatePairs()).isEqualTo(4);
        assertThat(neighbors.duplicateShare()).isEqualTo(5 / 1200.0);
        assertThat(neighbors.duplicates())
                .containsExactly(
                        new Neighbors.Pair(70, 80), new Neighbors.Pair(9000, 10010), new Neighbors.Pair(70, 11000));
    }

    @Test
    void duplicatesEqualALoopOverAllPairs() {
        double[][] z = Samples.gaussian(2, 700, 1); // so narrow that many rows are near
        double middle = lowerMedian(Samples.column(z, 0));
        double[] gaps = Arrays.stream(Samples.column(z, 0))
                .map(v -> Math.abs(v - middle))
                .sorted()
                .toArray();
        double typical = Math.sqrt(2) * (gaps[349] + gaps[350]) / 2;
        int pairs = 0;
        boolean[] twins = new boolean[700];
        for (int i = 0; i < 700; i++) {
            for (int j = i + 1; j < 700; j++) {
                if (Math.abs(z[i][0] - z[j][0]) <= 1e-3 * typical && z[i][0] * z[j][0] > 0) {
                    pairs++;
                    twins[i] = true;
                    twins[j] = true;
                }
            }
        }
        int rows = 0;
        for (boolean twin : twins) {
            rows += twin ? 1 : 0;
        }
        var neighbors = Neighbors.of(Samples.tensor(z));
        assertThat(neighbors.duplicatePairs()).isGreaterThan(50).isEqualTo(pairs);
        assertThat(neighbors.duplicateRows()).isEqualTo(rows);
    }

    @Test
    void rowsAroundACommonOffsetAreNoDuplicatesForIt() {
        double[][] z = Samples.map(Samples.gaussian(3, 300, 8), v -> v + 1e4);
        assertThat(Neighbors.of(Samples.tensor(z)).duplicateRows()).isZero();
        assertThat(Neighbors.of(Samples.tensor(z)).outliers()).isZero();
    }

    @Test
    void allRowsOfOnePointRepeatTheFirst() {
        var neighbors = Neighbors.of(Samples.tensor(new double[600][3]));
        assertThat(neighbors.duplicateRows()).isEqualTo(600);
        assertThat(neighbors.duplicatePairs()).isEqualTo(600 * 599 / 2.0);
        assertThat(neighbors.duplicates()).hasSize(Neighbors.EXAMPLES).allMatch(pair -> pair.first() == 0);
        assertThat(neighbors.outliers()).isZero();
        assertThat(neighbors.kurtosis()).isNaN();
    }

    @Test
    void plantedOutliersAreFoundWhicheverWayTheyLieOff() {
        double[][] z = Samples.gaussian(4, 1000, 60);
        for (double[] row : z) {
            Arrays.fill(row, 40, 60, 0); // rows span 40 of 60 dimensions
            row[0] *= 20;
        }
        z[17] = Arrays.stream(z[17]).map(v -> 30 * v).toArray(); // long
        z[400][55] = 15; // outside of what the others span
        z[900][3] = 25; // an unlikely place within it
        var neighbors = Neighbors.of(Samples.tensor(z));
        assertThat(neighbors.farthest()).extracting(Neighbors.Outlier::row).contains(17L, 400L, 900L);
        assertThat(neighbors.outliers()).isEqualTo(3);
        assertThat(neighbors.outlierShare()).isEqualTo(0.003);
    }

    @Test
    void healthyRowsHaveNoOutliers() {
        for (int width : new int[] {2, 3, 30, 200}) {
            assertThat(Neighbors.of(Samples.tensor(Samples.gaussian(5, 2000, width)))
                            .outliers())
                    .as("of " + width)
                    .isZero();
            double[][] unit = Arrays.stream(Samples.gaussian(6, 500, width))
                    .map(Samples::unit)
                    .toArray(double[][]::new);
            assertThat(Neighbors.of(Samples.tensor(unit)).outliers())
                    .as("unit " + width)
                    .isZero();
        }
    }

    @Test
    void oneRowThatDiffersFromAPointIsAnOutlier() {
        double[][] z = new double[50][4];
        z[33][2] = 1e-3;
        var neighbors = Neighbors.of(Samples.tensor(z));
        assertThat(neighbors.farthest()).extracting(Neighbors.Outlier::row).containsExactly(33L);
        assertThat(neighbors.farthest().getFirst().deviations()).isFinite();
    }

    @Test
    void kurtosisEqualsMomentsByLoops() {
        double[][] z = Samples.map(Samples.mixed(7, 90, 6), v -> v + 0.1 * v * v * v);
        double sum = 0;
        double largest = Double.NEGATIVE_INFINITY;
        for (int j = 0; j < 6; j++) {
            double[] x = Samples.column(z, j);
            double mean = Samples.mean(x);
            double second = Samples.mean(
                    Arrays.stream(x).map(v -> Math.pow(v - mean, 2)).toArray());
            double fourth = Samples.mean(
                    Arrays.stream(x).map(v -> Math.pow(v - mean, 4)).toArray());
            double kurtosis = fourth / (second * second) - 3;
            sum += kurtosis;
            largest = Math.max(largest, kurtosis);
        }
        var neighbors = Neighbors.of(Samples.tensor(z));
        assertThat(neighbors.kurtosis()).isCloseTo(sum / 6, withinPercentage(1e-6));
        assertThat(neighbors.largestKurtosis()).isCloseTo(largest, withinPercentage(1e-6));
    }

    @Test
    void heavyTailsAreSeenAndDeadDimensionsAreNot() {
        double[][] z = Samples.gaussian(8, 3000, 4);
        for (double[] row : z) {
            row[1] = row[1] / row[3]; // Cauchy
            row[2] = 0.1;
        }
        var neighbors = Neighbors.of(Samples.tensor(z).to(ScalarType.Float));
        assertThat(neighbors.largestDimension()).isEqualTo(1);
        assertThat(neighbors.largestKurtosis()).isGreaterThan(300);
        assertThat(neighbors.heavyShare()).isCloseTo(1 / 3.0, within(1e-12));
        assertThat(neighbors.outliers()).isGreaterThan(10);
        assertThat(Neighbors.of(Samples.tensor(Samples.gaussian(9, 3000, 20))).kurtosis())
                .isCloseTo(0, within(0.1));
    }

    @Test
    void robustDeviationsEqualTheirDefinition() {
        double[] values = {1, 2, 3, 4, 100};
        double scale = Remoteness.GAUSSIAN * 1; // |v - 3|: 0, 1, 1, 2, 97
        assertThat(Remoteness.deviations(values, true)[4]).isCloseTo(97 / scale, withinPercentage(1e-9));
        assertThat(Remoteness.deviations(values, true)[0]).isCloseTo(2 / scale, withinPercentage(1e-9));
        assertThat(Remoteness.deviations(values, false)[0]).isZero();
    }

    @Test
    void fewRowsHaveNoOutliersAndNoTails() {
        var one = Neighbors.of(Samples.tensor(new double[][] {{1, 2}}));
        assertThat(one.duplicateRows()).isZero();
        assertThat(one.outliers()).isNaN();
        assertThat(one.largestDimension()).isEqualTo(-1);
        assertThat(one.section().readings()).isNotEmpty();
        var none = Samples.tensor(new double[0][0]);
        assertThatThrownBy(() -> Neighbors.of(none)).isInstanceOf(InputException.class);
    }

    private static double lowerMedian(double[] values) {
        return Arrays.stream(values).sorted().toArray()[(values.length - 1) / 2];
    }
}
