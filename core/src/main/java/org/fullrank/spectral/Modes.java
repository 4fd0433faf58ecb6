package org.fullrank.spectral;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Tensors;
import org.fullrank.linalg.BlockLanczos;
import org.fullrank.linalg.Eigenpairs;

/// The eigenvectors that an optimum uses, and their lengths.
///
/// @param lengths squared lengths of the used eigenvectors, at most K
/// @param eigenvalues the largest eigenvalues, up to K + 1
/// @param scale factor of all embeddings
/// @param loss the minimum
/// @param gap between the eigenvalues K and K + 1, where a negative eigenvalue counts as 0
/// @param residual of the eigenvectors
/// @param warnings about the relation and about these eigenvalues
record Modes(
        double[] lengths,
        double[] eigenvalues,
        double scale,
        double loss,
        double gap,
        double residual,
        List<String> warnings) {
    /// Two eigenvalues count as equal if they differ by less than this share of the largest eigenvalue.
    static final double TIE = 1e-9;
    /// An eigenvalue below this share of the largest one is a rounding error, and so is a missing share of the
    /// trace below it.
    static final double ROUNDING = 1e-12;

    /// Chooses the eigenvectors that the optimum uses from the largest eigenpairs.
    ///
    /// @throws InputException when no dimension reduces the loss
    static Modes of(SpectralObjective objective, int width, Eigenpairs pairs, Relation relation) {
        double[] values = Arrays.copyOf(pairs.values(), Math.min(width + 1, pairs.values().length));
        double floor = ROUNDING * Math.abs(values[0]);
        double[] used = Arrays.stream(values)
                .limit(width)
                .takeWhile(l -> Math.abs(l) > floor && objective.squaredLength(l) > 0)
                .toArray();
        InputException.when(
                used.length == 0,
                "spectral: found no dimension to keep, because the largest eigenvalue is %.3g; lower beta or gamma, or"
                        + " relate more samples",
                values[0]);
        double gap = at(values, width - 1) - at(values, width);
        List<String> warnings = new ArrayList<>(relation.warnings());
        if (used.length < width) {
            warnings.add("%d of %d dimensions are used: more do not lower the loss".formatted(used.length, width));
        } else if (gap <= TIE * Math.abs(values[0])) {
            warnings.add(
                    ("the eigenvalues %d and %d are equal, %.6g: the optimum is not unique; choose another number of"
                                    + " dimensions")
                            .formatted(width, width + 1, values[width - 1]));
        }
        if (pairs.residual() > BlockLanczos.Stop.DEFAULT.tolerance()) {
            warnings.add("the solver stopped at a residual of %.1e: the dimensions are that inexact; ask for fewer"
                    .formatted(pairs.residual()));
        }
        return new Modes(
                Arrays.stream(used).map(objective::squaredLength).toArray(),
                values,
                objective.scale(relation.size()),
                objective.minimum(used, width, relation),
                gap,
                pairs.residual(),
                warnings);
    }

    private static double at(double[] values, int i) {
        return i < values.length ? Math.max(0, values[i]) : 0;
    }

    /// The used eigenvectors with their lengths and the scale factor, `[N, k]`.
    Tensor columns(Eigenpairs pairs) {
        double[] factors = Arrays.stream(lengths).map(l -> scale * Math.sqrt(l)).toArray();
        return pairs.vectors().narrow(1, 0, factors.length).mul(Tensors.of(factors, 1, factors.length));
    }

    /// @param rank number of directions of the features
    /// @param condition condition number of the kernel matrix
    /// @param traceError share of the kernel matrix's trace that the features miss
    SpectralReport report(int rank, double condition, double traceError) {
        return new SpectralReport(
                loss,
                lengths,
                eigenvalues,
                rank,
                condition,
                gap,
                residual,
                Math.abs(traceError) <= ROUNDING ? 0 : traceError,
                List.copyOf(warnings));
    }
}
