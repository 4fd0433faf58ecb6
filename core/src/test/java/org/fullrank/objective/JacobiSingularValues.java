package org.fullrank.objective;

/// Singular values by one-sided Jacobi rotations: columns are turned in pairs until all are orthogonal,
/// their norms are the singular values.
final class JacobiSingularValues {
    private static final int SWEEPS = 60;

    private JacobiSingularValues() {}

    /// The sum of the singular values of `z`, shape `[n, d]`.
    static double sum(double[] z, int n, int d) {
        double[] a = z.clone();
        for (int sweep = 0; sweep < SWEEPS; sweep++) {
            for (int p = 0; p < d; p++) {
                for (int q = p + 1; q < d; q++) {
                    rotate(a, n, d, p, q);
                }
            }
        }
        double sum = 0;
        for (int j = 0; j < d; j++) {
            sum += Math.sqrt(dot(a, n, d, j, j));
        }
        return sum;
    }

    private static void rotate(double[] a, int n, int d, int p, int q) {
        double pp = dot(a, n, d, p, p);
        double qq = dot(a, n, d, q, q);
        double pq = dot(a, n, d, p, q);
        if (pq == 0) {
            return;
        }
        double angle = 0.5 * Math.atan2(2 * pq, pp - qq);
        double cos = Math.cos(angle);
        double sin = Math.sin(angle);
        for (int i = 0; i < n; i++) {
            double x = a[i * d + p];
            double y = a[i * d + q];
            a[i * d + p] = cos * x + sin * y;
            a[i * d + q] = cos * y - sin * x;
        }
    }

    private static double dot(double[] a, int n, int d, int p, int q) {
        double sum = 0;
        for (int i = 0; i < n; i++) {
            sum += a[i * d + p] * a[i * d + q];
        }
        return sum;
    }
}
