package org.fullrank.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LabelFreeTest {
    private static LabelFree.Row row(long step, double rankMe, double lidar, double alpha, @Nullable Accuracy knn) {
        var measures = new LabelFree.Measures(rankMe, lidar, alpha);
        return new LabelFree.Row("step-%08d".formatted(step), step, measures, measures, knn);
    }

    private static LabelFree of(LabelFree.Row... rows) {
        return new LabelFree(LabelFree.describe("abc", "train", 2000, rows[0].knn() != null), List.of(rows));
    }

    private static LabelFree.Choice choice(LabelFree found, String measure) {
        return found.choices().stream()
                .filter(c -> c.measure().equals(measure + " of the representation"))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void ranksAndLidarChooseTheLargestAndAlphaTheNearestToOne() {
        LabelFree found = of(
                row(10, 30, 9, 2.0, new Accuracy(50, 100)),
                row(20, 40, 5, 1.2, new Accuracy(60, 100)),
                row(30, 35, 7, 0.5, new Accuracy(70, 100)));
        assertThat(choice(found, "RankMe").chosen()).isEqualTo(found.rows().get(1));
        assertThat(choice(found, "LiDAR").chosen()).isEqualTo(found.rows().get(0));
        assertThat(choice(found, "alpha").chosen()).isEqualTo(found.rows().get(1));
        assertThat(found.table())
                .contains("RankMe of the representation would choose step 20: kNN 60.0 %, the best has 70.0 %; Spearman"
                        + " with kNN 0.50 (n = 3)");
    }

    @Test
    void spearmanIsThePearsonCorrelationOfRanks() {
        // 1 - 6 sum d^2 / (n (n^2 - 1)) without ties: d = 0, 1, -1, 0, so 1 - 12 / 60.
        LabelFree found = of(
                row(1, 1, 4, 1, new Accuracy(10, 100)),
                row(2, 3, 3, 1, new Accuracy(20, 100)),
                row(3, 2, 2, 1, new Accuracy(30, 100)),
                row(4, 9, 1, 1, new Accuracy(40, 100)));
        assertThat(choice(found, "RankMe").spearman()).isCloseTo(0.8, within(1e-12));
        assertThat(choice(found, "LiDAR").spearman()).isCloseTo(-1, within(1e-12));
        assertThat(choice(found, "alpha").spearman()).isNaN(); // it does not change
    }

    @Test
    void theProtocolSaysWhichEigenvaluesAlphaIsFittedTo() {
        assertThat(LabelFree.describe("abc", "train", 2000, false).text())
                .contains("ranks 10 to half of them, at most 100, or all where they are fewer than 38");
    }

    @Test
    void equalValuesShareTheirRank() {
        assertThat(LabelFree.ranks(new double[] {5, 1, 5, 3})).containsExactly(3.5, 1, 3.5, 2);
    }

    @Test
    void twoCheckpointsHaveNoCorrelation() {
        LabelFree found = of(row(1, 1, 4, 1, new Accuracy(1, 9)), row(2, 3, 3, 1, new Accuracy(2, 9)));
        assertThat(choice(found, "RankMe").spearman()).isNaN();
        assertThat(found.table()).contains("Spearman with kNN - (n = 2)");
    }

    @Test
    void withoutLabelsThereIsAChoiceAndNoJudgment() {
        LabelFree found = of(row(1, 1, 4, Double.NaN, null), row(2, 3, 3, Double.NaN, null));
        assertThat(choice(found, "alpha").chosen()).isNull();
        assertThat(found.table())
                .contains(
                        "RankMe of the representation would choose step 2\n",
                        "alpha of the representation chooses nothing")
                .doesNotContain("Spearman");
    }

    @Test
    void oneCheckpointSaysHowToKeepMore() {
        assertThat(of(row(1, 1, 4, 1, null)).table()).contains("keep more with checkpoints.keepLast");
    }
}
