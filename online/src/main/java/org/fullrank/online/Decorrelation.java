package org.fullrank.online;

/** The form of the decorrelation term, which makes units differ. {@code beta = 1/(M-1)}. */
public enum Decorrelation {
    /** None. */
    NONE,
    /**
     * The published erratum of latent predictive learning: {@code beta sum_k u_k C_ik}, the gradient of the squared
     * running covariances. Removes correlations of either sign.
     */
    CORRECTED,
    /**
     * The form first printed: {@code beta u_i sum_k u_k^2}, the gradient of products of squared deviations. It needs no
     * covariance matrix, but ignores signs: it makes units active at different times, not uncorrelated.
     */
    PRINTED
}
