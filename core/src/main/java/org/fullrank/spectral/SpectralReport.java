package org.fullrank.spectral;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.stream.Stream;

/// What a fit found.
///
/// @param loss the minimum of the objective with K dimensions
/// @param lengths squared lengths of the kept dimensions, in descending order of their eigenvalues. The
///     factor N of embeddings with variance 1 is left out
/// @param eigenvalues the largest eigenvalues, up to K + 1 of them, in descending order
/// @param rank number of directions of the features; the number of samples without features
/// @param condition the largest eigenvalue of the samples' kernel matrix divided by the smallest one above
///     the rank cut; 1 without features
/// @param gap difference between the eigenvalues K and K + 1, where a negative eigenvalue counts as 0. If the
///     gap is 0, the optimum is not unique
/// @param residual of the eigenvectors, relative to the largest eigenvalue; 0 if all eigenvectors were
///     computed
/// @param traceError share of the kernel matrix's trace that landmarks or random features miss; about 0 if
///     the features are exact
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
    /// Number of used dimensions, which is the rank of the embeddings.
    public int kept() {
        return lengths.length;
    }

    /// For JSON.
    public SequencedMap<String, Object> toMap() {
        var map = new LinkedHashMap<String, Object>();
        map.put("loss", loss);
        map.put("lengths", lengths);
        map.put("rank", rank);
        map.put("condition", condition);
        map.put("gap", gap);
        map.put("residual", residual);
        map.put("traceError", traceError);
        map.put("warnings", warnings);
        return map;
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
