package org.fullrank.diagnose;

import static org.assertj.core.api.Assertions.assertThat;

import org.fullrank.diagnose.Verdict.Kind;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class VerdictTest {
    /// Foreign embeddings have no recipe, so their next step names no setting.
    @ParameterizedTest
    @EnumSource(Kind.class)
    void generalWordsNameNoSetting(Kind kind) {
        var verdict = new Verdict(kind, 0.9, "evidence", "raise method.objective.covariance");
        Verdict general = verdict.inGeneralWords();
        assertThat(general.evidence()).isEqualTo("evidence");
        assertThat(general.confidence()).isEqualTo(0.9);
        if (kind == Kind.HEALTHY) {
            assertThat(general).isEqualTo(verdict);
        } else {
            assertThat(general.next()).isNotEmpty().doesNotContain("method.", "views.", "optimizer.", "=");
        }
        if (kind.collapse()) { // somebody who has only the file can do something, or knows that nothing helps
            assertThat(general.next())
                    .containsAnyOf(
                            "with the file alone, ", "no change of the file", "subtract the mean of the embeddings");
        }
    }
}
