package org.fullrank.lab;

import java.util.Arrays;
import org.ejml.simple.SimpleMatrix;
import org.fullrank.spectral.SpectralObjective;
import org.fullrank.spectral.SpectralObjective.BarlowTwins;
import org.fullrank.spectral.SpectralObjective.Contrastive;
import org.fullrank.spectral.SpectralObjective.SpectralContrastive;
import org.fullrank.spectral.SpectralObjective.Vicreg;

/// An objective of a linear network as a quartic of its weights, `tr((W'BW)^2) - 2 tr(W'AW) + c`.
///
/// @param b repulsion, `[D, D]`
/// @param a attraction, `[D, D]`
/// @param c constant
record QuarticLoss(SimpleMatrix b, SimpleMatrix a, double c) {
    /// The quartic of an objective.
    ///
    /// @param related `G`, `[N, N]`
    /// @param x inputs, `[N, D]`
    /// @param width number of dimensions K
    static QuarticLoss of(SpectralObjective objective, SimpleMatrix related, SimpleMatrix x, int width) {
        int size = x.getNumRows();
        double[] degrees = degrees(related);
        double sum = related.elementSum();
        return switch (objective) {
            case Vicreg(double beta, boolean normalized) -> {
                double per = normalized ? size : 1;
                SimpleMatrix centered = MatrixMath.centered(x);
                SimpleMatrix b = centered.transpose().mult(centered).divide(per);
                SimpleMatrix laplacian = SimpleMatrix.diag(degrees).minus(related);
                yield new QuarticLoss(b, b.plus(-beta / 2 / per, form(x, laplacian)), width);
            }
            case Contrastive _ -> {
                SimpleMatrix similarity = related.plus(SimpleMatrix.identity(size));
                double squares = similarity.normF() * similarity.normF();
                yield new QuarticLoss(x.transpose().mult(x), form(x, similarity), squares);
            }
            case SpectralContrastive _ ->
                new QuarticLoss(form(x, SimpleMatrix.diag(degrees).divide(sum)), form(x, related.divide(sum)), 0);
            case BarlowTwins _ -> {
                SimpleMatrix cross = form(EmbeddingLoss.centeredByDegree(x, degrees), related.divide(sum));
                yield new QuarticLoss(cross, cross, width);
            }
        };
    }

    static double[] degrees(SimpleMatrix related) {
        double[] degrees = new double[related.getNumRows()];
        Arrays.setAll(degrees, i -> related.getRow(i).elementSum());
        return degrees;
    }

    private static SimpleMatrix form(SimpleMatrix x, SimpleMatrix middle) {
        return x.transpose().mult(middle).mult(x);
    }

    /// `4 (B W W'BW - A W)`.
    SimpleMatrix gradient(SimpleMatrix w) {
        SimpleMatrix bw = b.mult(w);
        return bw.mult(w.transpose().mult(bw)).minus(a.mult(w)).scale(4);
    }

    /// A rate at which descent does not diverge. At the optimum, no curvature exceeds about `12 (|A| + |B|)`.
    double rate() {
        return 1 / (12 * (largest(a) + largest(b)));
    }

    /// The largest eigenvalue of a symmetric matrix.
    static double largest(SimpleMatrix symmetric) {
        double[] ascending = MatrixMath.eigenvalues(symmetric);
        return ascending[ascending.length - 1];
    }
}
