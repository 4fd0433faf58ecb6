package org.fullrank.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.fullrank.engine.Keyed;
import org.junit.jupiter.api.Test;

class ClassBiasTest {
    /// The first 500, 500 and 40 points: balanced classes are not balanced any more.
    private static UnbalancedMixture cut(UnbalancedMixture points) {
        return new UnbalancedMixture(Arrays.copyOf(points.x(), 1040), Arrays.copyOf(points.labels(), 1040));
    }

    @Test
    void everyClaimCanFail() {
        PlantedErrors.assertThatEveryClaimCanFail(
                Map.of(
                        "the same decay for every C", new ClassBias((points, _) -> points.minimum(100)),
                        "a decay that is too strong", new ClassBias((points, c) -> points.minimum(c / 1000)),
                        "balanced classes cut",
                                new ClassBias((points, c) -> cut(points).minimum(c))),
                new Setting(Setting.SEED, true, null));
    }

    /// Cross-entropy and decay from their definitions.
    private static double objective(UnbalancedMixture points, double[][] w, double c) {
        double sum = 0;
        for (int i = 0; i < points.labels().length; i++) {
            double[] x = points.x()[i];
            double[] z = Arrays.stream(w)
                    .mapToDouble(k -> k[0] * x[0] + k[1] * x[1] + k[2])
                    .toArray();
            double all = Arrays.stream(z).map(Math::exp).sum();
            sum -= c * Math.log(Math.exp(z[points.labels()[i]]) / all);
        }
        for (double[] k : w) {
            sum += (k[0] * k[0] + k[1] * k[1]) / 2;
        }
        return sum;
    }

    @Test
    void theSlopeIsThatOfFiniteDifferences() {
        UnbalancedMixture points = UnbalancedMixture.draw(Keyed.of(1), 5, 4, 3);
        double[][] w = {{0.3, -0.2, 0.1}, {-0.4, 0.5, 0.2}, {0.1, 0.7, -0.6}};
        double[][] slope = points.slope(w, 0.7);
        for (int k = 0; k < 3; k++) {
            for (int j = 0; j < 3; j++) {
                double value = w[k][j];
                w[k][j] = value + 1e-5;
                double up = objective(points, w, 0.7);
                w[k][j] = value - 1e-5;
                double down = objective(points, w, 0.7);
                w[k][j] = value;
                assertThat(slope[k][j]).isCloseTo((up - down) / 2e-5, within(1e-7));
            }
        }
    }

    @Test
    void aClassIsHarmedIfAnotherStrengthIsBetterInEveryRun() {
        double[][][] shares = new double[2][5][];
        for (int run = 0; run < 5; run++) {
            double noise = 0.01 * (run - 2);
            shares[0][run] = new double[] {0.9 + noise, 0.5 + noise};
            shares[1][run] = new double[] {0.7 - noise, 0.6 + noise};
        }
        ClassAccuracies accuracies = new ClassAccuracies(List.of("weak", "strong"), shares, new int[] {300, 100});
        assertThat(accuracies.overall(0)).isCloseTo(0.8, within(1e-12));
        assertThat(accuracies.gain(0, 1)).isCloseTo(-12.5, within(1e-9));
        assertThat(accuracies.gain(0, 1, 1)).isCloseTo(10, within(1e-9));
        assertThat(accuracies.best()).isZero();
        assertThat(accuracies.harmed()).as("class 0 is best here").containsExactly(1);
    }

    @Test
    void aDifferenceThatChangesItsSignIsByChance() {
        double[][][] shares = new double[2][4][];
        for (int run = 0; run < 4; run++) {
            double sign = run % 2 == 0 ? 1 : -1;
            shares[0][run] = new double[] {0.9, 0.5};
            shares[1][run] = new double[] {0.6, 0.5 + 0.05 * sign + 0.01};
        }
        ClassAccuracies accuracies = new ClassAccuracies(List.of("weak", "strong"), shares, new int[] {100, 100});
        assertThat(accuracies.harmed()).isEmpty();
        assertThat(accuracies.p(0, 1)[0]).isLessThan(0.001);
        assertThat(accuracies.p(0, 1)[1]).isGreaterThan(0.5);
    }
}
