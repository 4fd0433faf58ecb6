package org.fullrank.optim;

import java.util.random.RandomGenerator;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.InputException;
import org.fullrank.linalg.OrthogonalUpdate;
import org.fullrank.linalg.RankSampler;

/// How an optimizer moves a matrix that stays orthogonal (projUNN: Kiani, Balestriero, LeCun, Lloyd 2022,
/// arXiv 2203.05483). The change that the optimizer would add to an ordinary matrix is multiplied by `rate`,
/// approximated by a matrix of rank k, and applied by the update.
///
/// @param update along a geodesic, or by projection
/// @param rank k; it must not be above the size of a matrix
/// @param rate multiplies the learning rate
/// @param sampler approximates the change
public record OrthogonalStep(OrthogonalUpdate update, int rank, double rate, RankSampler sampler) {
    /// The variant of the official scripts of the copy and adding tasks.
    public static final OrthogonalUpdate DEFAULT_UPDATE = OrthogonalUpdate.GEODESIC;
    /// The paper's tables hardly differ between the ranks 1 and 16, and 1 is the fastest.
    public static final int DEFAULT_RANK = 1;
    /// The official code divides the learning rate of recurrent matrices by 32.
    public static final double DEFAULT_RATE = 1.0 / 32;

    public OrthogonalStep {
        InputException.unless(rank >= 1, "rank: found %d, expected at least 1", rank);
        InputException.unless(
                rate >= 0 && rate < 1e6, "rate: found %s, expected 0 or a positive number below 1e6", rate);
    }

    public static OrthogonalStep defaults() {
        return new OrthogonalStep(DEFAULT_UPDATE, DEFAULT_RANK, DEFAULT_RATE, RankSampler.Sketch.defaults());
    }

    /// Moves `matrix`, `[n, n]`, or each matrix of a stack `[F, n, n]`, in place.
    ///
    /// @param change what the optimizer would add, of the same shape
    void move(Tensor matrix, Tensor change, RandomGenerator random) {
        update.apply(matrix, sampler.sample(change, rank, random).times(rate));
    }
}
