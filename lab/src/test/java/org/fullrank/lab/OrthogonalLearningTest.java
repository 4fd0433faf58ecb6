package org.fullrank.lab;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.fullrank.engine.InputException;
import org.fullrank.linalg.OrthogonalUpdate;
import org.fullrank.linalg.RankSampler;
import org.junit.jupiter.api.Test;

class OrthogonalLearningTest {
    private static final OrthogonalLearning.Move ADDITION = (_, u, change) -> u.add_(change.product());

    private static final Setting QUICK = new Setting(Setting.SEED, true, null);

    @Test
    void everyClaimOfLearningCanFail() {
        PlantedErrors.assertThatEveryClaimCanFail(
                Map.of(
                        "ascent",
                                new OrthogonalLearning(
                                        (update, u, change) -> update.apply(u, change.times(-1)), RankSampler::sample),
                        "no way back to the orthogonal matrices", new OrthogonalLearning(ADDITION, RankSampler::sample),
                        "the other half of the gradient",
                                new OrthogonalLearning(
                                        OrthogonalUpdate::apply,
                                        (sampler, g, rank, random) ->
                                                sampler.sample(g.t().contiguous(), rank, random))),
                QUICK);
    }

    @Test
    void everyClaimOfScalingCanFail() {
        PlantedErrors.assertThatEveryClaimCanFail(
                Map.of(
                        "half a step", new ProjunnScaling((update, u, change) -> update.apply(u, change.times(0.5))),
                        "no way back to the orthogonal matrices", new ProjunnScaling(ADDITION)),
                QUICK);
    }

    @Test
    void aMistakeOfTheUserPassesThroughTheThreadOfScaling() {
        var scaling = new ProjunnScaling((_, _, _) -> {
            throw new InputException("update: found nothing, expected a change");
        });
        assertThatThrownBy(() -> scaling.run(new Setting(Setting.SEED, true, null)))
                .isInstanceOf(InputException.class)
                .hasMessage("update: found nothing, expected a change");
    }
}
