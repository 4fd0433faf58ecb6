package org.fullrank.probe;

/// How much one labelling of items says about another.
final class MutualInformation {
    private MutualInformation() {}

    /// Normalised mutual information `2 I(A; B) / (H(A) + H(B))`, from 0 to 1; 1 when neither tells items apart.
    ///
    /// @param a of each item, in [0, countA)
    /// @param b of each item, in [0, countB)
    static double normalised(int[] a, int countA, int[] b, int countB) {
        double[][] joint = new double[countA][countB];
        double[] ofA = new double[countA];
        double[] ofB = new double[countB];
        double share = 1.0 / a.length;
        for (int i = 0; i < a.length; i++) {
            joint[a[i]][b[i]] += share;
            ofA[a[i]] += share;
            ofB[b[i]] += share;
        }
        double information = 0;
        for (int i = 0; i < countA; i++) {
            for (int j = 0; j < countB; j++) {
                double p = joint[i][j];
                information += p > 0 ? p * Math.log(p / (ofA[i] * ofB[j])) : 0;
            }
        }
        double entropies = entropy(ofA) + entropy(ofB);
        return entropies == 0 ? 1 : Math.clamp(2 * information / entropies, 0, 1);
    }

    private static double entropy(double[] shares) {
        double entropy = 0;
        for (double p : shares) {
            entropy -= p > 0 ? p * Math.log(p) : 0;
        }
        return Math.max(0, entropy);
    }
}
