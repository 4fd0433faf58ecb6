package org.fullrank.online;

/** What a unit makes of its input: {@code z = f(a)}. */
public enum Activation {
    /** {@code z = a}. */
    LINEAR {
        @Override
        float value(float a) {
            return a;
        }

        @Override
        float slope(float z) {
            return 1;
        }
    },
    /** {@code z = max(a, 0)}; the slope at 0 is 0. */
    RELU {
        @Override
        float value(float a) {
            return a < 0 ? 0 : a; // keeps NaN, which Math.max would keep as well but slower
        }

        @Override
        float slope(float z) {
            return z > 0 ? 1 : 0;
        }
    },
    /** {@code z = tanh a}, computed alike on every machine. */
    TANH {
        @Override
        float value(float a) {
            return (float) StrictMath.tanh(a);
        }

        @Override
        float slope(float z) {
            return 1 - z * z;
        }
    };

    /** {@code f(a)}. */
    abstract float value(float a);

    /** {@code f'(a)}, from {@code z = f(a)}. */
    abstract float slope(float z);

    /** Whether {@code f(-a) = -f(a)}, so that a unit may be turned around without changing what it learns. */
    boolean odd() {
        return this != RELU;
    }
}
