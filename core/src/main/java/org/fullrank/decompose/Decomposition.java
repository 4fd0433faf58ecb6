package org.fullrank.decompose;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
/// @param losses loss of the fitted entries in each step
/// @param heldOutLosses loss of the held-out entries in each step, for the averaged factors
public record Decomposition(
        DecompositionSettings settings,
        List<Integer> sizes,
        List<float[]> factors,
        int iterations,
        double[] losses,
        double[] heldOutLosses) {
    public Decomposition {
        sizes = List.copyOf(sizes);
        factors = List.copyOf(factors);
    }

    /// Fits factors to the observed entries of `data`.
    ///
    /// @throws org.fullrank.engine.InputException when the settings do not suit the data
    /// @throws org.fullrank.engine.JobException when a loss is not finite
    public static Decomposition fit(PartialTensor data, DecompositionSettings settings) {
        return fit(data, settings, null, FitProgress.SILENT);
    }

    /// The same with saved states.
    ///
    /// @param state a file for the state of the fit, or null for none. If the file exists, the fit continues
    ///     from it
    /// @throws org.fullrank.engine.InputException when the settings do not suit the data, or when the state
    ///     belongs to other data or settings
    public static Decomposition fit(
            PartialTensor data, DecompositionSettings settings, @Nullable Path state, FitProgress progress) {
        try (var fit = new FactorFit(data, settings)) {
            FitState saved = state == null ? null : new FitState(state, data.fingerprint());
            if (saved != null) {
                saved.restore(fit);
            }
            fit.run(saved, progress);
            return fit.result();
        }
    }

    /// R.
    public int rank() {
        return settings.rank();
    }

    /// The signals in the factors: lines and pictures.
    ///
    /// @param data the fitted tensor
    public List<SignalShape> sides(PartialTensor data) {
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
