package org.fullrank.online;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class MergeTest {
    private static LatentPredictive still() {
        return LatentPredictive.builder(5, 3)
                .learningRate(0)
                .estimateRate(Schedule.inverse(1, 1))
                .build();
    }

    @Test
    void momentsOfUnchangedWeightsAreThoseOfTheWholeStream() throws IOException {
        float[][] samples = Samples.slow(1, 700, 5, 0.9);
        LatentPredictive whole = still();
        LatentPredictive first = still();
        LatentPredictive second = still();
        for (int t = 0; t < samples.length; t++) {
            whole.update(samples[t]);
            (t < 200 ? first : second).update(samples[t]);
        }
        first.merge(second);
        assertThat(first.samples()).isEqualTo(700);
        assertThat(first.weights()).containsExactly(whole.weights());
        // What the estimates are shows in the next factor of equal learners.
        float[] next = samples[0];
        whole.sequenceEnds();
        assertThat(moments(first, next)).containsExactly(moments(whole, next), within(1e-5f));
    }

    /** The push and decorrelation that a sample gets, with the estimates as they are. */
    private static float[] moments(LatentPredictive still, float[] x) throws IOException {
        LatentPredictive learning = LatentPredictive.builder(5, 3)
                .learningRate(1)
                .decay(0)
                .estimateRate(Schedule.inverse(1, 1))
                .build();
        var bytes = new ByteArrayOutputStream();
        still.writeEstimates(new DataOutputStream(bytes));
        learning.readEstimates(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));
        learning.learn(x);
        return learning.latestFactor().clone();
    }

    @Test
    void componentsLearnedOnTwoPartsAgreeAfterFlippingSigns() {
        float[][] samples = Samples.gaussian(4, 20_000, 4);
        for (float[] x : samples) {
            x[2] *= 3;
        }
        Oja first = Oja.builder(4, 1)
                .learningRate(Schedule.inverse(0.01, 1000))
                .weights(new float[] {0, 0, 0.1f, 0})
                .build();
        Oja second = Oja.builder(4, 1)
                .learningRate(Schedule.inverse(0.01, 1000))
                .weights(new float[] {0, 0, -0.1f, 0})
                .build();
        for (int t = 0; t < samples.length; t++) {
            (t % 2 == 0 ? first : second).update(samples[t]);
        }
        double apart = Math.max(off(first), off(second));
        assertThat(first.weights()[2]).isPositive();
        assertThat(second.weights()[2]).isNegative();
        first.merge(second);
        assertThat(first.weights()[2]).isCloseTo(1, within(0.01f));
        assertThat(off(first)).isLessThanOrEqualTo(apart);
    }

    @Test
    void standardizationsOfTwoPartsBecomeThatOfTheWhole() {
        float[][] samples = Samples.gaussian(6, 3000, 5);
        Standardized whole = Standardized.of(still());
        Standardized first = Standardized.of(still());
        Standardized second = Standardized.of(still());
        for (int t = 0; t < samples.length; t++) {
            whole.update(samples[t]);
            (t < 1000 ? first : second).update(samples[t]);
        }
        first.merge(second);
        assertThat(first.transform(samples[7])).containsExactly(whole.transform(samples[7]), within(1e-5f));
    }

    private static double off(OnlineRule rule) {
        float[] w = rule.weights();
        return Math.sqrt(w[0] * w[0] + w[1] * w[1] + w[3] * w[3]);
    }

    @Test
    void learnersThatDifferAreRefused() {
        OnlineRule rule = still();
        assertRefused(rule, Oja.builder(5, 3).build(), "learners: found Oja of 5 inputs");
        assertRefused(rule, LatentPredictive.builder(5, 2).build(), "learners: found LatentPredictive of 5 inputs");
        assertRefused(rule, LatentPredictive.builder(5, 3).build(), "learners: found LatentSettings[");
        assertRefused(rule, Stack.of(still()), "learners: found a stack and a layer");
        assertRefused(Standardized.of(still()), rule, "learners: found one that standardizes its input and one that");
        assertRefused(Stack.of(still()), rule, "learners: found other than a stack of 1 layers");
    }

    private static void assertRefused(OnlineRule rule, OnlineRule other, String start) {
        byte[] before = rule.toBytes();
        assertThatIllegalArgumentException().isThrownBy(() -> rule.merge(other)).withMessageStartingWith(start);
        assertThat(rule.toBytes()).isEqualTo(before);
    }
}
