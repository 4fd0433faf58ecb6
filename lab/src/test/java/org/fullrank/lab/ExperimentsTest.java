package org.fullrank.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.fullrank.engine.InputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ExperimentsTest {
    static List<Experiment> experiments() {
        return Experiments.all();
    }

    @ParameterizedTest
    @MethodSource("experiments")
    void everyClaimHoldsWhenRunQuickly(Experiment experiment) {
        Outcome outcome = experiment.run(new Setting(Setting.SEED, true, null));
        assertThat(outcome.claims())
                .filteredOn(claim -> claim.verdict() == Verdict.FAILS)
                .isEmpty();
        assertThat(outcome.count(Verdict.UNDECIDABLE) > 0).isEqualTo(experiment.needsData());
    }

    @Test
    void anUnknownNameIsAnsweredWithTheNearest() {
        assertThat(Experiments.named("oja")).isInstanceOf(Oja.class);
        assertThatThrownBy(() -> Experiments.named("ojo"))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("did you mean oja?");
    }

    @Test
    void namesAreUnique() {
        assertThat(Experiments.all()).extracting(Experiment::name).doesNotHaveDuplicates();
    }
}
