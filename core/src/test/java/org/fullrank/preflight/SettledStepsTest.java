package org.fullrank.preflight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.fullrank.train.SmallTraining.recipe;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.bytedeco.pytorch.global.torch;
import org.fullrank.data.Dataset;
import org.fullrank.engine.FullrankException;
import org.fullrank.engine.JobException;
import org.fullrank.run.Recipe;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SettledStepsTest {
    private static final Consumer<FullrankException> NOTHING = e -> {};

    @TempDir
    Path folder;

    /// A process measures its first steps while Java still compiles them.
    @Test
    void stepsAreMeasuredUntilTheyAreNoLongerFaster() {
        var times = new ArrayDeque<>(List.of(1.0, 0.5, 0.48, 0.1));
        StepCost settled = Preflight.settled(step(6.4), () -> step(times.remove()), best -> true, NOTHING);
        assertThat(settled.stepSeconds()).isEqualTo(0.48);
        assertThat(times).containsExactly(0.1);

        var three = new ArrayDeque<>(List.of(3.0, 2.0, 1.0));
        assertThat(Preflight.settled(step(4), () -> step(three.remove()), best -> best.stepSeconds() > 2, NOTHING)
                        .stepSeconds())
                .isEqualTo(2);
        assertThat(three).containsExactly(1.0);
    }

    /// A warm process has time for larger steps, which may need more memory than there is.
    @Test
    void aMeasurementThatFailsLeavesTheOneBeforeAndIsReported() {
        List<String> failures = new ArrayList<>();
        StepCost settled = Preflight.settled(
                step(6.4),
                () -> {
                    throw new JobException("preflight: out of memory");
                },
                best -> true,
                e -> failures.add(e.getMessage()));
        assertThat(settled.stepSeconds()).isEqualTo(6.4);
        assertThat(failures).containsExactly("preflight: out of memory");
    }

    private static StepCost step(double seconds) {
        return new StepCost(seconds, true, 0, 0, 1000, 10);
    }

    /// Other processes may start or end during a preflight, so the threads are chosen before each measurement.
    @Test
    void threadsAreChosenBeforeEachMeasurement() throws IOException {
        Recipe recipe = recipe(folder, 3);
        var asked = new ArrayList<Integer>();
        try (Dataset data = Dataset.open(recipe.data())) {
            Preflight.within(recipe, data, Preflight.FULL_SECONDS, requested -> {
                asked.add(requested);
                return asked.size() == 1 ? 2 : 1;
            });
        }
        assertThat(asked).as("at the start, the steps twice, the sweep").hasSizeGreaterThanOrEqualTo(4);
        assertThat(asked).containsOnly(recipe.train().threads());
        assertThat(torch.get_num_threads()).isEqualTo(1);
    }
}
