package org.fullrank.diagnose;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.linalg.Moments;
import org.fullrank.rows.Batch;
import org.fullrank.stats.Interval;
import org.junit.jupiter.api.Test;

class ResamplingTest {
    private static final int SETS = 100;

    /// Means over 200 data sets of [#heavy].
    private static final Map<Measure, Double> HEAVY_TRUTH = Map.of(
            Measure.RANKME, 5.3226,
            Measure.RANKME_CENTERED, 5.2488,
            Measure.EFFECTIVE_RANK, 4.1833,
            Measure.PARTICIPATION, 3.5831,
            Measure.STABLE_RANK, 2.5359);

    @Test
    void intervalsHoldWhatRowsOfThatNumberShowOnAverageInMostDataSets() {
        Ranks[] ranks = new Ranks[SETS];
        Spread[] spreads = new Spread[SETS];
        for (int set = 0; set < SETS; set++) {
            try (var scope = Scope.open();
                    var moments = new Moments(6)) {
                Tensor z = rows(set, 120, 6);
                moments.add(z);
                Batch sample = new Batch(z, null, null, LongStream.range(0, 120).toArray());
                ranks[set] = Ranks.of(moments, sample);
                spreads[set] = Spread.of(moments, sample);
            }
        }
        for (Measure measure : ranks[0].intervals().keySet()) {
            covers(
                    measure,
                    Arrays.stream(ranks).mapToDouble(r -> r.get(measure)),
                    Arrays.stream(ranks).map(r -> r.interval(measure)));
        }
        for (Measure measure : spreads[0].intervals().keySet()) {
            covers(
                    measure,
                    Arrays.stream(spreads).mapToDouble(s -> s.get(measure)),
                    Arrays.stream(spreads).map(s -> s.interval(measure)));
        }
    }

    /// In 200 data sets they held in 88 to 92 %; a fifth of the sets here, for time.
    @Test
    void intervalsOfHeavyTailsHoldLessOftenAndTheDiagnosisSaysSo() {
        int sets = 40;
        var hits = new EnumMap<Measure, Integer>(Measure.class);
        for (int set = 0; set < sets; set++) {
            try (var scope = Scope.open();
                    var moments = new Moments(6)) {
                Tensor z = heavy(set, 300, 6);
                moments.add(z);
                Batch sample = new Batch(z, null, null, LongStream.range(0, 300).toArray());
                Ranks ranks = Ranks.of(moments, sample);
                HEAVY_TRUTH.forEach((measure, truth) -> {
                    Interval interval = ranks.interval(measure);
                    hits.merge(measure, interval.lower() <= truth && truth <= interval.upper() ? 1 : 0, Integer::sum);
                });
                if (set == 0) {
                    assertThat(Examination.full(moments, sample, List.of())
                                    .diagnosis("heavy", List.of())
                                    .warnings())
                            .anyMatch(line -> line.contains("are correct in only about 90 %"));
                }
            }
        }
        double mean = hits.values().stream().mapToInt(h -> h).average().orElseThrow() / sets;
        assertThat(mean).isBetween(0.8, 0.95);
        assertThat(hits)
                .allSatisfy((measure, held) ->
                        assertThat((double) held / sets).as(measure.key()).isGreaterThan(0.75));
    }

    @Test
    void moreRowsThanTheSampleNarrowTheIntervalByTheRootOfTheirNumber() {
        try (var scope = Scope.open()) {
            Tensor z = rows(1, 400, 5);
            double[] few = Resampling.errors(z, 400, m -> new double[] {m.meanNorm()});
            double[] many = Resampling.errors(z, 40_000, m -> new double[] {m.meanNorm()});
            assertThat(many[0] * 10).isCloseTo(few[0], org.assertj.core.api.Assertions.within(1e-12));
        }
    }

    @Test
    void halvesAreRandomWithoutRepetitionAndAlwaysTheSame() {
        int[] half = Resampling.half(101, 3);
        assertThat(half).hasSize(50).isSorted().doesNotHaveDuplicates().containsExactly(Resampling.half(101, 3));
        assertThat(Resampling.half(101, 4)).isNotEqualTo(half);
        int[] taken = new int[10];
        for (int draw = 0; draw < 4000; draw++) {
            for (int i : Resampling.half(10, draw)) {
                taken[i]++;
            }
        }
        assertThat(taken).satisfies(counts -> assertThat(Arrays.stream(counts)).allMatch(c -> c > 1850 && c < 2150));
    }

    /// Most intervals hold the mean, and they are about as wide as the figures of the data sets vary.
    private static void covers(Measure name, DoubleStream values, Stream<Interval> some) {
        Interval[] intervals = some.toArray(Interval[]::new);
        double[] found = values.toArray();
        double truth = Arrays.stream(found).average().orElseThrow();
        long hits = Arrays.stream(intervals)
                .filter(i -> i.lower() <= truth && truth <= i.upper())
                .count();
        double squares =
                Arrays.stream(found).map(v -> (v - truth) * (v - truth)).sum();
        double half = Arrays.stream(intervals)
                .mapToDouble(i -> (i.upper() - i.lower()) / 2)
                .average()
                .orElseThrow();
        assertThat(hits).as(name.key()).isGreaterThanOrEqualTo(88);
        assertThat(half / (1.96 * Math.sqrt(squares / (SETS - 1))))
                .as(name.key())
                .isBetween(0.75, 1.5);
    }

    /// Columns of different scales about a mean, each value a Gaussian over the root of a chi squared one
    /// with 4 degrees of freedom.
    private static Tensor heavy(int set, int rows, int width) {
        Keyed random = Keyed.of(43, set);
        double[][] z = new double[rows][width];
        for (double[] row : z) {
            Arrays.setAll(row, j -> {
                double squares = 0;
                for (int k = 0; k < 4; k++) {
                    double g = random.nextGaussian();
                    squares += g * g;
                }
                return 1 + random.nextGaussian() / Math.sqrt(squares / 4) * (width - j);
            });
        }
        return Tensors.of(z);
    }

    private static Tensor rows(int set, int rows, int width) {
        Keyed random = Keyed.of(41, set);
        double[][] z = new double[rows][width];
        for (double[] row : z) {
            Arrays.setAll(row, j -> 1 + random.nextGaussian() * (width - j));
        }
        return Tensors.of(z);
    }
}
