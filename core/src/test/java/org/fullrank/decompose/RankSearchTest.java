package org.fullrank.decompose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Several splits of one tensor: their mean curve, the refit, and the choice of the rank.
class RankSearchTest {
    private static final Noisy NOISY = Noisy.matrix(24, 20, 2, 0.3, 1);

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

    @Test
    void aDifferenceAboveItsStandardErrorIsClear() {
        double[] b = {1, 2, 3, 4};
        assertThat(RankSearch.isClearlyWorse(new double[] {1.1, 2.1, 3.1, 4.1}, b))
                .isTrue(); // the spread of each is large, that of the pairs is 0
        // mean 0.25, deviation 0.5, standard error 0.25
        assertThat(RankSearch.isClearlyWorse(new double[] {2, 2, 3, 4}, b)).isFalse();
        // mean 0.5, deviation 0.577, standard error 0.289
        assertThat(RankSearch.isClearlyWorse(new double[] {2, 3, 3, 4}, b)).isTrue();
        assertThat(RankSearch.isClearlyWorse(new double[] {0, 0, 0, 0}, b)).isFalse();
    }

    @Test
    void theSmallestRankThatIsNotClearlyWorseIsChosen() {
        Noisy noisy = Noisy.matrix(16, 12, 2, 0.05, 4);
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
