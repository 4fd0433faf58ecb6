package org.fullrank.online;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class PrincipalComponentsTest {
    /** Standard deviations along the axes: the five of the specification's check. */
    private static final double[] STDS = {2, 1.5, 1, 0.5, 0.2};

    private static void learn(OnlineRule rule, long seed, int samples) {
        Random random = new Random(seed);
        float[] x = new float[STDS.length];
        for (int t = 0; t < samples; t++) {
            for (int j = 0; j < x.length; j++) {
                x[j] = (float) (STDS[j] * random.nextGaussian());
            }
            rule.update(x);
            rule.sequenceEnds();
        }
    }

    private static double norm(float[] w, int unit) {
        double sum = 0;
        for (int j = 0; j < STDS.length; j++) {
            sum += Math.pow(w[unit * STDS.length + j], 2);
        }
        return Math.sqrt(sum);
    }

    private static double cosine(float[] w, int unit, int axis) {
        return Math.abs(w[unit * STDS.length + axis]) / norm(w, unit);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void ojaReachesTheFirstComponentWithNormOne(long seed) {
        Oja rule = Oja.builder(STDS.length, 1)
                .learningRate(Schedule.inverse(0.01, 500))
                .seed(seed)
                .build();
        learn(rule, seed, 300_000);
        assertThat(cosine(rule.weights(), 0, 0)).isGreaterThan(0.9999);
        assertThat(norm(rule.weights(), 0)).isCloseTo(1, within(0.002));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void logVarianceHebbReachesTheFixedPointOfOjaWhenDecayEqualsPush(long seed) {
        LatentPredictive rule = LatentPredictive.logVarianceHebb(STDS.length, 1)
                .decay(1)
                .learningRate(Schedule.inverse(0.02, 1000))
                .estimateRate(Schedule.inverse(0.05, 500))
                .seed(seed)
                .build();
        learn(rule, seed, 1_000_000);
        assertThat(cosine(rule.weights(), 0, 0)).isGreaterThan(0.9999);
        assertThat(norm(rule.weights(), 0)).isCloseTo(1, within(0.01));
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.15, 0.6})
    void logVarianceWeightsSettleAtTheRootOfTwoOverDecay(double decay) {
        LatentPredictive rule = LatentPredictive.logVarianceHebb(STDS.length, 1)
                .hebbian(Push.LOG_VARIANCE, 2)
                .decay(decay)
                .learningRate(Schedule.inverse(0.02, 1000))
                .estimateRate(Schedule.inverse(0.05, 200))
                .build();
        learn(rule, 4, 300_000);
        assertThat(norm(rule.weights(), 0)).isCloseTo(Math.sqrt(2 / decay), within(0.02 * Math.sqrt(2 / decay)));
    }

    @Test
    void sangerFindsTheComponentsInOrder() {
        Sanger rule = Sanger.builder(STDS.length, 3)
                .learningRate(Schedule.inverse(0.01, 5000))
                .build();
        learn(rule, 6, 300_000);
        for (int unit = 0; unit < 3; unit++) {
            assertThat(cosine(rule.weights(), unit, unit)).isGreaterThan(0.999);
            assertThat(norm(rule.weights(), unit)).isCloseTo(1, within(0.01));
        }
    }

    @Test
    void ojaWithSeveralUnitsFindsAnOrthonormalBasisOfTheSubspace() {
        Oja rule = Oja.builder(STDS.length, 2)
                .learningRate(Schedule.inverse(0.01, 5000))
                .build();
        learn(rule, 7, 300_000);
        float[] w = rule.weights();
        double product = 0;
        for (int unit = 0; unit < 2; unit++) {
            double within = Math.hypot(w[unit * 5], w[unit * 5 + 1]) / norm(w, unit);
            assertThat(within).isGreaterThan(0.999);
            assertThat(norm(w, unit)).isCloseTo(1, within(0.01));
        }
        for (int j = 0; j < 5; j++) {
            product += w[j] * w[5 + j];
        }
        assertThat(product).isCloseTo(0, within(0.01));
    }

    /** The formulas of one step, in float64. */
    @ParameterizedTest
    @EnumSource(
            value = RuleName.class,
            names = {"OJA", "SANGER"})
    void oneStepFollowsTheFormula(RuleName name) {
        for (float[] x : Samples.gaussian(8, 20, 6)) {
            OnlineRule rule = name.builder(6, 3).learningRate(0.05).seed(2).build();
            double[][] w = NaiveRule.weights(rule);
            double[] z = NaiveRule.response(w, x);
            rule.update(x);
            double[][] after = NaiveRule.weights(rule);
            for (int i = 0; i < 3; i++) {
                for (int j = 0; j < 6; j++) {
                    double rest = x[j];
                    for (int k = 0; k < (name == RuleName.SANGER ? i + 1 : 3); k++) {
                        rest -= z[k] * w[k][j];
                    }
                    assertThat(after[i][j]).isCloseTo(w[i][j] + 0.05 * z[i] * rest, within(1e-6));
                }
            }
        }
    }
}
