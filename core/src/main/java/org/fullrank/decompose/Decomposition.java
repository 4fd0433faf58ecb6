package org.fullrank.decompose;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.net.SignalShape;
import org.jspecify.annotations.Nullable;

/// The factors of one tensor. Untrained networks were fitted to generate them, and the networks are not kept
/// (DeepTensor, Saragadam, Balestriero, Veeraraghavan, Baraniuk 2022).
///
/// ```java
/// PartialTensor noisy = PartialTensor.of(List.of(64, 64), values);
/// Decomposition fitted = Decomposition.fit(noisy, DecompositionSettings.ofRank(8));
/// float[] clean = fitted.reconstruction(); // [64, 64], of rank 8
/// ```
///
/// @param settings of the fit
/// @param sizes n_k of each factor
/// @param factors `[n_k, R]` each, row-major. Their product is the reconstruction. Columns with a large norm
///     come first
/// @param iterations number of steps that lead to these factors
/// @param losses loss of the fitted entries in each step, as a mean over the splits
/// @param heldOutLosses loss of the held-out entries in each step, for the averaged factors, as a mean over
///     the splits
/// @param excess mean of the squared residuals divided by the variance of the noise, over the fitted entries; NaN
///     if the noise is not known. A fit that ended at the noise has at most 1
public record Decomposition(
        DecompositionSettings settings,
        List<Integer> sizes,
        List<float[]> factors,
        int iterations,
        double[] losses,
        double[] heldOutLosses,
        double excess) {
    public Decomposition {
        sizes = List.copyOf(sizes);
        factors = List.copyOf(factors);
    }

    /// Fits factors to the observed entries of `data`, or to its measurements, or to its covariance.
    ///
    /// @throws org.fullrank.engine.InputException when the settings do not suit the data
    /// @throws org.fullrank.engine.JobException when a loss is not finite
    public static Decomposition fit(Observed data, DecompositionSettings settings) {
        return fit(data, settings, null, FitProgress.SILENT);
    }

    /// The same with saved states.
    ///
    /// @param folder for the states of the fits. If it has states of these settings, the fits continue from
    ///     them. Null: none
    /// @param progress receives the steps; if it ends the fit, the best factors so far are the result
    /// @throws org.fullrank.engine.InputException when the settings do not suit the data, or when a state
    ///     belongs to other data or settings
    public static Decomposition fit(
            Observed data, DecompositionSettings settings, @Nullable Path folder, FitProgress progress) {
        settings.requireFor(data);
        boolean goesOn;
        Decomposition fitted;
        try (var fits = JointFits.splits(data, settings, states(settings, folder))) {
            goesOn = fits.run(progress);
            fitted = fits.result();
        }
        return goesOn ? fitted.refitted(data, folder, progress) : fitted;
    }

    /// With several splits: factors that are fitted to all entries, in as many steps as these. With one
    /// split: these factors.
    Decomposition refitted(Observed data, @Nullable Path folder, FitProgress progress) {
        if (settings.stopping().splits() == 1) {
            return this;
        }
        Path state = folder == null ? null : folder.resolve("rank-%d-all.safetensors".formatted(rank()));
        try (var whole = JointFits.whole(data, settings, iterations, state)) {
            return whole.run(progress)
                    ? new Decomposition(
                            settings,
                            sizes,
                            whole.result().factors,
                            iterations,
                            losses,
                            heldOutLosses,
                            whole.result().excess)
                    : this;
        }
    }

    /// The files of the states, one for each split; none without a folder.
    static List<Path> states(DecompositionSettings settings, @Nullable Path folder) {
        return folder == null
                ? List.of()
                : IntStream.range(0, settings.stopping().splits())
                        .mapToObj(i -> "rank-%d-split-%d.safetensors".formatted(settings.rank(), i + 1))
                        .map(folder::resolve)
                        .toList();
    }

    /// R.
    public int rank() {
        return settings.rank();
    }

    /// The signals in the factors: lines and pictures.
    ///
    /// @param data the fitted tensor
    public List<SignalShape> sides(Observed data) {
        return settings.sides(data);
    }

    /// The loss of the held-out entries, in the units of the data.
    public double heldOut() {
        return heldOutLosses[iterations - 1];
    }

    /// The product of the factors, row-major, in the shape of the data.
    public float[] reconstruction() {
        try (var scope = Scope.withoutGradients()) {
            var tensors = new ArrayList<Tensor>();
            for (int k = 0; k < factors.size(); k++) {
                tensors.add(Tensors.of(factors.get(k), sizes.get(k), rank()));
            }
            return Tensors.floats(Factors.product(tensors));
        }
    }
}
