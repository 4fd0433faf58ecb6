package org.fullrank.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Keyed;
import org.junit.jupiter.api.Test;

class ScheduleSpecTest {
    private static final long PER_EPOCH = 10;
    private static final long TOTAL = 100;

    private static double rate(ScheduleSpec schedule, long step) {
        return schedule.rate(0.3, 256, step, PER_EPOCH, TOTAL);
    }

    @Test
    void theWarmUpRisesInEqualStepsToTheBaseRate() {
        var schedule = new ScheduleSpec.Cosine(2, 0.001, true);
        double first = rate(schedule, 0);
        assertThat(first).isCloseTo(0.3 / 21, within(1e-15));
        for (int step = 1; step <= 20; step++) {
            assertThat(rate(schedule, step) - rate(schedule, step - 1)).isCloseTo(first, within(1e-12));
        }
        assertThat(rate(schedule, 20)).isCloseTo(0.3, within(1e-15));
    }

    @Test
    void theShorterWarmUpTakesATenthOfTheRun() {
        assertThat(new ScheduleSpec.Cosine(20, 0.001, true).warmup(PER_EPOCH)).isEqualTo(200);
        assertThat(new ScheduleSpec.Cosine(20, 0.001, true).shorterWarmup(PER_EPOCH, TOTAL))
                .isEqualTo("warmupEpochs=1.0");
        assertThat(new ScheduleSpec.Step(500, List.of(), 0.2, false).warmup(PER_EPOCH))
                .isEqualTo(500);
        assertThat(new ScheduleSpec.Step(500, List.of(), 0.2, false).shorterWarmup(PER_EPOCH, TOTAL))
                .isEqualTo("warmupSteps=10");
    }

    @Test
    void afterTheWarmUpTheRateFollowsACosine() {
        var schedule = new ScheduleSpec.Cosine(2, 0.001, true);
        for (int step = 20; step < TOTAL; step++) {
            double q = 0.5 * (1 + Math.cos(Math.PI * (step - 20) / 80.0));
            assertThat(rate(schedule, step)).isCloseTo(0.3 * q + 0.001 * 0.3 * (1 - q), within(1e-12));
        }
        assertThat(rate(schedule, 60)).isCloseTo(0.3 * (0.5 + 0.001 * 0.5), within(1e-12));
        assertThat(rate(schedule, TOTAL)).isCloseTo(0.3 * 0.001, within(1e-12));
    }

    @Test
    void withoutWarmUpTheFirstStepHasTheBaseRate() {
        assertThat(rate(new ScheduleSpec.Cosine(0, 0, true), 0)).isEqualTo(0.3);
    }

    @Test
    void aFinalShareOfOneKeepsTheRate() {
        var schedule = new ScheduleSpec.Cosine(0, 1, true);
        for (int step = 0; step < TOTAL; step++) {
            assertThat(rate(schedule, step)).isCloseTo(0.3, within(1e-12));
        }
    }

    @Test
    void thePeakIsTheBaseRateScaledByTheBatch() {
        var random = Keyed.of(1);
        for (int i = 0; i < 200; i++) {
            int batch = random.nextInt(2, 5000);
            long perEpoch = random.nextInt(1, 50);
            long total = perEpoch * random.nextInt(3, 40);
            double base = Math.exp(random.nextDouble(-8, 2));
            boolean scaled = random.nextBoolean();
            var schedule = new ScheduleSpec.Cosine(random.nextInt(0, 3), random.nextDouble(), scaled);
            double peak = 0;
            for (long step = 0; step < total; step++) {
                double rate = schedule.rate(base, batch, step, perEpoch, total);
                assertThat(rate).isPositive().isFinite();
                peak = Math.max(peak, rate);
            }
            double expected = scaled ? base * batch / 256 : base;
            assertThat(peak).isCloseTo(expected, within(1e-9 * expected));
        }
    }

    @Test
    void aWarmUpLongerThanTheTrainingNeverPassesTheBaseRate() {
        var schedule = new ScheduleSpec.Cosine(1000, 0.001, true);
        for (int step = 0; step < TOTAL; step++) {
            assertThat(rate(schedule, step)).isPositive().isLessThanOrEqualTo(0.3);
        }
    }

    /// The loop of the official W-MSE code: the rate of a step before the epoch's end, where a scheduler
    /// multiplies it.
    @Test
    void stepsFallAtTheirEpochsBeforeTheEnd() {
        var schedule = new ScheduleSpec.Step(15, List.of(4, 2), 0.2, false);
        double expected = 0.3;
        for (int epoch = 0; epoch < 10; epoch++) {
            for (int i = 0; i < PER_EPOCH; i++) {
                int step = (int) (epoch * PER_EPOCH) + i;
                double warm = step < 15 ? (step + 1) / 15.0 : 1;
                assertThat(rate(schedule, step)).as("step %d", step).isCloseTo(warm * expected, within(1e-15));
            }
            if (epoch + 1 == 10 - 4 || epoch + 1 == 10 - 2) {
                expected *= 0.2;
            }
        }
        assertThat(rate(schedule, TOTAL - 1)).isCloseTo(0.3 * 0.04, within(1e-15));
    }

    @Test
    void stepsWithoutFallsKeepTheRate() {
        var schedule = new ScheduleSpec.Step(0, List.of(), 0.2, true);
        assertThat(schedule.rate(0.3, 128, 0, PER_EPOCH, TOTAL)).isEqualTo(0.15);
        assertThat(schedule.rate(0.3, 128, TOTAL - 1, PER_EPOCH, TOTAL)).isEqualTo(0.15);
        schedule.requireEpochs(1);
    }

    @Test
    void aTrainingShorterThanTheFirstFallIsRefused() {
        ScheduleSpec schedule = ScheduleSpec.Step.defaults();
        schedule.requireEpochs(51);
        assertThatThrownBy(() -> schedule.requireEpochs(50))
                .isInstanceOf(InputException.class)
                .hasMessage("schedule.drops: found a drop of the rate 50 epochs before the end of a training of 50,"
                        + " expected one after its start; set schedule.drops or raise train.epochs");
    }

    @Test
    void impossibleStepsAreRefused() {
        assertThatThrownBy(() -> new ScheduleSpec.Step(-1, List.of(), 0.2, false))
                .isInstanceOf(InputException.class)
                .hasMessage("warmupSteps: found -1, expected 0 or more steps");
        for (List<Integer> drops : List.of(List.of(0), List.of(25, 50), List.of(50, 50), List.of(50, -1))) {
            assertThatThrownBy(() -> new ScheduleSpec.Step(0, drops, 0.2, false))
                    .isInstanceOf(InputException.class)
                    .hasMessageStartingWith("drops: found " + drops);
        }
        for (double factor : new double[] {0, 1.5, Double.NaN}) {
            assertThatThrownBy(() -> new ScheduleSpec.Step(0, List.of(), factor, false))
                    .isInstanceOf(InputException.class)
                    .hasMessageStartingWith("factor: found " + factor);
        }
    }

    @Test
    void impossibleNumbersAreRefused() {
        assertThatThrownBy(() -> new ScheduleSpec.Cosine(-1, 0, true))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("warmupEpochs: found -1.0");
        assertThatThrownBy(() -> new ScheduleSpec.Cosine(0, 1.5, true))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("finalShare: found 1.5");
        assertThatThrownBy(() -> new ScheduleSpec.Cosine(Double.NaN, 0, true)).isInstanceOf(InputException.class);
    }
}
