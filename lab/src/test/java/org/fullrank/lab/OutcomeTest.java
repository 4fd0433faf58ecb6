package org.fullrank.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class OutcomeTest {
    private static final Claim HOLDS = Claim.of("two", 2, Expected.atLeast(1), "counted");
    private static final Claim FAILS = Claim.of("none", 0, Expected.atLeast(1), "counted");
    private static final Claim OPEN = Claim.undecidable("unknown", Expected.atLeast(1), "no data");

    private static Outcome outcome(boolean quick) {
        return new Outcome(List.of(HOLDS, FAILS, OPEN), ResultTable.of("count"), null)
                .decidedAtFullSize(new Setting(1, quick, null));
    }

    @Test
    void aQuickRunMeasuresWhatOnlyTheFullSizeDecides() {
        assertThat(outcome(true).claims()).extracting(Claim::verdict).containsOnly(ClaimVerdict.UNDECIDABLE);
        assertThat(outcome(true).claims()).extracting(Claim::measured).containsExactly(2.0, 0.0, null);
        assertThat(outcome(true).claims().getFirst().reason())
                .isEqualTo("counted; needs the full size, leave out --quick");
        assertThat(outcome(true).claims().getLast()).isEqualTo(OPEN);
    }

    @Test
    void theFullSizeDecides() {
        assertThat(outcome(false).claims()).containsExactly(HOLDS, FAILS, OPEN);
    }
}
