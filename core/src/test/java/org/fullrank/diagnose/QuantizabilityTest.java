package org.fullrank.diagnose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.linalg.Moments;
import org.fullrank.rows.Batch;
import org.junit.jupiter.api.Test;

class QuantizabilityTest {
    private static final int ROWS = 300;
    private static final int WIDTH = 48;

    @Test
    void isotropicRowsGainNothingFromARotation() {
        Quantizability found = of(rows(j -> 1));
        assertThat(found.inequality()).isBetween(0.0, 0.1);
        assertThat(found.loss8()).isBetween(0.0, 0.05);
        assertThat(Math.abs(found.excess())).isLessThan(0.05);
        assertThat(found.isUnequal()).isFalse();
    }

    @Test
    void aFewLargeColumnsCostNeighborsAndARotationGivesThemBack() {
        double[][] rows = rows(j -> j < 2 ? 30 : 1);
        Quantizability found = of(rows);
        assertThat(found.inequality()).isGreaterThan(0.5);
        assertThat(found.loss4()).isGreaterThan(0.4).isGreaterThan(found.loss8());
        assertThat(found.excess()).isGreaterThan(0.1);
        assertThat(found.isUnequal()).isTrue();
        assertThat(found.note()).contains("rotate or whiten the rows");
    }

    @Test
    void theValuesEqualTheirDefinitions() {
        double[][] rows = rows(j -> 1.0 / (1 + j));
        Quantizability found = of(rows);
        double[][] unit = Arrays.stream(rows).map(QuantizabilityTest::unit).toArray(double[][]::new);
        assertThat(found.inequality()).isCloseTo(gini(unit), within(1e-9));
        assertThat(found.loss8()).isCloseTo(loss(unit, 256), within(1e-9));
        assertThat(found.loss4()).isCloseTo(loss(unit, 16), within(1e-9));
    }

    @Test
    void lossesDoNotDependOnTheScale() {
        double[][] rows = rows(j -> 1.0 / (1 + j));
        double[][] large = Arrays.stream(rows)
                .map(row -> Arrays.stream(row).map(x -> 1024 * x).toArray())
                .toArray(double[][]::new);
        assertThat(of(large)).isEqualTo(of(rows));
    }

    @Test
    void fewRowsAndConstantRowsHaveNoValue() {
        assertThat(of(Arrays.copyOf(rows(j -> 1), Quantizability.SMALLEST_ROWS - 1))
                        .loss4())
                .isNaN();
        double[][] constant = new double[40][8];
        for (double[] row : constant) {
            Arrays.fill(row, 1);
        }
        Quantizability found = of(constant);
        assertThat(found.inequality()).isNaN();
        assertThat(found.isUnequal()).isFalse();
    }

    @Test
    void wideRowsAreRotatedInBlocks() {
        double[][] rows = new double[400][700];
        var random = Keyed.of(5);
        for (double[] row : rows) {
            for (int j = 0; j < row.length; j++) {
                row[j] = (j < 3 ? 40 : 1) * random.nextGaussian();
            }
        }
        assertThat(of(rows).excess()).isGreaterThan(0.1);
    }

    @Test
    void aDiagnosisHasANoteOnlyIfARotationHelps() {
        assertThat(diagnosis(rows(j -> 1)).notes()).noneMatch(note -> note.contains("Gini"));
        Diagnosis unequal = diagnosis(rows(j -> j < 2 ? 30 : 1));
        assertThat(unequal.notes()).anyMatch(note -> note.contains("Gini"));
        assertThat(DiagnosisText.brief(unequal)).contains("! recall-loss.4bit.excess");
        assertThat(unequal.sections()).extracting(Section::name).contains("quantizability");
    }

    private static Diagnosis diagnosis(double[][] rows) {
        try (var scope = Scope.open()) {
            var z = Tensors.of(flat(rows), rows.length, rows[0].length);
            long[] numbers = IntStream.range(0, rows.length).asLongStream().toArray();
            try (Moments moments = Moments.of(z)) {
                return Examination.full(moments, new Batch(z, null, null, numbers), List.of())
                        .diagnosis("rows", List.of());
            }
        }
    }

    private static Quantizability of(double[][] rows) {
        try (var scope = Scope.open()) {
            return Quantizability.of(Tensors.of(flat(rows), rows.length, rows[0].length));
        }
    }

    private static double[] flat(double[][] rows) {
        return Arrays.stream(rows).flatMapToDouble(Arrays::stream).toArray();
    }

    private static double[][] rows(IntToDoubleFunction deviation) {
        var random = Keyed.of(3);
        var rows = new double[ROWS][WIDTH];
        for (double[] row : rows) {
            Arrays.setAll(row, j -> deviation.applyAsDouble(j) * random.nextGaussian());
        }
        return rows;
    }

    private static double[] unit(double[] row) {
        double norm = Math.sqrt(dot(row, row));
        return Arrays.stream(row).map(x -> x / norm).toArray();
    }

    private static double dot(double[] a, double[] b) {
        return IntStream.range(0, a.length).mapToDouble(j -> a[j] * b[j]).sum();
    }

    private static double gini(double[][] rows) {
        double[] v = new double[WIDTH];
        for (int j = 0; j < WIDTH; j++) {
            int column = j;
            double mean =
                    Arrays.stream(rows).mapToDouble(r -> r[column]).average().orElseThrow();
            v[j] = Arrays.stream(rows)
                    .mapToDouble(r -> (r[column] - mean) * (r[column] - mean))
                    .sum();
        }
        double differences = 0;
        for (double a : v) {
            for (double b : v) {
                differences += Math.abs(a - b);
            }
        }
        return differences / (2 * WIDTH * Arrays.stream(v).sum());
    }

    private static double loss(double[][] rows, int levels) {
        double low = Arrays.stream(flat(rows)).min().orElseThrow();
        double step = (Arrays.stream(flat(rows)).max().orElseThrow() - low) / (levels - 1);
        double[][] stored = Arrays.stream(rows)
                .map(r -> Arrays.stream(r)
                        .map(x -> low + step * Math.rint((x - low) / step))
                        .toArray())
                .toArray(double[][]::new);
        int right = 0;
        for (int i = 0; i < ROWS; i++) {
            List<Integer> found = nearest(rows[i], stored, i);
            right += (int)
                    nearest(rows[i], rows, i).stream().filter(found::contains).count();
        }
        return 1 - right / (10.0 * ROWS);
    }

    private static List<Integer> nearest(double[] query, double[][] rows, int self) {
        return IntStream.range(0, rows.length)
                .filter(i -> i != self)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> -dot(query, rows[i])))
                .limit(10)
                .toList();
    }
}
