package org.fullrank.diagnose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.assertj.core.data.Percentage;
import org.ejml.simple.SimpleMatrix;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.linalg.Moments;
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

    private static double[] spectrum(double[][] rows) {
        try (var scope = Scope.open();
                Moments moments = Vitals.moments(Tensors.of(rows))) {
            return Vitals.spectrum(moments);
        }
    }

    private static Vitals of(double[][] rows) {
        double[] flat = new double[rows.length * rows[0].length];
        for (int i = 0; i < flat.length; i++) {
            flat[i] = rows[i / rows[0].length][i % rows[0].length];
        }
        try (var scope = Scope.open()) {
            return Vitals.of(Tensors.of(flat, rows.length, rows[0].length), Vitals.CHECK);
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
        assertThat(vitals.get(Measure.RANKME)).isCloseTo(rankMe(singularValues(rows)), TIGHT);
        assertThat(vitals.get(Measure.RANKME_CENTERED_SHARE))
                .isCloseTo(rankMe(s) / IsotropicNull.of(40, 12).centeredRankMe(), TIGHT);
        assertThat(vitals.get(Measure.PARTICIPATION)).isCloseTo(sum * sum / fourth, TIGHT);
        assertThat(vitals.get(Measure.STD)).isCloseTo(spread(rows), TIGHT);
        assertThat(vitals.get(Measure.NORM)).isCloseTo(norms, TIGHT);
        assertThat(vitals.get(Measure.OFFSET)).isCloseTo(offset / square, TIGHT);
        assertThat(vitals.get(Measure.DEAD)).isZero();
        assertThat(spectrum(rows)).hasSize(Vitals.POINTS).isSortedAccordingTo((a, b) -> Double.compare(b, a));
        assertThat(spectrum(rows)[0]).isCloseTo(s[0] / Math.sqrt(sum), TIGHT);
        assertThat(spectrum(rows)[31]).isCloseTo(s[11] / Math.sqrt(sum), TIGHT);
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
        assertThat(vitals.get(Measure.RANKME_CENTERED_SHARE)).isCloseTo(1, within(0.02));
        assertThat(vitals.get(Measure.STD)).isCloseTo(1, within(0.02));
        assertThat(vitals.get(Measure.OFFSET)).isCloseTo(0, within(0.02));
    }

    @Test
    void equalRowsHaveNoSpreadAndAllTheirLengthInTheMean() {
        double[][] rows = new double[20][6];
        for (double[] row : rows) {
            Arrays.fill(row, 3);
        }
        Vitals vitals = of(rows);
        assertThat(vitals.get(Measure.RANKME_CENTERED_SHARE)).isZero();
        assertThat(vitals.get(Measure.STD)).isZero();
        assertThat(vitals.get(Measure.OFFSET)).isCloseTo(1, TIGHT);
        assertThat(vitals.get(Measure.DEAD)).isEqualTo(6);
        assertThat(spectrum(rows)).containsOnly(0.0);
    }

    @Test
    void spreadEqualsANaiveLoop() {
        Vitals vitals = compared(new double[][] {{3, 4}, {0, 5}, {-8, 6}});
        assertThat(vitals.get(Measure.STD_RAW)).isCloseTo((std(3, 0, -8) + std(4, 5, 6)) / 2, within(1e-12));
        assertThat(vitals.get(Measure.STD))
                .isCloseTo(Math.sqrt(2) * (std(.6, 0, -.8) + std(.8, 1, .6)) / 2, within(1e-12));
        assertThat(vitals.rows()).isEqualTo(3);
        assertThat(vitals.width()).isEqualTo(2);
    }

    @Test
    void eachWriterTakesItsMeasuresFromTheSameComputation() {
        double[][] rows = rows(40, 12, 0.5);
        try (var scope = Scope.open();
                Moments moments = Vitals.moments(Tensors.of(rows))) {
            Vitals check = Vitals.of(moments, Vitals.CHECK);
            Ranks ranks = Ranks.of(moments);
            Spread spread = Spread.of(moments);
            for (Measure measure : Vitals.CHECK) {
                boolean rank = ranks.vitals().values().containsKey(measure);
                assertThat(check.get(measure)).isEqualTo(rank ? ranks.get(measure) : spread.get(measure));
            }
            assertThat(compared(rows).get(Measure.STD)).isEqualTo(check.get(Measure.STD));
            assertThat(compared(rows).get(Measure.RANKME)).isEqualTo(check.get(Measure.RANKME));
        }
    }

    @Test
    void theSpectrumOfFewIsotropicRowsHasNoZeroAtItsEnd() {
        double[] spectrum = spectrum(rows(20, 64, 1)); // centering leaves 19 directions
        assertThat(spectrum[Vitals.POINTS - 1]).isGreaterThan(1e-3);
    }

    @Test
    void theSpectrumOfAsManyIsotropicRowsAsDimensionsDoesNotEndInTheDark() {
        double[][] gaussian = new double[64][64];
        var random = new Random(1);
        for (double[] row : gaussian) {
            Arrays.setAll(row, _ -> random.nextGaussian());
        }
        double[] square = spectrum(gaussian);
        assertThat(square[Vitals.POINTS - 1] / square[0]).isBetween(0.04, 0.12);
        double[] all = singularValues(centered(gaussian));
        assertThat(all[62] / all[0]).isLessThan(0.02); // what is left out
        // From twice as many rows on, all values are shown.
        double[][] tall = rows(40, 20, 1);
        double[] shown = spectrum(tall);
        double[] values = singularValues(centered(tall));
        assertThat(shown[Vitals.POINTS - 1] / shown[0]).isCloseTo(values[19] / values[0], TIGHT);
    }

    private static Vitals compared(double[][] rows) {
        try (var scope = Scope.open()) {
            return Vitals.of(Tensors.of(rows), Vitals.COMPARED);
        }
    }

    private static double std(double a, double b, double c) {
        double mean = (a + b + c) / 3;
        return Math.sqrt((Math.pow(a - mean, 2) + Math.pow(b - mean, 2) + Math.pow(c - mean, 2)) / 2);
    }

    @Test
    void zeroRowsAreNumbers() {
        Vitals vitals = of(new double[20][6]);
        assertThat(vitals.at("embedding").values())
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
