package org.fullrank.stream;

import org.fullrank.online.Activation;
import org.fullrank.online.LatentPredictive;
import org.fullrank.online.LatentSettings;
import org.fullrank.online.LayerBuilder;
import org.fullrank.online.Oja;
import org.fullrank.online.OnlineRule;
import org.fullrank.online.RuleName;
import org.fullrank.online.Standardized;
import org.jspecify.annotations.Nullable;

/**
 * Settings of one rule. The width of a sample may be unknown until the first sample has been read.
 *
 * @param name the rule
 * @param units number of features; 0 means as many as a sample has values, but at most {@link #MOST_UNITS}
 * @param activation function that the units compute; null for the default of the rule
 * @param learningRate null for the default of the rule, which is then at most {@link #STEP} divided by the width of a
 *     sample
 * @param decay weight decay; null for the default of the rule
 * @param standardize whether the running mean of each input is subtracted, and the result is divided by the running
 *     standard deviation
 * @param seed seed of the initial weights
 */
public record RuleSettings(
        RuleName name,
        int units,
        @Nullable Activation activation,
        @Nullable Double learningRate,
        @Nullable Double decay,
        boolean standardize,
        long seed) {
    /** {@code lpl}: the full rule. */
    public static final String NAME = "lpl";
    /** 0: as many features as a sample has values. Additional features would repeat others. */
    public static final int UNITS = 0;
    /** 16: enough for a nearest-neighbor search on most sensor streams. */
    public static final int MOST_UNITS = 16;
    /**
     * 0.01: largest product of the default learning rate and the width of a sample. With this value, the rule tolerates
     * bursts of ten times the usual size. With 0.03, it diverged on standardized windows of accelerometers that start
     * at rest.
     */
    public static final double STEP = 0.01;

    public RuleSettings {
        if (units < 0) {
            throw new IllegalArgumentException(
                    "units: found %d, expected at least 1, or 0 for the width of a sample; correct it"
                            .formatted(units));
        }
        if (isComponents(name) && (activation != null || decay != null)) {
            throw new IllegalArgumentException(
                    "rule %s: found an activation or a decay, expected neither; leave them out or take another rule"
                            .formatted(name.label()));
        }
    }

    /** {@link #NAME} with as many features as a sample has values, without standardization. */
    public static RuleSettings defaults() {
        return new RuleSettings(RuleName.of(NAME), UNITS, null, null, null, false, LayerBuilder.SEED);
    }

    /** The same with another rule. */
    public RuleSettings withName(RuleName value) {
        return new RuleSettings(value, units, activation, learningRate, decay, standardize, seed);
    }

    /** The same with another number of features. */
    public RuleSettings withUnits(int value) {
        return new RuleSettings(name, value, activation, learningRate, decay, standardize, seed);
    }

    /** The same with another learning rate, independent of the width of a sample. */
    public RuleSettings withLearningRate(double value) {
        return new RuleSettings(name, units, activation, value, decay, standardize, seed);
    }

    /** The same, but each input is standardized by its running mean and standard deviation. */
    public RuleSettings standardized() {
        return new RuleSettings(name, units, activation, learningRate, decay, true, seed);
    }

    /**
     * A new rule.
     *
     * @param inputs width of a sample, at least 1
     * @throws IllegalArgumentException when the learning rate or the decay is out of range
     */
    public OnlineRule rule(int inputs) {
        LayerBuilder<?> builder = name.builder(inputs, units > 0 ? units : Math.min(inputs, MOST_UNITS))
                .seed(seed);
        double most = isComponents(name) ? Oja.LEARNING_RATE : LatentSettings.LEARNING_RATE;
        builder.learningRate(learningRate != null ? learningRate : Math.min(most, STEP / inputs));
        if (builder instanceof LatentPredictive.Builder latent) {
            if (activation != null) {
                latent.activation(activation);
            }
            if (decay != null) {
                latent.decay(decay);
            }
        }
        return standardize ? Standardized.of(builder.build()) : builder.build();
    }

    private static boolean isComponents(RuleName name) {
        return name == RuleName.OJA || name == RuleName.SANGER;
    }
}
