package org.fullrank.online;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;

/**
 * Oja's rule, linear: {@code W <- W + eta z (x - W' z)'}. A single unit finds the first principal component of centered
 * input, with norm 1. Several units use Oja's subspace rule and find an orthonormal basis of the space of the first M
 * components, in no particular order. The subspace rule is known from memory, unverified against the paper.
 */
public final class Oja extends Layer {
    /**
     * 0.005: suitable for inputs of a few values with variance about one. The rate times |x|^2 should be well below 1.
     */
    public static final double LEARNING_RATE = 0.005;

    private final Schedule learningRate;

    private Oja(Weights weights, Monitor monitor, Schedule learningRate) {
        super(weights, monitor);
        this.learningRate = learningRate;
    }

    /** A builder with the default learning rate and seed 1. */
    public static Builder builder(int inputs, int units) {
        return new Builder(inputs, units);
    }

    /** Settings of {@link Oja}. */
    public static final class Builder extends LayerBuilder<Builder> {
        private Builder(int inputs, int units) {
            super(inputs, units, LEARNING_RATE);
        }

        @Override
        Builder self() {
            return this;
        }

        @Override
        public Oja build() {
            return new Oja(newWeights(), newMonitor(), learningRate());
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
            addScaled(row, z, eta * (x[j] - Weights.dot(row, z)));
        }
    }

    private static void addScaled(float[] row, float[] z, float by) {
        for (int i = 0; i < row.length; i++) {
            row[i] += by * z[i];
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

    static Oja read(DataInputStream in, int inputs, int units) throws IOException {
        return new Oja(new Weights(inputs, units), new Monitor(inputs, units, Limits.defaults()), Schedule.read(in));
    }
}
