package org.fullrank.online;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two clusters along x, noise along y; consecutive samples come from one cluster. Facts of the published toy. */
class ToyTest {
    private static final int SAMPLES = 200_000;

    /** Runs a neuron through pairs of samples, each pair of one cluster. */
    private static LatentPredictive learn(LatentPredictive.Builder builder, double sigmaY) {
        double scale = Math.max(1, sigmaY * sigmaY);
        LatentPredictive rule = builder.learningRate(Schedule.inverse(0.01 / scale, SAMPLES / 4.0))
                .estimateRate(0.002)
                .seed(11)
                .build();
        Random random = new Random(5);
        for (int t = 0; t < SAMPLES; t++) {
            rule.update(sample(random, t / 2 % 2 == 0, sigmaY));
            if (t % 2 == 1) {
                rule.sequenceEnds();
            }
        }
        return rule;
    }

    private static float[] sample(Random random, boolean left, double sigmaY) {
        return new float[] {
            (float) ((left ? -1 : 1) + 0.1 * random.nextGaussian()), (float) (sigmaY * random.nextGaussian())
        };
    }

    private static double cosine(OnlineRule rule) {
        float[] w = rule.weights();
        return Math.abs(w[0]) / Math.hypot(w[0], w[1]);
    }

    private static LatentPredictive.Builder lpl() {
        return LatentPredictive.builder(2, 1)
                .pull(2)
                .hebbian(Push.LOG_VARIANCE, 2)
                .decay(0.15);
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.1, 1, 3, 10})
    void predictiveRuleFindsTheSlowFeatureWhateverTheNoise(double sigmaY) {
        assertThat(cosine(learn(lpl(), sigmaY))).isGreaterThan(0.99);
    }

    @Test
    void withoutPullTheNeuronFollowsTheLargerVariance() {
        assertThat(cosine(learn(lpl().pull(0), 0.1))).isGreaterThan(0.99);
        assertThat(cosine(learn(lpl().pull(0), 3))).isLessThan(0.1);
    }

    @Test
    void pullAloneSilencesTheNeuronWhereTheNoiseIsLarge() {
        LatentPredictive rule = learn(lpl().hebbian(Push.LOG_VARIANCE, 0), 1);
        assertThat(rule.monitor().health().meanStd()).isLessThan(0.01);
        assertThat(rule.alarm()).isEqualTo(Alarm.COLLAPSED);
    }

    @Test
    void hingeKeepsTheStandardDeviationAtOne() {
        LatentPredictive rule = learn(lpl().hebbian(Push.HINGE, 2).decay(0.015), 1);
        assertThat(cosine(rule)).isGreaterThan(0.99);
        assertThat(rule.monitor().health().meanStd()).isBetween(0.9, 1.05);
    }
}
