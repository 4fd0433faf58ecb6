package org.fullrank.diagnose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.assertj.core.data.Percentage;
import org.ejml.simple.SimpleMatrix;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.junit.jupiter.api.Test;

class VitalsTest {
    private static final Percentage TIGHT = Percentage.withPercentage(1e-6);

    private static double[][] rows(int n, int d, double offset) {
        var random = Keyed.of(5);
        double[][] rows = new double[n][d];
        for (double[] row : rows) {
            for (int j = 0; j < d; j++) {
                row[j] = offset + random.nextGaussian() / (1 + j);
            }
        }
        return rows;
    }

    private static Vitals of(double[][] rows) {
        double[] flat = new double[rows.length * rows[0].length];
        for (int i = 0; i < flat.length; i++) {
            flat[i] = rows[i / rows[0].length][i % rows[0].length];
        }
        try (var scope = Scope.open()) {
            return Vitals.of(Tensors.of(flat, rows.length, rows[0].length));
        }
    }

    private static double[][] centered(double[][] rows) {
        double[][] centered = new double[rows.length][rows[0].length];
        for (int j = 0; j < rows[0].length; j++) {
            double mean = 0;
            for (double[] row : rows) {
                mean += row[j] / rows.length;
            }
            for (int i = 0; i < rows.length; i++) {
                centered[i][j] = rows[i][j] - mean;
            }
        }
        return centered;
    }

    private static double[] singularValues(double[][] rows) {
        return new SimpleMatrix(rows).svd().getSingularValues();
    }

    private static double rankMe(double[] s) {
        double sum = 0;
        for (double v : s) {
            sum += v;
        }
        double entropy = 0;
        for (double v : s) {
            entropy -= v == 0 ? 0 : v / sum * Math.log(v / sum);
        }
        return Math.exp(entropy);
    }

    /// Mean over dimensions of the standard deviation of rows scaled to length 1.
    private static double spread(double[][] rows) {
        int n = rows.length;
        int d = rows[0].length;
        double[][] unit = new double[n][d];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < d; j++) {
                unit[i][j] = rows[i][j] / norm(rows[i]);
            }
        }
        double[][] centered = centered(unit);
        double sum = 0;
        for (int j = 0; j < d; j++) {
            double squares = 0;
            for (double[] row : centered) {
                squares += row[j] * row[j];
            }
            sum += Math.sqrt(squares / (n - 1)) / d;
        }
        return sum * Math.sqrt(d);
    }

    private static double norm(double[] row) {
        double squares = 0;
        for (double v : row) {
            squares += v * v;
        }
        return Math.sqrt(squares);
    }

    @Test
    void everyFigureIsThatOfItsDefinition() {
        double[][] rows = rows(40, 12, 0.7);
        Vitals vitals = of(rows);
        double[] s = singularValues(centered(rows));
        double sum = 0;
        double fourth = 0;
        double norms = 0;
        double square = 0;
        for (double v : s) {
            sum += v * v;
            fourth += v * v * v * v;
        }
        for (double[] row : rows) {
            norms += norm(row) / rows.length;
            square += norm(row) * norm(row) / rows.length;
        }
        double offset = square - sum / rows.length;
        assertThat(vitals.rankMe()).isCloseTo(rankMe(singularValues(rows)), TIGHT);
        assertThat(vitals.rankShare())
                .isCloseTo(rankMe(s) / IsotropicNull.of(40, 12).rankMe(), TIGHT);
        assertThat(vitals.participation()).isCloseTo(sum * sum / fourth, TIGHT);
        assertThat(vitals.std()).isCloseTo(spread(rows), TIGHT);
        assertThat(vitals.norm()).isCloseTo(norms, TIGHT);
        assertThat(vitals.offset()).isCloseTo(offset / square, TIGHT);
        assertThat(vitals.dead()).isZero();
        assertThat(vitals.spectrum()).hasSize(Vitals.POINTS).isSortedAccordingTo((a, b) -> Double.compare(b, a));
        assertThat(vitals.spectrum()[0]).isCloseTo(s[0] / Math.sqrt(sum), TIGHT);
        assertThat(vitals.spectrum()[31]).isCloseTo(s[11] / Math.sqrt(sum), TIGHT);
    }

    @Test
    void isotropicRowsShowWhollyWhatTheyCan() {
        var random = Keyed.of(9);
        double[][] rows = new double[100][300];
        for (double[] row : rows) {
            for (int j = 0; j < row.length; j++) {
                row[j] = random.nextGaussian();
            }
        }
        Vitals vitals = of(rows);
        assertThat(vitals.rankShare()).isCloseTo(1, within(0.02));
        assertThat(vitals.std()).isCloseTo(1, within(0.02));
        assertThat(vitals.offset()).isCloseTo(0, within(0.02));
    }

    @Test
    void equalRowsHaveNoSpreadAndAllTheirLengthInTheMean() {
        double[][] rows = new double[20][6];
        for (double[] row : rows) {
            Arrays.fill(row, 3);
        }
        Vitals vitals = of(rows);
        assertThat(vitals.rankShare()).isZero();
        assertThat(vitals.std()).isZero();
        assertThat(vitals.offset()).isCloseTo(1, TIGHT);
        assertThat(vitals.dead()).isEqualTo(6);
        assertThat(vitals.spectrum()).containsOnly(0.0);
    }

    @Test
    void zeroRowsAreNumbers() {
        Vitals vitals = of(new double[20][6]);
        assertThat(vitals.values("embedding").values())
                .allSatisfy(v -> assertThat(v).isFinite());
    }

    @Test
    void oneRowOrNaNIsRefused() {
        assertThatThrownBy(() -> of(new double[1][6])).isInstanceOf(InputException.class);
        double[][] rows = rows(5, 4, 0);
        rows[2][1] = Double.NaN;
        assertThatThrownBy(() -> of(rows)).isInstanceOf(InputException.class).hasMessageContaining("not finite");
    }
}
