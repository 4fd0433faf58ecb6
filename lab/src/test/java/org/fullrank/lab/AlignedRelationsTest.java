package org.fullrank.lab;

import java.util.Map;
import org.fullrank.spectral.SpectralObjective.BarlowTwins;
import org.junit.jupiter.api.Test;

class AlignedRelationsTest {
    private static Experiment with(ClosedFits.Mapped mapped) {
        return new AlignedRelations((input, aligned) -> (input == 0) != aligned, mapped);
    }

    @Test
    void everyClaimCanFail() {
        PlantedErrors.assertThatEveryClaimCanFail(
                Map.of(
                        "relations exchanged",
                                new AlignedRelations((input, aligned) -> (input == 0) == aligned, ClosedFits::map),
                        "no invariance",
                                with((form, relation, inputs, kernel) -> ClosedFits.map(
                                        SpectralFamilyTest.withoutGamma(form), relation, inputs, kernel)),
                        "one dimension",
                                with((form, relation, inputs, kernel) ->
                                        ClosedFits.map(form.withWidth(1), relation, inputs, kernel)),
                        "no whitening",
                                with((form, relation, inputs, kernel) -> ClosedFits.map(
                                        form.objective() instanceof BarlowTwins
                                                ? SpectralFamilyTest.with(form, new BarlowTwins(false))
                                                : form,
                                        relation,
                                        inputs,
                                        kernel))),
                new Setting(Setting.SEED, true, null));
    }
}
