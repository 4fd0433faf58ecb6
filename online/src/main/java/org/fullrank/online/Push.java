package org.fullrank.online;

/**
 * The form of the Hebbian term. This term keeps the output of a unit from becoming constant. Both forms move the output
 * of a unit away from its running mean.
 */
public enum Push {
    /**
     * Push {@code u / (v + eps)}: the log-variance term. The push never stops, so weight decay must limit the size of
     * the weights.
     */
    LOG_VARIANCE {
        @Override
        double factor(double u, double variance) {
            return u / variance;
        }
    },
    /** Push {@code u / sigma} if {@code sigma = sqrt(v + eps)} is below {@link #HINGE_TARGET}, otherwise no push. */
    HINGE {
        @Override
        double factor(double u, double variance) {
            double sigma = Math.sqrt(variance);
            return sigma < HINGE_TARGET ? u / sigma : 0;
        }
    };

    /** The hinge pushes up to this standard deviation: 1, as in VICReg. */
    public static final double HINGE_TARGET = 1;

    /**
     * The push that acts on a unit.
     *
     * @param u deviation of the unit's response from its running mean
     * @param variance running variance plus epsilon, positive
     */
    abstract double factor(double u, double variance);
}
