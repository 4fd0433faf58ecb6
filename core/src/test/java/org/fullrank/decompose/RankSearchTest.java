package org.fullrank.decompose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.fullrank.engine.InputException;
import org.fullrank.net.SignalShape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Several splits of one tensor: their mean curve, the refit, and the choice of the rank.
class RankSearchTest {
    private static final Noisy NOISY = Noisy.matrix(24, 20, 2, 0.3, 1);

    /// A seed with which the best of the tried ranks is not clearly better than a smaller one.
    private static final long SMALLER_THAN_BEST = 1;

    @TempDir
    Path folder;

    private static DecompositionSettings settings(int rank, int iterations, int splits) {
        DecompositionSettings one = Noisy.settings(rank, iterations);
        return one.withStopping(one.stopping().withSplits(splits));
    }

    @Test
    void theMeanCurveOfTheSplitsDecides() {
        Decomposition joint = Decomposition.fit(NOISY.tensor(), settings(3, 40, 3));
        double[] mean = new double[40];
        for (int split = 0; split < 3; split++) {
            try (var fit =
                    new FactorFit(NOISY.tensor(), settings(3, 40, 1), HeldOut.of(NOISY.tensor(), 0.1, 3, split))) {
                for (int step = 0; step < 40; step++) {
                    fit.step();
                    mean[step] += fit.curve().heldOut(step) * fit.unit() / 3;
                }
            }
        }
        assertThat(joint.heldOutLosses()).containsExactly(mean, within(1e-9));
        assertThat(joint.heldOut())
                .isEqualTo(Arrays.stream(joint.heldOutLosses()).min().orElseThrow());
    }

    /// The entries vary much, so the test finds no difference between the splits.
    @Test
    void theEntriesOfACovarianceAreNotIndependent() {
        double[] zeros = new double[100];
        List<double[]> worse = List.of(
                IntStream.range(0, 100)
                        .mapToDouble(i -> 0.45 + (i % 2 == 0 ? 2.1 : -2.1))
                        .toArray(),
                IntStream.range(0, 100)
                        .mapToDouble(i -> -0.05 + (i % 2 == 0 ? 2.1 : -2.1))
                        .toArray());
        List<double[]> best = List.of(zeros, zeros);
        assertThat(RankSearch.isClearlyWorse(worse, best)).isTrue();
        assertThat(RankSearch.isClearlyWorse(RankSearch.means(worse), RankSearch.means(best)))
                .isFalse();
        var data = new SampleCovariance(SignalShape.line(24), 20, NOISY.values());
        assertThatThrownBy(() -> RankSearch.of(data, settings(1, 5, 1), null, FitProgress.SILENT))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith("rank auto: found one split of the samples, expected at least 2");
        assertThat(RankSearch.of(data, settings(1, 5, 2), null, FitProgress.SILENT)
                        .tried())
                .isNotEmpty();
    }

    @Test
    void theFactorsOfSeveralSplitsFitAllEntries() {
        DecompositionSettings settings = settings(3, 30, 2);
        Decomposition joint = Decomposition.fit(NOISY.tensor(), settings);
        try (var whole = JointFits.whole(NOISY.tensor(), settings, joint.iterations(), null)) {
            assertThat(whole.run(FitProgress.SILENT)).isTrue();
            assertThat(joint.reconstruction()).containsExactly(whole.result().reconstruction());
        }
        // Every entry has an influence, also one that a split holds out.
        float[] changed = NOISY.values().clone();
        changed[HeldOut.of(NOISY.tensor(), 0.1, 3, 0).entries()[0]] += 5;
        assertThat(Decomposition.fit(PartialTensor.of(NOISY.shape(), changed), settings)
                        .reconstruction())
                .isNotEqualTo(joint.reconstruction());
    }

    @Test
    void splitsAreIndependent() {
        int[] first = HeldOut.of(NOISY.tensor(), 0.1, 3, 0).entries();
        int[] second = HeldOut.of(NOISY.tensor(), 0.1, 3, 1).entries();
        long both = Arrays.stream(first)
                .filter(i -> Arrays.binarySearch(second, i) >= 0)
                .count();
        assertThat(second).hasSize(48).isSorted().doesNotHaveDuplicates();
        assertThat(both).isLessThan(16); // 4.8 expected
    }

    private static boolean isClearlyWorse(double[]... pairs) {
        List<double[]> a =
                IntStream.range(0, pairs.length / 2).mapToObj(i -> pairs[i]).toList();
        return RankSearch.isClearlyWorse(a, List.of(pairs).subList(pairs.length / 2, pairs.length));
    }

    @Test
    void aDifferenceAboveItsStandardErrorIsClear() {
        double[] b = {1, 2, 3, 4};
        assertThat(isClearlyWorse(new double[] {1.1, 2.1, 3.1, 4.1}, b))
                .isTrue(); // the spread of each is large, that of the pairs is 0
        // mean 0.25, deviation 0.5, standard error 0.25
        assertThat(isClearlyWorse(new double[] {2, 2, 3, 4}, b)).isFalse();
        // mean 0.5, deviation 0.577, standard error 0.289
        assertThat(isClearlyWorse(new double[] {2, 3, 3, 4}, b)).isTrue();
        assertThat(isClearlyWorse(new double[] {0, 0, 0, 0}, b)).isFalse();
    }

    @Test
    void aSingleEntryHasNoStandardError() {
        assertThat(isClearlyWorse(new double[] {1.1}, new double[] {1})).isTrue();
        assertThat(isClearlyWorse(new double[] {1}, new double[] {1})).isFalse();
        assertThat(isClearlyWorse(new double[] {0.9}, new double[] {1})).isFalse();
    }

    @Test
    void splitsThatDisagreeAreNotClear() {
        double[] zeros = {0, 0, 0, 0, 0, 0};
        double[] high = {1, 1, 1, 1, 1, 1.1};
        // Mean 0.408 is above the 0.183 of all entries, but not above the 0.608 of the splits.
        double[] low = {-0.2, -0.2, -0.2, -0.2, -0.2, -0.2};
        assertThat(isClearlyWorse(high, low, zeros, zeros)).isFalse();
        // Mean 0.608 is above the 0.123 of all entries and the 0.408 of the splits.
        double[] middle = {0.2, 0.2, 0.2, 0.2, 0.2, 0.2};
        assertThat(isClearlyWorse(high, middle, zeros, zeros)).isTrue();
        // The splits agree by chance, the entries do not.
        double[] wild = {9, -8, 9, -8, 9, -8};
        assertThat(isClearlyWorse(wild, wild, zeros, zeros)).isFalse();
        // Splits that differ no more than entries do by chance: mean 0.5, 0.337 of all entries, 0.5 of the splits.
        double[] one = {2, 0, 2, 0, 2, 0};
        double[] none = {1, -1, 1, -1, 1, -1};
        assertThat(isClearlyWorse(one, none, zeros, zeros)).isTrue();
    }

    /// The losses of a fit of each rank, and the rule in words: the first rank that is not clearly worse.
    @Test
    void theSearchHasTheRankOfTheRule() {
        Noisy noisy = Noisy.matrix(16, 12, 2, 0.2, SMALLER_THAN_BEST);
        DecompositionSettings settings = settings(1, 40, 2);
        RankSearch search = RankSearch.of(noisy.tensor(), settings, null, FitProgress.SILENT);
        var losses = new ArrayList<List<double[]>>();
        for (RankSearch.Tried tried : search.tried()) {
            try (var fits = JointFits.splits(noisy.tensor(), settings.withRank(tried.rank()), List.of())) {
                fits.run(FitProgress.SILENT);
                losses.add(fits.heldOutLosses());
            }
        }
        int best = IntStream.range(0, losses.size())
                .boxed()
                .min(Comparator.comparingDouble(i -> search.tried().get(i).heldOut()))
                .orElseThrow();
        int first = 0;
        while (RankSearch.isClearlyWorse(losses.get(first), losses.get(best))) {
            first++;
        }
        assertThat(first).as("the data must tell the rule from the best rank").isLessThan(best);
        assertThat(search.best().rank()).isEqualTo(search.tried().get(first).rank());
    }

    @Test
    void theSmallestRankThatIsNotClearlyWorseIsChosen() {
        Noisy noisy = Noisy.matrix(16, 12, 2, 0.05, 1);
        RankSearch search = RankSearch.of(noisy.tensor(), settings(1, 50, 2), folder, FitProgress.SILENT);
        List<Integer> ranks =
                search.tried().stream().map(RankSearch.Tried::rank).toList();
        assertThat(ranks).startsWith(1, 2, 4);
        int best = IntStream.range(0, ranks.size())
                .boxed()
                .min((a, b) -> Double.compare(
                        search.tried().get(a).heldOut(), search.tried().get(b).heldOut()))
                .orElseThrow();
        assertThat(search.best().rank()).isBetween(2, ranks.get(best));
        // With its states it repeats nothing.
        RankSearch again = RankSearch.of(noisy.tensor(), settings(1, 50, 2), folder, step -> {
            throw new AssertionError("step");
        });
        assertThat(again.tried()).isEqualTo(search.tried());
        assertThat(again.best().reconstruction()).containsExactly(search.best().reconstruction());
    }

    @Test
    void aFitOfSeveralSplitsThatWasKilledContinuesBitByBit() throws IOException {
        DecompositionSettings settings = settings(3, 70, 2);
        Decomposition whole = Decomposition.fit(NOISY.tensor(), settings);
        for (int killed : new int[] {60, 100}) { // in the splits, in the refit
            Path states = Files.createDirectory(folder.resolve("killed-" + killed));
            int[] steps = {0};
            assertThatThrownBy(() -> Decomposition.fit(NOISY.tensor(), settings, states, step -> {
                        if (++steps[0] == killed) {
                            throw new IllegalStateException("killed");
                        }
                        return true;
                    }))
                    .hasMessage("killed");
            Decomposition continued = Decomposition.fit(NOISY.tensor(), settings, states, FitProgress.SILENT);
            assertThat(continued.reconstruction()).containsExactly(whole.reconstruction());
            assertThat(continued.heldOutLosses()).containsExactly(whole.heldOutLosses());
        }
    }

    @Test
    void aSearchThatIsStoppedEndsWithWhatItHas() {
        RankSearch search = RankSearch.of(NOISY.tensor(), settings(1, 20, 2), null, step -> step.step() < 3);
        assertThat(search.tried()).hasSize(1);
        assertThat(search.best().losses()).hasSize(3);
    }
}
