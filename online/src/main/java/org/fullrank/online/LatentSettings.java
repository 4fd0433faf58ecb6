package org.fullrank.online;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;

/**
 * Settings of {@link LatentPredictive}. The Javadoc of that class has the formula.
 *
 * @param activation f
 * @param pull weight of the pull, not negative
 * @param push form of the Hebbian term
 * @param hebbian weight of the Hebbian term, not negative
 * @param decorrelation form of the decorrelation
 * @param population units over which the decorrelation sums
 * @param decorrelationWeight weight of the decorrelation, not negative
 * @param decay weight decay, not negative
 * @param learningRate eta
 * @param estimateRate rate k of the running estimates, at most 1
 * @param epsilon added to every running variance, positive
 */
public record LatentSettings(
        Activation activation,
        double pull,
        Push push,
        double hebbian,
        Decorrelation decorrelation,
        Population population,
        double decorrelationWeight,
        double decay,
        Schedule learningRate,
        Schedule estimateRate,
        double epsilon) {
    /** 1, as in the formula. */
    public static final double PULL = 1;
    /** 1, as in the formula. */
    public static final double HEBBIAN = 1;
    /** 1, as in the formula. */
    public static final double DECORRELATION = 1;
    /** 0.075: half of the 0.15 of the published toy model, whose losses are twice as large as here. */
    public static final double DECAY = 0.075;
    /**
     * 0.001: a tenth of the rate of the toy model, which averages over batches. The learning rate times |x|^2 should be
     * well below 1.
     */
    public static final double LEARNING_RATE = 1e-3;
    /** 0.01: estimates average over about the last 100 samples. */
    public static final double ESTIMATE_RATE = 0.01;
    /** 1e-4, as in the published deep networks. It limits the push on silent units. */
    public static final double EPSILON = 1e-4;

    public LatentSettings {
        Check.rate("pull", pull);
        Check.rate("hebbian", hebbian);
        Check.rate("decorrelation", decorrelationWeight);
        Check.rate("decay", decay);
        Check.positive("epsilon", epsilon);
        Check.that(
                learningRate.highest() * decay < 1,
                "decay: found learning rate %s times decay %s, expected a product below 1; lower one of them",
                learningRate.highest(),
                decay);
        Check.that(
                estimateRate.highest() <= 1,
                "estimate rate: found %s, expected at most 1; use %s",
                estimateRate.highest(),
                ESTIMATE_RATE);
    }

    void write(DataOutputStream out) throws IOException {
        out.writeByte(activation.ordinal());
        out.writeDouble(pull);
        out.writeByte(push.ordinal());
        out.writeDouble(hebbian);
        out.writeByte(decorrelation.ordinal());
        out.writeByte(population.ordinal());
        out.writeDouble(decorrelationWeight);
        out.writeDouble(decay);
        learningRate.write(out);
        estimateRate.write(out);
        out.writeDouble(epsilon);
    }

    static LatentSettings read(DataInputStream in) throws IOException {
        return new LatentSettings(
                State.choice(in, Activation.values()),
                in.readDouble(),
                State.choice(in, Push.values()),
                in.readDouble(),
                State.choice(in, Decorrelation.values()),
                State.choice(in, Population.values()),
                in.readDouble(),
                in.readDouble(),
                Schedule.read(in),
                Schedule.read(in),
                in.readDouble());
    }
}
