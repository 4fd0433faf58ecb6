package org.fullrank.online;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class LatentPredictiveGradientTest {
    private static final int INPUTS = 4;
    private static final int UNITS = 3;
    private static final double ETA = 1e-12; // weights stay what they are in float32

    /** One combination of forms. */
    record Case(Activation activation, Push push, Decorrelation decorrelation, Population population) {
        LatentPredictive rule(Schedule estimates) {
            return LatentPredictive.builder(INPUTS, UNITS)
                    .activation(activation)
                    .pull(0.7)
                    .hebbian(push, 1.3)
                    .decorrelation(decorrelation, population, 0.9)
                    .decay(0)
                    .learningRate(ETA)
                    .estimateRate(estimates)
                    .seed(5)
                    .build();
        }
    }

    static List<Case> cases() {
        List<Case> cases = new ArrayList<>();
        for (Activation activation : Activation.values()) {
            for (Push push : Push.values()) {
                for (Decorrelation decorrelation : Decorrelation.values()) {
                    for (Population population : Population.values()) {
                        cases.add(new Case(activation, push, decorrelation, population));
                    }
                }
            }
        }
        return cases;
    }

    static List<Case> exactSums() {
        return cases().stream().filter(c -> c.population == Population.OTHERS).toList();
    }

    @ParameterizedTest
    @MethodSource("exactSums")
    void updateIsTheGradientOfTheOneSampleLoss(Case c) {
        double k = 0.2;
        LatentPredictive rule = c.rule(Schedule.constant(k));
        double[] mean = new double[UNITS];
        double[][] covariance = new double[UNITS][UNITS];
        for (int i = 0; i < UNITS; i++) {
            covariance[i][i] = Moments.INITIAL_VARIANCE;
        }
        double[] previous = new double[UNITS];
        for (float[] x : Samples.gaussian(3, 12, INPUTS)) {
            double[][] w = NaiveRule.weights(rule);
            double[] z = NaiveRule.features(rule.settings(), w, x);
            double[] before = mean.clone();
            double[][] covarianceBefore = covariance;
            covariance = new double[UNITS][UNITS];
            for (int i = 0; i < UNITS; i++) {
                for (int m = 0; m < UNITS; m++) {
                    covariance[i][m] = (1 - k) * (covarianceBefore[i][m] + k * (z[i] - before[i]) * (z[m] - before[m]));
                }
            }
            for (int i = 0; i < UNITS; i++) {
                mean[i] += k * (z[i] - mean[i]);
            }
            if (rule.samples() == 0) {
                previous = z; // the first sample is not pulled
            }
            rule.update(x);
            var moments = new NaiveRule.Before(before, mean.clone(), covarianceBefore, previous, k);
            assertGradient(rule, w, x, moments);
            previous = z;
        }
    }

    private static void assertGradient(LatentPredictive rule, double[][] w, float[] x, NaiveRule.Before moments) {
        double h = 1e-5;
        for (int i = 0; i < UNITS; i++) {
            for (int j = 0; j < INPUTS; j++) {
                double at = w[i][j];
                w[i][j] = at + h;
                double above = NaiveRule.loss(rule.settings(), w, x, moments);
                w[i][j] = at - h;
                double below = NaiveRule.loss(rule.settings(), w, x, moments);
                w[i][j] = at;
                double descent = rule.latestFactor()[i] / ETA * x[j];
                assertThat(descent).isCloseTo(-(above - below) / (2 * h), within(2e-4 * (1 + Math.abs(descent))));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void meanUpdateBecomesTheBatchFormulaAsTheEstimatesSlowDown(Case c) {
        double few = errorAfter(c, 20);
        double many = errorAfter(c, 200);
        assertThat(many).isLessThan(0.01);
        assertThat(many).isLessThan(few / 5);
    }

    /** Relative error of the mean update over a batch that was seen as often before, with estimate rates 1/t. */
    private static double errorAfter(Case c, int passes) {
        float[][] batch = Samples.slow(7, 60, INPUTS, 0.6);
        LatentPredictive rule = c.rule(Schedule.inverse(1, 1));
        double[][] mean = new double[UNITS][INPUTS];
        for (int pass = 0; pass <= passes; pass++) {
            rule.sequenceEnds();
            for (float[] x : batch) {
                rule.update(x);
                for (int i = 0; pass == passes && i < UNITS; i++) {
                    for (int j = 0; j < INPUTS; j++) {
                        mean[i][j] += rule.latestFactor()[i] / ETA * x[j] / batch.length;
                    }
                }
            }
        }
        double[][] expected = NaiveRule.batchUpdate(rule.settings(), NaiveRule.weights(rule), batch);
        double error = 0;
        double size = 0;
        for (int i = 0; i < UNITS; i++) {
            for (int j = 0; j < INPUTS; j++) {
                error += Math.pow(mean[i][j] - expected[i][j], 2);
                size += Math.pow(expected[i][j], 2);
            }
        }
        return Math.sqrt(error / size);
    }
}
