package org.fullrank.lab;

import org.ejml.simple.SimpleMatrix;
import org.fullrank.spectral.SpectralObjective;
import org.fullrank.spectral.SpectralObjective.BarlowTwins;
import org.fullrank.spectral.SpectralObjective.Contrastive;
import org.fullrank.spectral.SpectralObjective.SpectralContrastive;
import org.fullrank.spectral.SpectralObjective.Vicreg;

/// The value of an objective, from all embeddings and as papers write it.
///
/// @param related `G`, `[N, N]`
record EmbeddingLoss(SpectralObjective objective, SimpleMatrix related) {
    /// The loss of embeddings `[N, K]`.
    double of(SimpleMatrix z) {
        SimpleMatrix products = z.mult(z.transpose()); // [N, N]
        double[] degrees = QuarticLoss.degrees(related);
        double sum = related.elementSum();
        return switch (objective) {
            case Vicreg(double beta, boolean normalized) -> {
                double per = normalized ? z.getNumRows() : 1;
                SimpleMatrix centered = MatrixMath.centered(z);
                yield fromIdentity(centered.transpose().mult(centered).divide(per)) + beta * energy(products) / per;
            }
            case Contrastive _ -> {
                SimpleMatrix similarity = related.plus(SimpleMatrix.identity(z.getNumRows()));
                yield squares(products.minus(similarity));
            }
            case SpectralContrastive _ -> {
                double loss = 0;
                for (int i = 0; i < degrees.length; i++) {
                    for (int j = 0; j < degrees.length; j++) {
                        double product = products.get(i, j);
                        loss -= 2 * related.get(i, j) / sum * product;
                        loss += degrees[i] / sum * degrees[j] / sum * product * product;
                    }
                }
                yield loss;
            }
            case BarlowTwins _ -> {
                SimpleMatrix centered = centeredByDegree(z, degrees);
                yield fromIdentity(
                        centered.transpose().mult(related).mult(centered).divide(sum));
            }
        };
    }

    /// Half the sum of `G_ij |z_i - z_j|^2` over all i and j.
    private double energy(SimpleMatrix products) {
        double energy = 0;
        for (int i = 0; i < related.getNumRows(); i++) {
            for (int j = 0; j < related.getNumRows(); j++) {
                double distance = products.get(i, i) + products.get(j, j) - 2 * products.get(i, j);
                energy += related.get(i, j) * distance / 2;
            }
        }
        return energy;
    }

    /// The rows minus their mean, weighted by the degrees.
    static SimpleMatrix centeredByDegree(SimpleMatrix rows, double[] degrees) {
        SimpleMatrix weights = new SimpleMatrix(degrees.length, 1, true, degrees);
        SimpleMatrix mean = weights.transpose().mult(rows).divide(weights.elementSum()); // [1, K]
        return rows.minus(SimpleMatrix.filled(degrees.length, 1, 1).mult(mean));
    }

    private static double fromIdentity(SimpleMatrix square) {
        return squares(square.minus(SimpleMatrix.identity(square.getNumRows())));
    }

    private static double squares(SimpleMatrix matrix) {
        return matrix.normF() * matrix.normF();
    }
}
