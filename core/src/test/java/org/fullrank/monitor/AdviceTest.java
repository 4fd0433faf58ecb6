package org.fullrank.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.fullrank.diagnose.Verdict;
import org.fullrank.diagnose.Verdict.Kind;
import org.fullrank.run.Recipes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AdviceTest {
    private static String next(String recipe, Kind kind, String... settings) {
        Verdict general = new Verdict(kind, 0.9, "evidence", "set method.objective.variance=25");
        return Advice.fit(general, Recipes.load(recipe, List.of(settings)).method())
                .next();
    }

    @ParameterizedTest
    @CsvSource({
        "small-byol, CONSTANT, method.regularizer.type=log-det-entropy",
        "small-byol, DIMENSIONAL, method.regularizer.type=log-det-entropy",
        "small-simsiam, NORM_VANISHING, method.regularizer.type=log-det-entropy",
        "shapes-vicreg, CONSTANT, raise method.objective.variance",
        "shapes-vicreg, DIMENSIONAL, raise method.objective.covariance",
        "small-nt-xent, CONSTANT, method.objective.type=vicreg",
        "small-lpl-local, CONSTANT, raise method.objective.push",
        "small-log-det, DIMENSIONAL, raise method.objective.entropy",
        "small-metric, CONSTANT, method.loss.type"
    })
    void theNextStepNamesSettingsOfTheMethod(String recipe, Kind kind, String setting) {
        assertThat(next(recipe, kind)).contains(setting);
    }

    /// A setting that is not of the method would be an unknown key.
    @Test
    void theAdviceForSelfDistillationCanBeSet() {
        assertThat(next("small-byol", Kind.CONSTANT)).doesNotContain("method.objective", "variance");
        String advised = "method.regularizer.type=log-det-entropy";
        assertThat(next("small-byol", Kind.CONSTANT, advised)).contains("raise method.weight");
    }

    @Test
    void aStepThatNamesNoLossStays() {
        Verdict blowUp = new Verdict(Kind.NORM_BLOW_UP, 0.9, "evidence", "lower optimizer.learningRate");
        assertThat(Advice.fit(blowUp, Recipes.load("small-byol", List.of()).method()))
                .isEqualTo(blowUp);
    }
}
