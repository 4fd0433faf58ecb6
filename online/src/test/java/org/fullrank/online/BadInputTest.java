package org.fullrank.online;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class BadInputTest {
    @ParameterizedTest
    @EnumSource(RuleName.class)
    void aSampleThatIsNotFiniteIsRefusedAndChangesNothing(RuleName name) {
        for (int at = 0; at < 7; at++) {
            for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
                OnlineRule rule = name.builder(7, 2).build();
                rule.update(new float[] {1, 2, 3, 4, 5, 6, 7});
                byte[] before = rule.toBytes();
                float[] x = {-3, 0, 1e30f, -0f, 2, 1, 1};
                x[at] = bad;
                String start = "sample: found " + bad + " at position " + (at + 1) + ", expected finite numbers;";
                assertRefused(start, () -> rule.update(x));
                assertRefused(start, () -> rule.transform(x));
                assertThat(rule.toBytes()).isEqualTo(before);
            }
        }
    }

    @Test
    void aSampleOfAnotherWidthIsRefused() {
        OnlineRule rule = LatentPredictive.builder(3, 2).build();
        assertRefused("sample: found 2 values, expected 3 as in the rule;", () -> rule.update(new float[2]));
        assertRefused("sample: found 4 values, expected 3 as in the rule;", () -> rule.transform(new float[4]));
    }

    @Test
    void aRateFarTooHighEndsInAnErrorAndNotInNaN() {
        Oja rule = Oja.builder(2, 1).learningRate(1e6).build();
        float[] x = {1, 2};
        assertThatIllegalStateException()
                .isThrownBy(() -> {
                    for (int t = 0; t < 100; t++) {
                        rule.update(x);
                    }
                })
                .withMessageStartingWith("rule: found features that are not finite after ")
                .withMessageNotContaining("\n");
    }

    /** A wrong setting and the beginning of its refusal. */
    record Wrong(String start, ThrowingCallable call) {}

    static List<Wrong> wrongSettings() {
        return List.of(
                new Wrong("rule: found 0 inputs and 2 units", () -> LatentPredictive.builder(0, 2)),
                new Wrong("rule: found 2 inputs and -1 units", () -> Oja.builder(2, -1)),
                new Wrong("rule: found 100000 inputs and 100000 units", () -> Oja.builder(100_000, 100_000)),
                new Wrong(
                        "constant schedule: found rate -1.0",
                        () -> Oja.builder(2, 1).learningRate(-1)),
                new Wrong("constant schedule: found rate NaN", () -> Schedule.constant(Double.NaN)),
                new Wrong("inverse schedule: halving: found 0.0", () -> Schedule.inverse(1, 0)),
                new Wrong("cosine schedule: found a warm-up of 5 and a total of 5", () -> Schedule.cosine(1, 5, 5)),
                new Wrong("pull: found rate -1.0", () -> builder().pull(-1).build()),
                new Wrong("epsilon: found 0.0", () -> builder().epsilon(0).build()),
                new Wrong(
                        "estimate rate: found 1.5",
                        () -> builder().estimateRate(1.5).build()),
                new Wrong(
                        "decay: found learning rate 0.5 times decay 3.0",
                        () -> builder().decay(3).learningRate(0.5).build()),
                new Wrong(
                        "weights: found 3 values, expected 2 units of 4",
                        () -> builder().weights(new float[3]).build()),
                new Wrong(
                        "weights: found NaN in unit 0",
                        () -> Oja.builder(1, 1).weights(new float[] {Float.NaN}).build()),
                new Wrong("monitor: found a share of silent units of 0.0", () -> new Limits(0, 0, 0, 1, 0)),
                new Wrong("stack: found no layer", Stack::of),
                new Wrong(
                        "stack: found 4 inputs in layer 2, expected 2",
                        () -> Stack.of(builder().build(), builder().build())),
                new Wrong("rule: found lp, expected one of lpl, vicreg-hinge, ", () -> RuleName.of("lp")));
    }

    private static LatentPredictive.Builder builder() {
        return LatentPredictive.builder(4, 2);
    }

    @ParameterizedTest
    @MethodSource("wrongSettings")
    void wrongSettingsAreRefusedInOneLine(Wrong wrong) {
        assertRefused(wrong.start, wrong.call);
    }

    @ParameterizedTest
    @ValueSource(strings = {"lpl", "vicreg-hinge", "vicreg-log", "log-hebb", "oja", "sanger"})
    void everyRuleHasItsName(String label) {
        assertThat(RuleName.of(label).label()).isEqualTo(label);
        assertThat(RuleName.of(label).builder(3, 2).build().units()).isEqualTo(2);
    }

    private static void assertRefused(String start, ThrowingCallable call) {
        assertThatIllegalArgumentException()
                .isThrownBy(call)
                .withMessageStartingWith(start)
                .withMessageContaining("; ")
                .withMessageNotContaining("\n");
    }
}
