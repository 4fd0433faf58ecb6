package org.fullrank.online;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;

/**
 * Sanger's rule, linear: {@code W_i <- W_i + eta z_i (x - sum_{k <= i} z_k W_k)}. Unit i finds the i-th principal
 * component of centered input, with norm 1. The rule is known from memory, unverified against the paper.
 */
public final class Sanger extends Layer {
    /** The same as {@link Oja#LEARNING_RATE}, for the same reason. */
    public static final double LEARNING_RATE = Oja.LEARNING_RATE;

    private final Schedule learningRate;

    private Sanger(Weights weights, Monitor monitor, Schedule learningRate) {
        super(weights, monitor);
        this.learningRate = learningRate;
    }

    /** A builder with the default learning rate and seed 1. */
    public static Builder builder(int inputs, int units) {
        return new Builder(inputs, units);
    }

    /** Settings of {@link Sanger}. */
    public static final class Builder extends LayerBuilder<Builder> {
        private Builder(int inputs, int units) {
            super(inputs, units, LEARNING_RATE);
        }

        @Override
        Builder self() {
            return this;
        }

        @Override
        public Sanger build() {
            return new Sanger(newWeights(), newMonitor(), learningRate());
        }
    }

    @Override
    void respond(float[] x) {
        weights.multiply(x, z);
    }

    @Override
    void learn(float[] x) {
        float eta = (float) learningRate.at(samples());
        for (int j = 0; j < x.length; j++) {
            float[] row = weights.row(j);
            float rest = x[j];
            for (int i = 0; i < row.length; i++) {
                rest -= z[i] * row[i];
                row[i] += eta * z[i] * rest;
            }
        }
    }

    @Override
    boolean odd() {
        return true;
    }

    @Override
    Object settings() {
        return learningRate;
    }

    @Override
    void mergeEstimates(Layer other, double share, int[] signs) {}

    @Override
    void writeSettings(DataOutputStream out) throws IOException {
        learningRate.write(out);
    }

    @Override
    void writeEstimates(DataOutputStream out) {}

    @Override
    void readEstimates(DataInputStream in) {}

    static Sanger read(DataInputStream in, int inputs, int units) throws IOException {
        return new Sanger(new Weights(inputs, units), new Monitor(inputs, units, Limits.defaults()), Schedule.read(in));
    }
}
