package org.fullrank.online;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A short form of the benchmark `StabilityBench`. */
class StabilityTest {
    @ParameterizedTest
    @EnumSource(RuleName.class)
    void weightsStayBoundedAndAConstantInputRaisesTheAlarm(RuleName name) {
        float[][] samples = Samples.slow(9, 10_000, 8, 0.7);
        OnlineRule rule = name.builder(8, 4).learningRate(0.002).build();
        for (int t = 0; t < 300_000; t++) {
            rule.update(samples[t % samples.length]);
            if (t % 1000 == 0 && name != RuleName.LOG_HEBB) {
                assertThat(rule.alarm()).as("after %d", t).isEqualTo(Alarm.NONE);
            }
        }
        assertBounded(rule);
        float[] constant = samples[0];
        for (int t = 0; t < 150_000; t++) {
            rule.update(constant);
        }
        assertBounded(rule);
        assertThat(rule.alarm()).isEqualTo(Alarm.CONSTANT_INPUT);
    }

    private static void assertBounded(OnlineRule rule) {
        for (float w : rule.weights()) {
            assertThat(Math.abs(w)).isLessThan(100);
        }
    }
}
