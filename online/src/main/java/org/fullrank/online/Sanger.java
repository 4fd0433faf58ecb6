package org.fullrank.online;

import java.io.DataInputStream;
import java.io.IOException;

/**
 * Sanger's rule, linear: {@code W_i <- W_i + eta z_i (x - sum_{k <= i} z_k W_k)}. Unit i finds the i-th principal
 * component of centered input, with norm 1. We know Sanger's rule from memory, unverified against the paper.
 */
public final class Sanger extends ComponentRule {
    /** The same as {@link Oja#LEARNING_RATE}, for the same reason. */
    public static final double LEARNING_RATE = Oja.LEARNING_RATE;

    private Sanger(ComponentBuilder<Sanger> builder) {
        super(builder);
    }

    Sanger(DataInputStream in, int inputs, int units) throws IOException {
        super(in, inputs, units);
    }

    /** A builder with the default learning rate and seed 1. */
    public static ComponentBuilder<Sanger> builder(int inputs, int units) {
        return new ComponentBuilder<>(inputs, units, LEARNING_RATE, Sanger::new);
    }

    @Override
    void change(float[] row, float x, float eta) {
        float rest = x;
        for (int i = 0; i < row.length; i++) {
            rest -= z[i] * row[i];
            row[i] += eta * z[i] * rest;
        }
    }
}
