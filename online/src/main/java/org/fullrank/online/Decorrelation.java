package org.fullrank.online;

/** The form of the decorrelation term, which makes units differ. {@code beta = 1/(M-1)}. */
public enum Decorrelation {
    /** None. */
    NONE,
    /**
     * The form in the published erratum of latent predictive learning: {@code beta sum_k u_k C_ik}, the gradient of the
     * squared running covariances. It removes correlations of either sign.
     */
    CORRECTED,
    /**
     * The form in the first publication: {@code beta u_i sum_k u_k^2}, the gradient of products of squared deviations.
     * It needs no covariance matrix, but it ignores signs. Units become active at different times, but they may still
     * be correlated.
     */
    PRINTED
}
