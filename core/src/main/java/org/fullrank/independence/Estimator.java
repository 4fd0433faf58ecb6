package org.fullrank.independence;

/// An estimator of HSIC.
public enum Estimator {
    /// `Tr(K H L H) / (N - 1)^2`, never negative. Source: Gretton et al. 2005.
    BIASED,

    /// `Tr(K H L H) / N^2`, never negative. With two columns it equals dHSIC.
    V_STATISTIC,

    /// The U-statistic. Its mean is 0 for independent columns, and it can be negative. Source: Song et al.
    /// 2012, "Feature selection via dependence maximization", equation 5.
    UNBIASED
}
