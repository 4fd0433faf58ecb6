package org.fullrank.spectral;

import java.util.List;
import java.util.stream.Stream;

/// What a fit found.
///
/// @param loss the value of the objective at its optimum, the least one for K dimensions
/// @param lengths squared lengths of the kept dimensions, in descending order of their eigenvalues; without
///     the factor N of embeddings with unit variance
/// @param eigenvalues the largest ones, up to K + 1 of them, in descending order
/// @param rank number of directions of the features; the number of samples without features
/// @param condition largest eigenvalue of the kernel matrix of the samples divided by its smallest above the
///     rank cut; 1 without features
/// @param gap difference of the eigenvalues K and K + 1, each at least 0; at 0 the optimum is not unique
/// @param residual of the eigenvectors, relative to the largest eigenvalue; 0 where all were computed
/// @param traceError share of the trace of the kernel matrix that landmarks or random features miss; about 0
///     where they are exact
/// @param warnings what a user should know, one line each
public record SpectralReport(
        double loss,
        double[] lengths,
        double[] eigenvalues,
        int rank,
        double condition,
        double gap,
        double residual,
        double traceError,
        List<String> warnings) {
    /// Number of used dimensions: the rank of the embeddings.
    public int kept() {
        return lengths.length;
    }

    SpectralReport withWarning(String warning) {
        return new SpectralReport(
                loss,
                lengths,
                eigenvalues,
                rank,
                condition,
                gap,
                residual,
                traceError,
                Stream.concat(warnings.stream(), Stream.of(warning)).toList());
    }
}
