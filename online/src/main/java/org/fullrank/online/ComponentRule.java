package org.fullrank.online;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;

/**
 * The common part of the linear rules of principal components: the response, and the learning rate as the only setting.
 */
abstract sealed class ComponentRule extends Layer permits Oja, Sanger {
    private final Schedule learningRate;

    ComponentRule(LayerBuilder<?> builder) {
        super(builder.newWeights(), builder.newMonitor());
        this.learningRate = builder.learningRate();
    }

    ComponentRule(DataInputStream in, int inputs, int units) throws IOException {
        super(new Weights(inputs, units), new Monitor(inputs, units, Limits.defaults()));
        this.learningRate = Schedule.read(in);
    }

    @Override
    final void respond(float[] x) {
        weights.multiply(x, z);
    }

    @Override
    final void learn(float[] x) {
        float eta = (float) learningRate.at(samples());
        for (int j = 0; j < x.length; j++) {
            change(weights.row(j), x[j], eta);
        }
    }

    /** Changes the weights of one input, whose value is x. */
    abstract void change(float[] row, float x, float eta);

    @Override
    final boolean odd() {
        return true;
    }

    @Override
    final Object settings() {
        return learningRate;
    }

    @Override
    final void writeSettings(DataOutputStream out) throws IOException {
        learningRate.write(out);
    }
}
