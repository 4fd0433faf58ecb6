package org.fullrank.probe;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.fullrank.diagnose.PairwiseTest;
import org.junit.jupiter.api.Test;

class IndependenceTableTest {
    private static IndependenceTable.Row row(String network, double criterion) {
        var test = new PairwiseTest(8, 8, 0.02, criterion, 0.01, 0.01);
        return new IndependenceTable.Row(network, Place.REPRESENTATION, 9, test);
    }

    private static IndependenceTable of(IndependenceTable.Row... rows) {
        return new IndependenceTable(IndependenceProtocol.describe("abc", "train", 1000), List.of(rows), List.of());
    }

    @Test
    void theEncoderIsComparedWithTheUntrainedOneAboveChance() {
        assertThat(of(row(ProbeTable.ENCODER, 0.02), row(ProbeTable.UNTRAINED, 0.05))
                        .text())
                .contains("is 0.25 times that of the untrained encoder", "1000 items of the train split");
    }

    @Test
    void withoutBaselineOrDependenceThereIsNothingToCompare() {
        assertThat(of(row(ProbeTable.ENCODER, 0.02)).interpretation()).isEmpty();
        assertThat(of(row(ProbeTable.ENCODER, 0.02), row(ProbeTable.UNTRAINED, 0.01))
                        .interpretation())
                .isEmpty();
    }

    @Test
    void undefinedNumbersAreDashes() {
        var none = new PairwiseTest(1, 0, Double.NaN, Double.NaN, Double.NaN, Double.NaN);
        IndependenceTable found =
                of(new IndependenceTable.Row(ProbeTable.ENCODER, IndependenceTable.DIRECTIONS, 4, none));
        assertThat(found.table().lines().toList().getLast()).matches("encoder +random directions +4 +0 +- +- +- +-");
    }
}
