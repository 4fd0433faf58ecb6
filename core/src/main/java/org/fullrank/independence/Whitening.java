package org.fullrank.independence;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Tensors;
import org.fullrank.linalg.Reductions;

/// Mixtures after whitening: they are uncorrelated and have variance 1. The scope that is open during
/// construction owns the tensors.
///
/// @param rows whitened mixtures `[N, D]`
/// @param matrix `V [D, D]`: a whitened row is `V (x - mean)`
record Whitening(Tensor rows, Tensor matrix) {
    /// A standard deviation below this share of the largest absolute value counts as zero.
    private static final double CONSTANT = 1e-12;

    /// Two channels count as equal if their correlation is this close to 1 or -1. An eigenvalue of the
    /// correlation matrix below this value counts as zero.
    private static final double EQUAL = 1e-10;

    /// Whitens mixtures. It scales each channel to variance 1, and multiplies with the symmetric inverse
    /// square root of the correlation matrix. Because of the scaling, channels of different units do not lose
    /// digits.
    ///
    /// @throws InputException when the number of samples is not above the number of channels, or when a
    ///     channel is constant, equal to another channel, or a sum of other channels
    static Whitening of(Columns mixtures) {
        int width = mixtures.width();
        InputException.when(
                mixtures.rows() <= width,
                "%s: found %d samples of %d channels, expected more samples than channels; is it transposed?",
                mixtures.name(),
                mixtures.rows(),
                width);
        Tensor x = mixtures.tensor().t().contiguous(); // [N, D]
        x.sub_(Reductions.means(x));
        Tensor covariance = x.t().matmul(x).div_(Tensors.scalar(mixtures.rows())); // [D, D]
        Tensor correlation = Tensors.of(correlations(mixtures, KernelSums.matrix(covariance))); // [D, D]
        Tensor deviation = covariance.diagonal().sqrt(); // [D]
        var eigen = torch.linalg_eigh(correlation);
        Tensor vectors = eigen.get1();
        Tensor matrix =
                vectors.div(eigen.get0().sqrt()).matmul(vectors.t()).div(deviation); // U diag(1 / s) U' diag(1 / sd)
        return new Whitening(x.matmul(matrix.t()), matrix);
    }

    /// The correlations of the channels.
    private static double[][] correlations(Columns mixtures, double[][] covariance) {
        int width = mixtures.width();
        double[][] correlation = new double[width][width];
        for (int i = 0; i < width; i++) {
            double largest = 0;
            for (double value : mixtures.values()[i]) {
                largest = Math.max(largest, Math.abs(value));
            }
            InputException.when(
                    Math.sqrt(covariance[i][i]) <= CONSTANT * largest,
                    "%s: found a constant channel %d (from 0), expected a signal; leave it out",
                    mixtures.name(),
                    i);
            for (int j = 0; j <= i; j++) {
                correlation[i][j] = covariance[i][j] / Math.sqrt(covariance[i][i]) / Math.sqrt(covariance[j][j]);
                correlation[j][i] = correlation[i][j];
                InputException.when(
                        i != j && 1 - Math.abs(correlation[i][j]) < EQUAL,
                        "%s: found channel %d (from 0) equal to channel %d up to scale, expected different mixtures;"
                                + " leave one out",
                        mixtures.name(),
                        i,
                        j);
            }
        }
        requireFullRank(mixtures, correlation);
        return correlation;
    }

    private static void requireFullRank(Columns mixtures, double[][] correlation) {
        var eigen = torch.linalg_eigh(Tensors.of(correlation));
        double smallest = Tensors.value(eigen.get0().select(0, 0));
        if (smallest < EQUAL) {
            long channel = (long) Tensors.value(eigen.get1().select(1, 0).abs().argmax());
            throw new InputException(
                    "%s: found channel %d (from 0) to be a sum of other channels, expected as many mixtures as sources; leave it out"
                            .formatted(mixtures.name(), channel));
        }
    }
}
