package org.fullrank.diagnose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;
import org.fullrank.diagnose.Verdict.Kind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The figures that decide between health and dimensional collapse are in the table, and the verdict says what
/// they are.
class KneeTest {
    private static final String RULE =
            " of the variance (a knee is a drop of more than 8 times with less than 5 % after it)";

    /// Three directions with noise in all of 64 dimensions.
    private static Rows threeDirections(double noise) {
        return Rows.ofRank(1, 3, 500, 64).plus(Rows.gaussian(9, 500, 64).scaled(noise));
    }

    private static Reading reading(Diagnosis diagnosis, Measure measure) {
        return Objects.requireNonNull(diagnosis.reading(measure));
    }

    @ParameterizedTest
    @CsvSource({"0.01,true", "0.1,true", "0.5,false"})
    void theKneeIsOutOfRangeIfItIsTheVerdict(double noise, boolean collapsed) {
        Diagnosis found = threeDirections(noise).examined();
        assertThat(found.isCollapse()).isEqualTo(collapsed);
        assertThat(found.verdict().evidence()).contains(RULE);
        Reading knee = reading(found, Measure.KNEE);
        Reading rest = reading(found, Measure.KNEE_REST);
        assertThat(knee.value()).isGreaterThan(8);
        assertThat(knee.isOutOfRange()).isEqualTo(collapsed);
        assertThat(rest.isOutOfRange()).isEqualTo(collapsed);
        assertThat(knee.toMap()).containsEntry("ok", !collapsed);
        assertThat(knee.toMap().get("high")).isEqualTo(collapsed ? 8.0 : null);
        assertThat(rest.toMap()).containsEntry("ok", !collapsed).containsEntry("low", 0.05);
        assertThat(DiagnosisText.brief(found)).contains(collapsed ? "\n! knee  " : "\n  knee  ");
        assertThat(FailCondition.parse("knee>8").failure(found)).isPresent();
        assertThat(FailCondition.parse("knee.rest<0.9").failure(found)).isPresent();
        assertThat(found.verdict().evidence()).contains(String.format(Locale.ROOT, "%.3g times", knee.value()));
    }

    @Test
    void theKneeIsTheLargestRatioInTheFirstHalf() {
        Diagnosis found = threeDirections(0.5).examined();
        double[] s = found.plots().singularValues();
        int at = 0;
        for (int k = 0; k < 32; k++) { // the ratio of directions 32 and 33 is the last one
            at = s[k] / s[k + 1] > s[at] / s[at + 1] ? k : at;
        }
        assertThat(at).isEqualTo(2);
        assertThat(reading(found, Measure.KNEE).value()).isCloseTo(s[2] / s[3], withinPercentage(1e-6));
        double total = Arrays.stream(s).map(x -> x * x).sum();
        double rest = Arrays.stream(s).skip(3).map(x -> x * x).sum() / total;
        assertThat(reading(found, Measure.KNEE_REST).value()).isCloseTo(rest, within(1e-9));
    }

    @Test
    void withoutAKneeTheLimitIsThatOfTheKnee() {
        Diagnosis found = Rows.gaussian(1, 500, 16).examined();
        assertThat(found.verdict().evidence())
                .contains(RULE)
                .doesNotContain("outlying")
                .doesNotContain("as they are");
        assertThat(reading(found, Measure.KNEE).toMap())
                .containsEntry("high", 8.0)
                .containsEntry("ok", true);
        assertThat(reading(found, Measure.KNEE_REST).toMap())
                .containsEntry("ok", true)
                .doesNotContainKey("low");
        assertThat(reading(found, Measure.KNEE_REST).healthy()).isEqualTo("any");
    }

    /// One far row has nearly all the variance, so the verdict rests on pulled-in rows and the table does not.
    @Test
    void aVerdictOnPulledInRowsAlsoSaysTheFiguresOfTheTable() {
        Diagnosis found = Rows.gaussian(1, 500, 64)
                .each((value, row, column) -> row == 7 ? 1000 * value : value)
                .examined();
        assertThat(found.verdict().kind()).isEqualTo(Kind.HEALTHY);
        double rank = reading(found, Measure.EFFECTIVE_RANK).value();
        assertThat(rank).isLessThan(2);
        assertThat(found.verdict().evidence())
                .startsWith("with the outlying rows pulled in: effective rank 59.5 of 64;")
                .containsOnlyOnce(RULE)
                .contains(String.format(Locale.ROOT, "with the rows as they are: effective rank %.1f of 64;", rank))
                .contains(String.format(
                        Locale.ROOT,
                        "; the mean is %.0f %% of the squared length;",
                        100 * reading(found, Measure.OFFSET).value()));
    }
}
