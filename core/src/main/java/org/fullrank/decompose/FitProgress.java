package org.fullrank.decompose;

/// Receives each step of a fit.
@FunctionalInterface
public interface FitProgress {
    /// Reports nothing and never stops the fit.
    FitProgress SILENT = step -> true;

    /// A step.
    ///
    /// @param rank of the factors
    /// @param step from 1
    /// @param mostSteps of this fit
    /// @param loss of the fitted entries
    /// @param heldOut loss of the held-out entries, with the averaged factors; NaN if all entries are fitted
    /// @param best held-out loss of the kept factors; NaN if all entries are fitted
    record Step(int rank, int step, int mostSteps, double loss, double heldOut, double best) {}

    /// @return whether the fit continues; if not, it ends with the best factors so far
    boolean goesOn(Step step);
}
