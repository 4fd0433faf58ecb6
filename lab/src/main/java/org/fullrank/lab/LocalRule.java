package org.fullrank.lab;

import java.util.Map;
import java.util.Objects;

/// The local rules for a linear neuron z = w.x that `lpl-toy` and `lpl-digits` compare.
enum LocalRule {
    /// Oja's rule, relative to the mean of the batch.
    OJA("Oja"),
    /// Log-variance only.
    HEBB("log-variance only"),
    /// Pull and log-variance.
    LPL("LPL"),
    /// The pull and the hinge of VICReg.
    HINGE("pull + hinge"),
    PULL("pull only"),
    /// The pull and the variance without the logarithm.
    VARIANCE("pull + variance");

    /// Weight decay of the official notebooks. Oja's rule has a different one.
    static final double DECAY = 0.15;

    /// Added to the variance, as in the official notebooks.
    private static final double EPSILON = 1e-8;

    private final String label;

    LocalRule(String label) {
        this.label = label;
    }

    String label() {
        return label;
    }

    /// The value of a map for this rule.
    <T> T in(Map<LocalRule, T> values) {
        return Objects.requireNonNull(values.get(this));
    }

    /// The mean change of the weights by a rule, over a batch of samples `[B, N]` and their previous samples.
    @FunctionalInterface
    interface Plasticity {
        double[] change(LocalRule law, double[] w, double[][] now, double[][] before);
    }

    /// The correct rules: minus the gradients of pull = mean (z - sg z_before)^2 and of the variance term,
    /// minus the decay.
    static double[] change(LocalRule law, double[] w, double[][] now, double[][] before) {
        Moments m = Moments.of(w, now, before);
        return switch (law) {
            case OJA -> sum(1, m.covariance, 0, m.pull, m.variance, w);
            case HEBB -> sum(2 / (m.variance + EPSILON), m.covariance, 0, m.pull, DECAY, w);
            case LPL -> sum(2 / (m.variance + EPSILON), m.covariance, 2, m.pull, DECAY, w);
            case HINGE ->
                sum(m.variance < 1 ? 1 / Math.sqrt(m.variance + EPSILON) : 0, m.covariance, 2, m.pull, DECAY, w);
            case PULL -> sum(0, m.covariance, 2, m.pull, DECAY, w);
            case VARIANCE -> sum(2, m.covariance, 2, m.pull, DECAY, w);
        };
    }

    /// push * covariance - strength * pull - decay * w.
    private static double[] sum(
            double push, double[] covariance, double strength, double[] pull, double decay, double[] w) {
        double[] change = new double[w.length];
        for (int i = 0; i < w.length; i++) {
            change[i] = push * covariance[i] - strength * pull[i] - decay * w[i];
        }
        return change;
    }

    /// Moments over a batch; variance and covariance with n - 1.
    ///
    /// @param covariance of z with x
    /// @param variance of z
    /// @param pull mean of (z - z before) x; no gradient flows through the past
    private record Moments(double[] covariance, double variance, double[] pull) {
        static Moments of(double[] w, double[][] now, double[][] before) {
            int n = now.length;
            double[] z = new double[n];
            for (int b = 0; b < n; b++) {
                z[b] = VectorMath.dot(w, now[b]);
            }
            double mean = VectorMath.mean(z);
            double[] covariance = new double[w.length];
            double[] pull = new double[w.length];
            double variance = 0;
            for (int b = 0; b < n; b++) {
                double deviation = z[b] - mean; // makes the mean of x irrelevant
                VectorMath.add(covariance, deviation / (n - 1), now[b]);
                VectorMath.add(pull, (z[b] - VectorMath.dot(w, before[b])) / n, now[b]);
                variance += deviation * deviation / (n - 1);
            }
            return new Moments(covariance, variance, pull);
        }
    }
}
