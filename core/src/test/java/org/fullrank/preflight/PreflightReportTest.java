package org.fullrank.preflight;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import org.fullrank.preflight.PreflightCheck.Finding;
import org.junit.jupiter.api.Test;

class PreflightReportTest {
    /// A check that was left out says nothing, so it is not fine.
    @Test
    void aCheckThatWasNotMadeIsIncomplete() {
        PreflightCheck fine = PreflightCheck.of("a", Finding.FINE, new LinkedHashMap<>(), "nothing to do");
        PreflightCheck left = PreflightCheck.leftOut("b", "a step takes too long");
        var report = new PreflightReport("recipe", "data", 1, 60, List.of(fine, left), List.of("a note", "another"));
        assertThat(report.finding()).isEqualTo(Finding.INCOMPLETE);
        assertThat(report.text())
                .startsWith("preflight of recipe on data: incomplete")
                .contains("incomplete b\n           not checked: a step takes too long")
                .endsWith("1 s in all; nothing was written\na note\nanother\n");
        assertThat(report.toMap()).containsEntry("notes", List.of("a note", "another"));
        assertThat(report.outlook())
                .isEqualTo(
                        "preflight of 1 s: nothing to change in 1 checks, not checked: b, training and evaluation take about 60 s");
        assertThat(report.findings()).isEmpty();
        PreflightCheck wrong = PreflightCheck.of("c", Finding.WRONG, new LinkedHashMap<>(), "it fails");
        var worse = new PreflightReport("recipe", "data", 1, 60, List.of(fine, left, wrong), List.of());
        assertThat(worse.finding()).isEqualTo(Finding.WRONG);
        assertThat(worse.outlook()).contains("1 of 2 checks found something, not checked: b");
    }

    @Test
    void aTimeIsTheMiddleOneOfSeveral() {
        assertThat(StepCost.median(List.of(9.0, 1.0, 2.0))).isEqualTo(2);
        assertThat(StepCost.median(List.of(9.0, 1.0, 2.0, 4.0))).isEqualTo(3);
        assertThat(StepCost.median(List.of(5.0))).isEqualTo(5);
    }
}
