package org.fullrank.independence;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import java.util.function.LongFunction;
import java.util.stream.LongStream;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Threads;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ShiftNullTest {
    /// The products are small, and a second thread makes them slower.
    @BeforeAll
    static void useOneThread() {
        Threads.use(1);
    }

    @ParameterizedTest
    @CsvSource({"1024, 2", "1000, 3", "17, 5", "6, 5", "8192, 64"})
    void noTwoComponentsHaveNearlyEqualShifts(long rows, int count) {
        for (long seed = 0; seed < 50; seed++) {
            long[] shifts = LongStream.of(ShiftNull.shifts(rows, count, Keyed.of(seed)))
                    .sorted()
                    .toArray();
            for (int j = 0; j < count; j++) {
                long next = j + 1 < count ? shifts[j + 1] : shifts[0] + rows;
                assertThat(next - shifts[j]).isGreaterThan(rows / (2 * count));
            }
            assertThat(shifts[count - 1]).isLessThan(rows);
        }
    }

    @Test
    void everyComponentCanHaveEverySlot() {
        Set<Long> seen = new HashSet<>();
        for (long seed = 0; seed < 100; seed++) {
            long[] shifts = ShiftNull.shifts(400, 4, Keyed.of(seed));
            for (int j = 0; j < 4; j++) {
                seen.add(10 * j + shifts[j] / 100);
            }
        }
        assertThat(seen).hasSize(16);
    }

    /// About 1 % of independent inputs are above the largest of 100 shifts: 1 of 100 with a standard deviation
    /// of 1.
    @ParameterizedTest
    @CsvSource({"1000, 0", "2000, 0.9"})
    void independentComponentsAreAsFarAboveTheLevelAsByChance(int samples, double memory) {
        assertThat(above(100, seed -> independent(seed, samples, memory))).isLessThanOrEqualTo(4);
    }

    /// Neighboring shifts of a series have nearly equal values, so a short series has few different ones.
    @Test
    void shortSeriesAreAboveTheLevelMoreOften() {
        assertThat(above(100, seed -> independent(seed, 300, 0.95))).isBetween(2, 20);
    }

    @ParameterizedTest
    @CsvSource({"0", "0.9"})
    void dependentComponentsAreAboveTheLevel(double memory) {
        assertThat(above(17, seed -> ring(seed, 1024, memory))).isEqualTo(17);
    }

    /// How many inputs are above the level of independent ones.
    private static int above(int inputs, LongFunction<double[][]> draw) {
        int above = 0;
        for (long seed = 0; seed < inputs; seed++) {
            try (var scope = Scope.withoutGradients()) {
                FeatureCovariance covariance = FeatureCovariance.rough(seed);
                var columns = new Columns("components", draw.apply(seed));
                var components = Whitening.of(columns).rows();
                ShiftNull level = ShiftNull.of(covariance, components, seed);
                above += covariance.criterion(components) > level.largest() ? 1 : 0;
            }
        }
        return above;
    }

    private static double[][] independent(long seed, int samples, double memory) {
        return new double[][] {series(Keyed.of(seed, 0), samples, memory), series(Keyed.of(seed, 1), samples, memory)};
    }

    private static double[][] ring(long seed, int samples, double memory) {
        double[] angle = series(Keyed.of(seed, 0), samples, memory);
        var random = Keyed.of(seed, 1);
        return new double[][] {
            Golden.column(samples, t -> Math.cos(2 * angle[t]) + 0.1 * random.nextGaussian()),
            Golden.column(samples, t -> Math.sin(2 * angle[t]) + 0.1 * random.nextGaussian())
        };
    }

    /// Normal values of variance 1, each correlated with the one before it.
    private static double[] series(Keyed random, int samples, double memory) {
        double[] series = new double[samples];
        double value = random.nextGaussian();
        for (int t = 0; t < samples; t++) {
            series[t] = value;
            value = memory * value + Math.sqrt(1 - memory * memory) * random.nextGaussian();
        }
        return series;
    }
}
