package org.fullrank.probe;

/// The mutual information of two labelings of the same items.
final class MutualInformation {
    private MutualInformation() {}

    /// Normalized mutual information `2 I(A; B) / (H(A) + H(B))`, from 0 to 1; 1 if both labelings have only
    /// one class.
    ///
    /// @param a label of each item, in [0, countA)
    /// @param b label of each item, in [0, countB)
    static double normalized(int[] a, int countA, int[] b, int countB) {
        double[][] joint = new double[countA][countB];
        double[] ofA = new double[countA];
        double[] ofB = new double[countB];
        for (int i = 0; i < a.length; i++) {
            joint[a[i]][b[i]]++;
            ofA[a[i]]++;
            ofB[b[i]]++;
        }
        double information = 0;
        for (int i = 0; i < countA; i++) {
            for (int j = 0; j < countB; j++) {
                double n = joint[i][j];
                information += n > 0 ? n / a.length * Math.log(n * a.length / (ofA[i] * ofB[j])) : 0;
            }
        }
        double entropies = entropy(ofA, a.length) + entropy(ofB, a.length);
        return entropies == 0 ? 1 : Math.clamp(2 * information / entropies, 0, 1);
    }

    private static double entropy(double[] counts, double all) {
        double entropy = 0;
        for (double n : counts) {
            entropy -= n > 0 ? n / all * Math.log(n / all) : 0;
        }
        return Math.max(0, entropy);
    }
}
