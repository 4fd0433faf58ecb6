package org.fullrank.linalg;

/// The power law `l_j ~ j^-alpha` of eigenvalues in descending order. The law is fitted as a least-squares
/// line through `log l_j` over `log j`. Each index j has the same weight.
///
/// Source: Agrawal et al. 2022, "alpha-ReQ". Two points are unverified against the paper. First, the fit
/// leaves out the first indices and the tail. Second, alpha near 1 indicates good features.
///
/// @param alpha 0 = all directions are equally strong, large = few directions; NaN with fewer than 3
///     eigenvalues
/// @param from first index of the fit, from 1
/// @param to last index
public record PowerLaw(double alpha, int from, int to) {
    /// First index of the fit if there are enough eigenvalues. The first few eigenvalues often do not follow
    /// the power law.
    public static final int FROM = 10;

    /// Largest last index of the fit; it is also at most half of all indices. A finite sample makes the
    /// smallest eigenvalues too small.
    public static final int TO = 100;

    private static final int FEWEST = 3;
    private static final int FEWEST_BEHIND = 2 * (2 * FROM - 1); // their half leaves FROM indices from FROM on

    /// The indices of the fit, in words.
    public static String rule() {
        return "ranks %d to half of them, at most %d, or all where they are fewer than %d"
                .formatted(FROM, TO, FEWEST_BEHIND);
    }

    /// The fit to the logarithms of the positive eigenvalues, in descending order. It uses the indices from
    /// 10 to half of them, but at most 100 indices. If these would be fewer than 10 indices, it uses all.
    static PowerLaw fit(double[] logarithms) {
        boolean few = logarithms.length < FEWEST_BEHIND;
        int from = few ? 1 : FROM;
        int to = few ? logarithms.length : Math.min(TO, logarithms.length / 2);
        if (logarithms.length < FEWEST) {
            return new PowerLaw(Double.NaN, from, to);
        }
        int count = to - from + 1;
        double meanX = 0;
        double meanY = 0;
        for (int j = from; j <= to; j++) {
            meanX += Math.log(j) / count;
            meanY += logarithms[j - 1] / count;
        }
        double products = 0;
        double squares = 0;
        for (int j = from; j <= to; j++) {
            double x = Math.log(j) - meanX;
            products += x * (logarithms[j - 1] - meanY);
            squares += x * x;
        }
        return new PowerLaw(-products / squares, from, to);
    }
}
