package org.fullrank.diagnose;

import java.util.List;

/// All that was found out about one embedding.
///
/// @param subject what was examined, as `z.npy` or `representation`
/// @param rows N, without those that were left out
/// @param width D
/// @param verdicts the most severe first; one of kind healthy where nothing was found
/// @param sections the figures
/// @param plots what a page draws
/// @param warnings one line each, such as rows that were left out
public record Diagnosis(
        String subject,
        long rows,
        int width,
        List<Verdict> verdicts,
        List<Section> sections,
        Plots plots,
        List<String> warnings) {
    public Diagnosis {
        verdicts = List.copyOf(verdicts);
        sections = List.copyOf(sections);
        warnings = List.copyOf(warnings);
    }

    /// Numbers for drawings.
    ///
    /// @param singularValues of the centred rows, descending, `min(N, D)` of them
    /// @param isotropic those that isotropic Gaussian rows of the same N, D and total variance would show
    /// @param deviations standard deviation of each dimension, `[D]`
    /// @param norms lengths of rows at the 0th, 1st, ... 100th percentile, `[101]`
    public record Plots(double[] singularValues, double[] isotropic, double[] deviations, double[] norms) {}

    /// The most severe verdict.
    public Verdict verdict() {
        return verdicts.getFirst();
    }
}
