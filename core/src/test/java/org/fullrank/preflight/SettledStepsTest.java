package org.fullrank.preflight;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.fullrank.engine.FullrankException;
import org.fullrank.engine.JobException;
import org.junit.jupiter.api.Test;

class SettledStepsTest {
    private static final Consumer<FullrankException> NOTHING = e -> {};

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
}
