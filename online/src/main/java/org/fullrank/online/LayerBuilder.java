package org.fullrank.online;

import org.jspecify.annotations.Nullable;

/**
 * Settings that all layers have in common.
 *
 * @param <B> the builder itself
 */
public abstract sealed class LayerBuilder<B extends LayerBuilder<B>>
        permits ComponentBuilder, LatentPredictive.Builder {
    /** Default seed of the initial weights. */
    public static final long SEED = 1;

    final int inputs;
    final int units;
    private Schedule learningRate;
    private Limits limits = Limits.defaults();
    private long seed = SEED;
    private float @Nullable [] start;

    LayerBuilder(int inputs, int units, double learningRate) {
        Check.shape(inputs, units);
        this.inputs = inputs;
        this.units = units;
        this.learningRate = Schedule.constant(learningRate);
    }

    abstract B self();

    /** The layer, ready to learn. */
    public abstract Layer build();

    /** Sets a constant learning rate. */
    public B learningRate(double rate) {
        return learningRate(Schedule.constant(rate));
    }

    /** Sets a learning rate that changes with the number of samples. */
    public B learningRate(Schedule schedule) {
        learningRate = schedule;
        return self();
    }

    /** Sets the seed of the initial weights, which are uniform with variance 1/inputs. */
    public B seed(long value) {
        seed = value;
        return self();
    }

    /** Sets the initial weights, {@code [units, inputs]} row-major, instead of random ones. */
    public B weights(float[] byUnit) {
        start = byUnit.clone();
        return self();
    }

    /** Sets when the monitor raises its alarm. */
    public B limits(Limits value) {
        limits = value;
        return self();
    }

    Schedule learningRate() {
        return learningRate;
    }

    Monitor newMonitor() {
        return new Monitor(inputs, units, limits);
    }

    Weights newWeights() {
        if (start == null) {
            return Weights.random(inputs, units, seed);
        }
        Weights weights = new Weights(inputs, units);
        weights.set(start);
        return weights;
    }
}
