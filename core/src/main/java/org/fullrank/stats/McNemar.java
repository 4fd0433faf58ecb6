package org.fullrank.stats;

/// Tests whether two classifiers differ in accuracy. McNemar's test uses their right and wrong answers on the
/// same items.
public final class McNemar {
    private McNemar() {}

    /// The exact two-sided p of McNemar's test (1947). If both directions are equally likely, it is the
    /// probability that the discordant pairs split at least as unevenly. Without discordant pairs, it is 1.
    ///
    /// @param first pairs that only the first answers right
    /// @param second pairs that only the second answers right
    public static double exact(int first, int second) {
        int all = first + second;
        double tail = 0;
        double logChoose = 0; // of all over i, in nats
        for (int i = 0; i <= Math.min(first, second); i++) {
            tail += Math.exp(logChoose - all * Math.log(2));
            logChoose += Math.log((double) (all - i) / (i + 1));
        }
        return Math.min(1, 2 * tail);
    }
}
