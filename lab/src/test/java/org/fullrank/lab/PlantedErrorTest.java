package org.fullrank.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// A claim that could not fail is not a claim: with an error in the dynamics, at least one of them does.
class PlantedErrorTest {
    record Planted(String error, Experiment experiment) {
        @Override
        public String toString() {
            return experiment.name() + ": " + error;
        }
    }

    static Stream<Planted> oja() {
        return Stream.of(
                new Planted("no decay", new Oja((w, batch, c, _) -> Oja.logVariance(w, batch, c, 0))),
                new Planted("anti-Hebbian", new Oja((w, batch, c, eta) -> Oja.logVariance(w, batch, -c, eta))),
                new Planted("twice the gain", new Oja((w, batch, c, eta) -> Oja.logVariance(w, batch, 2 * c, eta))));
    }

    @ParameterizedTest
    @MethodSource({"oja"})
    void aPlantedErrorMakesAClaimFail(Planted planted) {
        Outcome outcome = planted.experiment().run(new Setting(Setting.SEED, true, null));
        assertThat(outcome.count(Verdict.FAILS)).isPositive();
    }
}
