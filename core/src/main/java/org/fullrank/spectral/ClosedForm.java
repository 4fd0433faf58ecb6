package org.fullrank.spectral;

import java.util.Arrays;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.fullrank.engine.InputException;
import org.fullrank.engine.NativeErrors;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.linalg.BlockLanczos;
import org.fullrank.linalg.Eigenpairs;
import org.fullrank.spectral.QuadraticForm.Mean;

/// Minimizes an objective exactly. The minimum is over all embeddings of the samples, or over all maps that
/// are linear in given features.
///
/// Both are the same problem. With features P, `A = P' T P` and `B = P' diag(mass) P`, it maximizes `tr(W' A
/// W)` while `W' B W` is fixed. `T` and the mass come from the [QuadraticForm] of the objective. The
/// solutions are the generalized eigenvectors with the largest eigenvalues. The objective decides how long
/// each eigenvector is.
///
/// @param width number of dimensions K, at least 1 and fewer than samples
/// @param centered whether a map subtracts the mean of the fitted samples' features from the features of new
///     samples. If not, a map with an invertible kernel gives the fitted samples their optimal embeddings,
///     but it gives other samples different embeddings. An objective that ignores the mean needs centering if
///     the features do not determine the mean
/// @param rankCut directions of the features whose eigenvalue is below this share of the largest eigenvalue
///     are left out; from 1e-10 to 1; larger values give smoother maps
/// @param seed of the initial values of an iterative solver
public record ClosedForm(SpectralObjective objective, int width, boolean centered, double rankCut, long seed) {
    /// Small enough for evaluations with a few hundred samples.
    public static final int DEFAULT_WIDTH = 16;
    /// Rounding errors of a kernel matrix are about 1e-13 of its largest eigenvalue. A smaller cut would keep
    /// directions of them.
    public static final double DEFAULT_RANK_CUT = 1e-10;
    /// Any number is suitable.
    public static final long DEFAULT_SEED = 1;
    /// Up to this number of samples, all eigenvectors are computed. This takes seconds.
    public static final int DENSE_ROWS = 2048;

    private static final String MEMORY = "lower the number of landmarks or dimensions";

    /// A squared difference below this share of the sum of squares is a rounding error.
    private static final double SAME = 1e-25;

    public ClosedForm {
        InputException.unless(width >= 1, "dim: found %d, expected at least 1; raise it", width);
        InputException.unless(
                rankCut >= DEFAULT_RANK_CUT && rankCut < 1,
                "rankCut: found %s, expected %s up to 1, because smaller directions are rounding; change it",
                rankCut,
                DEFAULT_RANK_CUT);
        InputException.when(
                objective instanceof SpectralObjective.BarlowTwins && !centered,
                "barlow-twins: found features with their mean, expected centered ones; its correlations are centered");
    }

    /// The defaults for an objective: features are centered if the objective ignores the mean.
    public static ClosedForm of(SpectralObjective objective) {
        return new ClosedForm(objective, DEFAULT_WIDTH, objective.ignoresMean(), DEFAULT_RANK_CUT, DEFAULT_SEED);
    }

    /// The same with K dimensions.
    public ClosedForm withWidth(int dimensions) {
        return new ClosedForm(objective, dimensions, centered, rankCut, seed);
    }

    /// The same with the other convention for new samples.
    public ClosedForm withCentered(boolean other) {
        return new ClosedForm(objective, width, other, rankCut, seed);
    }

    /// The same with other random draws.
    public ClosedForm withSeed(long other) {
        return new ClosedForm(objective, width, centered, rankCut, other);
    }

    /// The same with another rank cut.
    public ClosedForm withRankCut(double other) {
        return new ClosedForm(objective, width, centered, other, seed);
    }

    /// The best embeddings, not restricted to a map.
    ///
    /// @throws InputException when K is not below the number of samples, or too large for an iterative solver
    ///     of many samples, or the objective needs features
    public SpectralEmbedding fit(Relation relation) {
        return NativeErrors.guard("spectral", MEMORY, () -> {
            try (var scope = Scope.withoutGradients()) {
                requireFewer(relation);
                requireSearchable(relation.size());
                QuadraticForm form = objective.form(relation);
                var matrix = FreeForm.of(relation, form, mean(form) != Mean.KEPT);
                Eigenpairs pairs = relation.size() <= DENSE_ROWS
                        ? Eigenpairs.of(matrix.dense())
                        : BlockLanczos.largest(matrix, width + 1, BlockLanczos.Stop.DEFAULT, seed);
                Modes modes = Modes.of(objective, width, pairs, relation);
                double[] values = Tensors.doubles(matrix.embeddings(modes.columns(pairs)));
                return new SpectralEmbedding(values, relation.size(), modes.report(relation.size(), 1, 0));
            }
        });
    }

    /// The best map that is linear in features.
    ///
    /// @throws InputException when K is not below the number of samples, when a sample cannot be used, or
    ///     when features that are not centered do not determine the map
    public SpectralMap fit(Relation relation, SampleRows samples, FeatureMap features) {
        InputException.unless(
                samples.size() == relation.size(),
                "samples: found %d rows, expected %d as in the relation; give one row for each sample",
                samples.size(),
                relation.size());
        return NativeErrors.guard("spectral", MEMORY, () -> {
            try (var scope = Scope.withoutGradients()) {
                requireFewer(relation);
                return fit(relation, samples.checked(features.kernel()), Coordinates.of(features));
            }
        });
    }

    private SpectralMap fit(Relation relation, SampleRows samples, Coordinates coordinates) {
        QuadraticForm form = objective.form(relation);
        double[] means = QuadraticForm.shares(mean(form), relation.degrees());
        FeatureSums sums = FeatureSums.of(relation, samples, coordinates, form, means, centered);
        double[] spectrum = Eigenpairs.valuesOf(sums.fromZero());
        int rank = Eigenpairs.above(spectrum, rankCut);
        InputException.when(
                rank == 0, "samples: found features that are all 0, expected some values; check the inputs");
        InputException.when(
                !centered && form.mean() != Mean.KEPT && rank < relation.size(),
                "kernel: found a singular matrix of rank %d for %d samples, expected an invertible one, because the"
                        + " features are not centered; center them",
                rank,
                relation.size());
        InputException.when(
                centered && sums.spread() <= SAME * Arrays.stream(spectrum).sum(),
                "samples: found features that are alike for all samples, expected differences; check the inputs");
        Tensor coupled = mean(form) == Mean.KEPT ? sums.coupled() : sums.centeredCoupled();
        Tensor white = whitening(sums); // [m, r]
        Eigenpairs pairs = Eigenpairs.of(white.t().matmul(coupled).matmul(white));
        Modes modes = Modes.of(objective, width, pairs, relation);
        Tensor weights = white.matmul(modes.columns(pairs)); // [m, k]
        Tensor offset =
                centered ? sums.mean().matmul(weights) : weights.narrow(0, 0, 1).mul(Tensors.scalar(0));
        double condition = spectrum[0] / spectrum[rank - 1];
        double missed = 1 - Arrays.stream(spectrum).sum() / sums.trace();
        return new SpectralMap(
                coordinates.map(),
                Tensors.doubles(coordinates.back(weights)),
                Tensors.doubles(offset),
                complete(modes.report(rank, condition, missed), coordinates, Math.toIntExact(white.size(1))));
    }

    /// Adds a warning if the rank cut leaves out directions of the inputs. Features of other kernels usually
    /// lose some directions, so they get no warning.
    private SpectralReport complete(SpectralReport report, Coordinates coordinates, int used) {
        return !(coordinates.map() instanceof FeatureMap.Inputs(int inputs)) || used == inputs
                ? report
                : report.withWarning(("the inputs have rank %d of %d: the others are constant, dependent or smaller"
                                + " than %.0e of the largest in squares; standardize inputs of unlike units")
                        .formatted(used, inputs, rankCut));
    }

    /// The mean that is subtracted: the mean of the objective or, if only the features are centered, the mean
    /// under the objective's mass.
    private Mean mean(QuadraticForm form) {
        if (form.mean() != Mean.KEPT || !centered) {
            return form.mean();
        }
        return objective instanceof SpectralObjective.SpectralContrastive ? Mean.BY_DEGREE : Mean.UNIFORM;
    }

    /// `[m, r]`: maps coordinates to a basis in which the mass is the identity.
    private Tensor whitening(FeatureSums sums) {
        if (sums.massive() == null) {
            return torch.eye(sums.second().size(0), sums.second().options());
        }
        Eigenpairs pairs = Eigenpairs.of(centered ? sums.centeredMassive() : sums.massive());
        return pairs.whitening(pairs.above(rankCut));
    }

    /// All eigenvectors of so many samples would need a matrix `[N, N]`.
    private void requireSearchable(int samples) {
        int most = BlockLanczos.most(samples) - 1; // one more is needed for the gap
        InputException.when(
                samples > DENSE_ROWS && width > most,
                "dim: found %d for %d samples without a kernel, expected at most %d for the solver of more than %d samples;"
                        + " lower it",
                width,
                samples,
                most,
                DENSE_ROWS);
    }

    private void requireFewer(Relation relation) {
        InputException.unless(
                width < relation.size(),
                "dim: found %d for %d samples, expected fewer dimensions than samples; lower it",
                width,
                relation.size());
    }
}
