package org.fullrank.diagnose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.fullrank.engine.InputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FailConditionTest {
    private static Diagnosis diagnosis(double share) {
        return new Diagnosis(
                "a & <b>\u0001",
                10,
                4,
                List.of(new Verdict(Verdict.Kind.HEALTHY, 1, "no fault", "nothing")),
                List.of(new Section("ranks", List.of(Reading.of(Measure.RANKME_SHARE, share)))),
                new Diagnosis.Plots(new double[0], new double[0], new double[0], new double[0]),
                List.of(),
                List.of());
    }

    private static boolean fails(String condition, double share) {
        return FailCondition.parse(condition).failure(diagnosis(share)).isPresent();
    }

    @Test
    void aFigureFailsBeyondItsBound() {
        assertThat(fails("rankme.share<0.2", 0.19)).isTrue();
        assertThat(fails("rankme.share<0.2", 0.2)).isFalse();
        assertThat(fails(" rankme.share > 2e-1 ", 0.3)).isTrue();
        assertThat(fails("rankme.share>0.2", 0.2)).isFalse();
        assertThat(fails("rankme.share>0.2", Double.NaN)).as("undefined").isTrue();
        assertThat(fails("Collapse", 0.1)).isFalse();
    }

    @Test
    void aCollapseFailsWithItsEvidence() {
        Diagnosis collapsed =
                diagnosis(1).with(new Verdict(Verdict.Kind.CONSTANT, 0.9, "all rows are equal", "make them differ"));
        assertThat(FailCondition.COLLAPSE.failure(collapsed)).contains("constant collapse: all rows are equal");
    }

    @Test
    void aFigureThatWasNotMeasuredIsRefused() {
        assertThatThrownBy(() -> fails("std<1", 1))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("found no std among the figures of a & <b>");
        String xml = JUnitReport.xml(
                List.of(diagnosis(0.1)),
                List.of(FailCondition.parse("std<1"), FailCondition.parse("rankme.share<0.2"), FailCondition.COLLAPSE));
        assertThat(xml)
                .contains("tests=\"3\" failures=\"1\" errors=\"1\"")
                .containsOnlyOnce("<error message=\"--fail-on std&lt;1: found no std among the figures")
                .containsOnlyOnce("<failure message=\"rankme.share is 0.1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"rankme.share", "rankme.share=1", "rank<1", "std<x", "std<NaN", "std<Infinity", "", "std<<1"})
    void otherTextIsRefused(String text) {
        assertThatThrownBy(() -> FailCondition.parse(text))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith("--fail-on");
    }

    @Test
    void aJUnitFileHasACaseForEachCriterion() {
        List<FailCondition> conditions = List.of(FailCondition.COLLAPSE, FailCondition.parse("rankme.share<0.5"));
        assertThat(JUnitReport.xml(List.of(diagnosis(0.25)), conditions))
                .isEqualTo("<?xml version=\"1.0\" encoding=\"UTF-8\"?><testsuites>"
                        + "<testsuite name=\"a &amp; &lt;b&gt;?\" tests=\"2\" failures=\"1\" errors=\"0\" skipped=\"0\">"
                        + "<testcase classname=\"a &amp; &lt;b&gt;?\" name=\"collapse\"></testcase>"
                        + "<testcase classname=\"a &amp; &lt;b&gt;?\" name=\"rankme.share&lt;0.5\">"
                        + "<failure message=\"rankme.share is 0.250000\"></failure></testcase>"
                        + "</testsuite></testsuites>\n");
    }

    @Test
    void undefinedFiguresAreNullInJson() {
        assertThat(Reading.of(Measure.RANKME_SHARE, Double.NaN).toMap())
                .containsEntry("value", null)
                .containsEntry("lower", null)
                .containsEntry("upper", null);
    }
}
