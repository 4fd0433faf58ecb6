package org.fullrank.online;

/** The function f of a unit, applied to its weighted input a: {@code z = f(a)}. */
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
    /** {@code z = max(a, 0)}. The slope at 0 is 0. */
    RELU {
        @Override
        float value(float a) {
            return a < 0 ? 0 : a; // keeps NaN; faster than Math.max, which keeps it too
        }

        @Override
        float slope(float z) {
            return z > 0 ? 1 : 0;
        }
    },
    /** {@code z = tanh a}. The result is the same on every machine. */
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

    /** Whether {@code f(-a) = -f(a)}. Then the sign of a unit can be flipped without changing what the unit learns. */
    boolean odd() {
        return this != RELU;
    }
}
