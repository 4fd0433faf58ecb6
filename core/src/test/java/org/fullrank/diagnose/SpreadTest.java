package org.fullrank.diagnose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.linalg.Moments;
import org.fullrank.rows.Batch;
import org.junit.jupiter.api.Test;

class SpreadTest {
    @Test
    void figuresEqualTheirFormulas() {
        double[][] z = gaussian(500, 12);
        double[] deviations = new double[12];
        double[] units = new double[12];
        for (int j = 0; j < 12; j++) {
            int column = j;
            deviations[j] =
                    deviation(Arrays.stream(z).mapToDouble(row -> row[column]).toArray());
            units[j] = deviation(
                    Arrays.stream(z).mapToDouble(row -> row[column] / norm(row)).toArray());
        }
        Spread spread = spread(z, ScalarType.Double);
        near(spread.get(Measure.STD_RAW), Arrays.stream(deviations).average().orElseThrow());
        near(spread.get(Measure.STD_RAW_MIN), Arrays.stream(deviations).min().orElseThrow());
        near(spread.get(Measure.STD_RAW_MAX), Arrays.stream(deviations).max().orElseThrow());
        near(spread.get(Measure.STD), Arrays.stream(units).average().orElseThrow() * Math.sqrt(12));
        double[] norms = Arrays.stream(z).mapToDouble(SpreadTest::norm).sorted().toArray();
        near(spread.get(Measure.NORM), Arrays.stream(norms).average().orElseThrow());
        assertThat(spread.norms()).hasSize(101).isSorted();
        near(spread.percentile(0), norms[0]);
        near(spread.percentile(100), norms[499]);
        near(spread.percentile(50), (norms[249] + norms[250]) / 2);
    }

    @Test
    void isotropicRowsOverTheSphereReadOneAndAnOffsetTakesItAway() {
        double[][] z = gaussian(3000, 40);
        assertThat(spread(z, ScalarType.Double).get(Measure.STD)).isCloseTo(1, within(0.01));
        assertThat(spread(z, ScalarType.Double).get(Measure.OFFSET)).isLessThan(0.01);
        for (double[] row : z) {
            row[0] += 100;
        }
        Spread moved = spread(z, ScalarType.Double);
        assertThat(moved.get(Measure.STD)).isLessThan(0.1);
        assertThat(moved.get(Measure.OFFSET)).isCloseTo(1e4 / (1e4 + 40), within(1e-3));
        assertThat(moved.interval(Measure.OFFSET).upper()).isBetween(moved.get(Measure.OFFSET), 1.0);
    }

    @Test
    void deadAndConstantDimensionsAreCounted() {
        double[][] z = gaussian(200, 10);
        for (double[] row : z) {
            row[3] = 0.1; // not a binary fraction: its mean is rounded
            row[4] = 0;
            row[5] *= 1e-3;
            row[6] *= 0.1;
        }
        for (ScalarType type : new ScalarType[] {ScalarType.Double, ScalarType.Float}) {
            Spread spread = spread(z, type);
            assertThat(spread.get(Measure.CONSTANT)).isEqualTo(2);
            assertThat(spread.get(Measure.DEAD)).isEqualTo(3);
        }
    }

    @Test
    void zerosAndSingleRowsAreDefined() {
        for (int rows : new int[] {1, 2, 1500}) {
            Spread zeros = spread(new double[rows][3], ScalarType.Double);
            assertThat(zeros.get(Measure.STD_RAW)).isZero();
            assertThat(zeros.get(Measure.STD)).isZero();
            assertThat(zeros.get(Measure.OFFSET)).isZero();
            assertThat(zeros.get(Measure.CONSTANT)).isEqualTo(3);
            assertThat(zeros.percentile(99)).isZero();
        }
        Spread one = spread(new double[][] {{3, 4}}, ScalarType.Double);
        assertThat(one.get(Measure.NORM)).isEqualTo(5);
        assertThat(one.get(Measure.OFFSET)).isEqualTo(1);
        assertThat(one.section().readings())
                .allSatisfy(m -> assertThat(m.meaning()).isNotBlank());
    }

    @Test
    void figuresOfHugeAndTinyRowsAreThoseOfOrdinaryOnesTimesTheirScale() {
        for (double scale : new double[] {1e160, 1e300, 1e-170, 1e-300}) {
            double[][] z = gaussian(40, 5);
            Spread plain = spread(z, ScalarType.Double);
            for (double[] row : z) {
                Arrays.setAll(row, j -> row[j] * scale);
            }
            Spread scaled = spread(z, ScalarType.Double);
            for (Measure same : List.of(Measure.STD, Measure.OFFSET, Measure.DEAD, Measure.CONSTANT)) {
                near(scaled.get(same), plain.get(same));
            }
            for (Measure larger : List.of(Measure.STD_RAW, Measure.STD_RAW_MAX, Measure.NORM)) {
                near(scaled.get(larger), plain.get(larger) * scale);
            }
            near(scaled.percentile(50), plain.percentile(50) * scale);
        }
    }

    @Test
    void plotsHaveTheVarianceOfTheRows() {
        try (var scope = Scope.open();
                var moments = Moments.of(Tensors.of(gaussian(90, 25)))) {
            var plots = Diagnosis.Plots.of(moments, Spread.of(moments));
            double found = Arrays.stream(plots.singularValues()).map(s -> s * s).sum();
            near(Arrays.stream(plots.isotropic()).map(s -> s * s).sum(), found);
            near(Arrays.stream(plots.deviations()).map(s -> s * s).sum() * 89, found);
            assertThat(plots.isotropic()).hasSize(25);
            assertThat(plots.isotropic()[0]).isCloseTo(plots.singularValues()[0], within(2.0));
        }
    }

    private static Spread spread(double[][] z, ScalarType type) {
        try (var scope = Scope.open()) {
            Tensor rows = Tensors.of(z).to(type);
            try (var moments = Moments.of(rows)) {
                long[] numbers = LongStream.range(0, z.length).toArray();
                return Spread.of(moments, new Batch(rows, null, null, numbers));
            }
        }
    }

    private static void near(double found, double expected) {
        assertThat(found).isCloseTo(expected, within(1e-8 * Math.abs(expected)));
    }

    private static double deviation(double[] values) {
        double mean = Arrays.stream(values).average().orElseThrow();
        return Math.sqrt(Arrays.stream(values).map(x -> (x - mean) * (x - mean)).sum() / (values.length - 1));
    }

    private static double norm(double[] row) {
        return Math.sqrt(Arrays.stream(row).map(x -> x * x).sum());
    }

    private static double[][] gaussian(int rows, int width) {
        Keyed random = Keyed.of(31, rows, width);
        double[][] z = new double[rows][width];
        for (double[] row : z) {
            Arrays.setAll(row, j -> random.nextGaussian());
        }
        return z;
    }
}
