package org.fullrank.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.fullrank.run.Recipe;
import org.fullrank.run.Recipes;
import org.junit.jupiter.api.Test;

class ShortRunTest {
    private static Recipe recipe(String... settings) throws IOException {
        return Recipes.load("small-vicreg", List.of(settings));
    }

    @Test
    void aRunOfFewStepsIsTooShortForBatchNorms() throws IOException {
        Recipe recipe = recipe();
        assertThat(ShortRun.warnings(recipe, 2, 19, true))
                .singleElement()
                .asString()
                .startsWith("warning: a run of 19 steps is too short for the running statistics of batch norms")
                .contains("20 steps settle them");
        assertThat(ShortRun.warnings(recipe, 2, 20, true)).isEmpty();
    }

    @Test
    void aNetworkThatStartsFromARunHasSettledStatistics() throws IOException {
        assertThat(ShortRun.warnings(recipe(), 2, 19, false)).isEmpty();
    }

    @Test
    void withoutBatchNormsNothingSettles() throws IOException {
        Recipe plain = recipe(
                "encoder={type: mlp, widths: [8, 4], batchNorm: false}",
                "method.projector={widths: [8, 4], batchNorm: false}");
        assertThat(ShortRun.warnings(plain, 2, 4, true)).isEmpty();
    }

    @Test
    void aWarmupOfTheWholeRunNamesAShorterOne() throws IOException {
        Recipe recipe = recipe("schedule.warmupEpochs=10");
        assertThat(ShortRun.warnings(recipe, 10, 100, true))
                .singleElement()
                .asString()
                .startsWith("warning: the warm-up of 100 steps covers the whole run of 100 steps")
                .contains("use --set schedule.warmupEpochs=1.0");
        assertThat(ShortRun.warnings(recipe, 10, 101, true)).isEmpty();
    }
}
