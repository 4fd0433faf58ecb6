package org.fullrank.independence;

/// The Amari distance between an unmixing matrix W and a mixing matrix A. The distance is computed from their
/// product `P = W A`. The distance is 0 if P only permutes and scales the sources, and 1 if all entries of P
/// have the same size. Source: Amari, Cichocki and Yang 1996, "A new learning algorithm for blind signal
/// separation". The factor makes 1 the largest value.
public final class AmariDistance {
    private AmariDistance() {}

    /// The distance of a square matrix P, `[D][D]` with D at least 2.
    public static double of(double[][] p) {
        int width = p.length;
        double sum = 0;
        for (int i = 0; i < width; i++) {
            double row = 0;
            double rowMost = 0;
            double column = 0;
            double columnMost = 0;
            for (int j = 0; j < width; j++) {
                row += Math.abs(p[i][j]);
                rowMost = Math.max(rowMost, Math.abs(p[i][j]));
                column += Math.abs(p[j][i]);
                columnMost = Math.max(columnMost, Math.abs(p[j][i]));
            }
            sum += row / rowMost - 1 + column / columnMost - 1;
        }
        return sum / (2 * width * (width - 1));
    }

    /// The distance of the product of an unmixing matrix and a mixing matrix.
    public static double of(double[][] unmixing, double[][] mixing) {
        int width = unmixing.length;
        double[][] p = new double[width][width];
        for (int i = 0; i < width; i++) {
            for (int j = 0; j < width; j++) {
                for (int k = 0; k < width; k++) {
                    p[i][j] += unmixing[i][k] * mixing[k][j];
                }
            }
        }
        return of(p);
    }
}
