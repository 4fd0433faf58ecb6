package org.fullrank.linalg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.ejml.simple.SimpleMatrix;
import org.fullrank.engine.Device;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MomentsTest {
    @ParameterizedTest
    @CsvSource({"1500, 6, 0", "40, 7, 3", "7, 40, 3", "30, 30, 100", "2, 5, 1", "3000, 4, 10000"})
    void everyFigureEqualsItsFormulaInPlainLoops(int rows, int width, double offset) {
        double[][] z = gaussian(rows, width, offset);
        try (var scope = Scope.open();
                var moments = Moments.of(Tensors.of(z))) {
            double[] mean = mean(z);
            close(moments.mean(), mean);
            close(moments.deviations(), deviations(z));
            close(moments.unitDeviations(), deviations(unit(z)));
            double norms =
                    Arrays.stream(z).mapToDouble(MomentsTest::norm).average().orElseThrow();
            double squares = Arrays.stream(z)
                    .mapToDouble(row -> norm(row) * norm(row))
                    .average()
                    .orElseThrow();
            close(moments.meanNorm(), norms);
            close(moments.meanSquare(), squares);
            close(moments.offsetShare(), norm(mean) * norm(mean) / squares);
            double[] centered = new SimpleMatrix(centered(z)).svd().getSingularValues();
            close(moments.centered().singularValues(), dropped(centered, rows));
            close(moments.raw().singularValues(), new SimpleMatrix(z).svd().getSingularValues(), offset > 9999);
        }
    }

    @Test
    void blocksOfAnySizeChangeNoBit() {
        double[][] z = gaussian(2500, 3, 5);
        try (var scope = Scope.open();
                var whole = Moments.of(Tensors.of(z));
                var blocks = new Moments(3)) {
            Tensor all = Tensors.of(z);
            for (int from = 0, size = 1; from < 2500; from += size, size = Math.min(2 * size + 1, 2500 - from)) {
                blocks.add(all.narrow(0, from, size));
                blocks.mean(); // reading in between is allowed
            }
            close(blocks.mean(), whole.mean());
            close(blocks.centered().singularValues(), whole.centered().singularValues());
        }
    }

    @Test
    void blocksOfFewWideRowsChangeNoBit() {
        double[][] z = gaussian(60, 90, 5);
        try (var scope = Scope.open();
                var whole = Moments.of(Tensors.of(z));
                var blocks = new Moments(90)) {
            Tensor all = Tensors.of(z);
            for (int from = 0; from < 60; from += 4) {
                blocks.add(all.narrow(0, from, 4));
                blocks.centered();
            }
            assertThat(blocks.mean()).containsExactly(whole.mean());
            assertThat(blocks.centered().singularValues())
                    .containsExactly(whole.centered().singularValues());
        }
    }

    @Test
    void moreWideRowsThanMemoryHoldsAreRefusedInOneLine() {
        try (var scope = Scope.open();
                var moments = new Moments(150_000)) {
            Tensor row = Tensors.zeros(Device.CPU, ScalarType.Float, 1, 150_000);
            moments.add(row);
            assertThatThrownBy(() -> moments.add(row.expand(3579, 150_000)))
                    .isInstanceOf(InputException.class)
                    .hasMessage("moments: found 3580 rows or more of 150000 columns, expected at most 3579 so wide or"
                            + " at most 23170 columns; project them to fewer dimensions or give fewer rows");
            assertThat(moments.rows()).isEqualTo(1);
        }
    }

    private static double[] dropped(double[] values, int rows) {
        double[] found = values.clone();
        if (rows <= found.length) {
            found[rows - 1] = 0; // centering takes one degree of freedom
        }
        return found;
    }

    private static void close(double[] found, double[] expected, boolean... ill) {
        assertThat(found).hasSameSizeAs(expected);
        double tolerance = ill.length > 0 && ill[0] ? 1e-4 : 1e-8;
        for (int i = 0; i < found.length; i++) {
            assertThat(found[i])
                    .isCloseTo(expected[i], org.assertj.core.api.Assertions.within(tolerance * Math.abs(expected[i])));
        }
    }

    private static void close(double found, double expected) {
        close(new double[] {found}, new double[] {expected});
    }

    private static double[][] gaussian(int rows, int width, double offset) {
        Keyed random = Keyed.of(7, rows, width);
        double[][] z = new double[rows][width];
        for (double[] row : z) {
            for (int j = 0; j < width; j++) {
                row[j] = offset * (1 + j % 3) + (1 + j) * random.nextGaussian();
            }
        }
        return z;
    }

    private static double[] mean(double[][] z) {
        double[] mean = new double[z[0].length];
        for (double[] row : z) {
            for (int j = 0; j < mean.length; j++) {
                mean[j] += row[j] / z.length;
            }
        }
        return mean;
    }

    private static double[][] centered(double[][] z) {
        double[] mean = mean(z);
        double[][] centered = new double[z.length][mean.length];
        for (int i = 0; i < z.length; i++) {
            for (int j = 0; j < mean.length; j++) {
                centered[i][j] = z[i][j] - mean[j];
            }
        }
        return centered;
    }

    private static double[] deviations(double[][] z) {
        double[][] centered = centered(z);
        double[] deviations = new double[z[0].length];
        for (int j = 0; j < deviations.length; j++) {
            double sum = 0;
            for (double[] row : centered) {
                sum += row[j] * row[j];
            }
            deviations[j] = Math.sqrt(sum / (z.length - 1));
        }
        return deviations;
    }

    private static double[][] unit(double[][] z) {
        return Arrays.stream(z)
                .map(row -> Arrays.stream(row).map(x -> x / norm(row)).toArray())
                .toArray(double[][]::new);
    }

    private static double norm(double[] row) {
        return Math.sqrt(Arrays.stream(row).map(x -> x * x).sum());
    }
}
