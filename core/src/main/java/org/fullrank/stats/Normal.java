package org.fullrank.stats;

/// Constants of the normal distribution.
public final class Normal {
    /// Half the width of a two-sided 95 % interval in standard errors: the 97.5 % quantile of the standard
    /// normal.
    public static final double TWO_SIDED_95 = 1.959963984540054;

    private Normal() {}
}
