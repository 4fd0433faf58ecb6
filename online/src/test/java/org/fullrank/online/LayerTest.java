package org.fullrank.online;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class LayerTest {
    @Test
    void transformLearnsNothingAndGivesWhatUpdateGives() {
        LatentPredictive rule = LatentPredictive.builder(9, 4)
                .activation(Activation.TANH)
                .learningRate(0.1)
                .build();
        for (float[] x : Samples.gaussian(1, 50, 9)) {
            byte[] before = rule.toBytes();
            float[] z = rule.transform(x).clone();
            assertThat(rule.toBytes()).isEqualTo(before);
            assertThat(rule.update(x)).containsExactly(z).isSameAs(rule.transform(x));
        }
    }

    @Test
    void theFirstSampleOfASequenceIsNotPulled() {
        LatentPredictive pulled = LatentPredictive.builder(3, 1)
                .hebbian(Push.HINGE, 0)
                .decay(0)
                .learningRate(0.1)
                .build();
        float[] start = pulled.weights();
        pulled.update(new float[] {1, 2, 3});
        assertThat(pulled.weights()).containsExactly(start);
        pulled.sequenceEnds();
        pulled.update(new float[] {-3, 2, 1});
        assertThat(pulled.weights()).containsExactly(start);
        pulled.update(new float[] {1, 1, 1});
        assertThat(pulled.weights()).doesNotContain(start);
    }

    @Test
    void decayTooSmallForOneStepInFloat32IsNotLost() {
        double decay = 1e-5;
        LatentPredictive rule = LatentPredictive.logVarianceHebb(2, 1)
                .hebbian(Push.LOG_VARIANCE, 0)
                .decay(decay)
                .learningRate(1e-3)
                .weights(new float[] {1, -2})
                .build();
        int steps = 100_000_000 / 100;
        for (int t = 0; t < steps; t++) {
            rule.update(new float[] {1, 0});
        }
        double expected = Math.pow(1 - 1e-8, steps);
        assertThat(rule.weights()[1] / -2).isCloseTo((float) expected, within(1e-6f));
        assertThat(rule.weights()[0]).isLessThan(1);
    }

    @Test
    void layersOfAStackLearnAsTheyWouldAlone() {
        LatentPredictive low = LatentPredictive.builder(6, 4)
                .activation(Activation.RELU)
                .seed(2)
                .build();
        LatentPredictive high = LatentPredictive.builder(4, 2).seed(3).build();
        Stack stack = Stack.of(
                LatentPredictive.builder(6, 4)
                        .activation(Activation.RELU)
                        .seed(2)
                        .build(),
                LatentPredictive.builder(4, 2).seed(3).build());
        for (float[] x : Samples.slow(3, 500, 6, 0.9)) {
            assertThat(stack.update(x)).containsExactly(high.update(low.update(x)));
        }
        assertThat(stack.layers().get(0).weights()).containsExactly(low.weights());
        assertThat(stack.weights()).containsExactly(high.weights());
        assertThat(stack.inputs()).isEqualTo(6);
        assertThat(stack.units()).isEqualTo(2);
    }

    @Test
    void standardizedInputsHaveMeanZeroAndDeviationOneWhateverTheirScale() {
        float[] identity = {1, 0, 0, 1};
        Standardized rule = Standardized.of(
                LatentPredictive.builder(2, 2).learningRate(0).weights(identity).build());
        float[][] samples = Samples.gaussian(5, 60_000, 2);
        for (float[] x : samples) {
            x[0] = 1000 * x[0] - 3000;
            x[1] = 0.001f * x[1] + 7;
            rule.update(x);
        }
        Monitor.Health health = rule.monitor().health();
        for (int i = 0; i < 2; i++) {
            assertThat(health.mean()[i]).isCloseTo(0, within(0.1));
            assertThat(health.std()[i]).isCloseTo(1, within(0.1));
        }
        assertThat(rule.transform(new float[] {-3000, 7})).containsExactly(new float[2], within(0.05f));
        assertThat(rule.transform(new float[] {1e30f, 7})[0]).isEqualTo(Standardized.MOST);
    }

    @Test
    void decorrelationMakesUnitsDiffer() {
        float[][] samples = Samples.slow(4, 60_000, 6, 0.9);
        assertThat(rank(samples, Decorrelation.NONE)).isLessThan(rank(samples, Decorrelation.CORRECTED) - 1);
    }

    private static double rank(float[][] samples, Decorrelation form) {
        LatentPredictive rule = LatentPredictive.builder(6, 4)
                .decorrelation(form, Population.OTHERS, 10)
                .learningRate(0.003)
                .build();
        for (float[] x : samples) {
            rule.update(x);
        }
        return rule.monitor().health().rank();
    }

    @Test
    void schedulesFollowTheirFormulas() {
        assertThat(Schedule.constant(0.3).at(1_000_000)).isEqualTo(0.3);
        Schedule inverse = Schedule.inverse(1, 1);
        assertThat(inverse.at(0)).isEqualTo(1);
        assertThat(inverse.at(3)).isEqualTo(0.25);
        assertThat(Schedule.inverse(0.1, 500).at(500)).isCloseTo(0.05, within(1e-15));
        Schedule cosine = Schedule.cosine(1, 4, 104);
        assertThat(cosine.at(0)).isCloseTo(0.2, within(1e-15));
        assertThat(cosine.at(4)).isEqualTo(1);
        assertThat(cosine.at(54)).isCloseTo(0.5, within(1e-15));
        assertThat(cosine.at(104)).isZero();
        assertThat(cosine.at(1000)).isZero();
    }
}
