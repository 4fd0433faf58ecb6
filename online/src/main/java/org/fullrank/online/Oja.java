package org.fullrank.online;

import java.io.DataInputStream;
import java.io.IOException;

/**
 * Oja's rule, linear: {@code W <- W + eta z (x - W' z)'}. A single unit finds the first principal component of centered
 * input, with norm 1. Several units use Oja's subspace rule. Together, they find an orthonormal basis of the space of
 * the first M components, in no particular order. We know the subspace rule from memory, unverified against the paper.
 */
public final class Oja extends ComponentRule {
    /**
     * 0.005: suitable for inputs of a few values with variance about one. The learning rate times |x|^2 should be well
     * below 1.
     */
    public static final double LEARNING_RATE = 0.005;

    private Oja(ComponentBuilder<Oja> builder) {
        super(builder);
    }

    Oja(DataInputStream in, int inputs, int units) throws IOException {
        super(in, inputs, units);
    }

    /** A builder with the default learning rate and seed 1. */
    public static ComponentBuilder<Oja> builder(int inputs, int units) {
        return new ComponentBuilder<>(inputs, units, LEARNING_RATE, Oja::new);
    }

    @Override
    void change(float[] row, float x, float eta) {
        float by = eta * (x - Weights.dot(row, z));
        for (int i = 0; i < row.length; i++) {
            row[i] += by * z[i];
        }
    }
}
