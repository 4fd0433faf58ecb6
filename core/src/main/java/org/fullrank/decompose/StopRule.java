package org.fullrank.decompose;

/// Decides from the curve of a fit which step is kept, and when the fit ends.
sealed interface StopRule {
    /// Whether the factors of the last step replace the kept factors.
    boolean keeps(FitCurve curve);

    /// Whether the fit has ended.
    boolean isOver(FitCurve curve);

    /// The fit ends at this step at the latest.
    int mostSteps();

    /// The rule of these settings.
    static StopRule of(DecompositionSettings.Stopping stopping) {
        return stopping.noise() instanceof NoiseLevel.Unknown
                ? new Validation(stopping.patience(), stopping.iterations())
                : new Discrepancy(stopping.iterations());
    }

    /// Keeps the step with the smallest held-out loss.
    ///
    /// @param patience steps without a new best before the fit ends
    record Validation(int patience, int mostSteps) implements StopRule {
        @Override
        public boolean keeps(FitCurve curve) {
            int last = curve.steps() - 1;
            return last == 0 || curve.heldOut(last) < curve.heldOut(curve.keptStep() - 1);
        }

        @Override
        public boolean isOver(FitCurve curve) {
            return curve.steps() >= mostSteps || curve.steps() - curve.keptStep() >= patience;
        }
    }

    /// Keeps the first step whose residual is not above the noise (discrepancy principle, Morozov 1966).
    record Discrepancy(int mostSteps) implements StopRule {
        @Override
        public boolean keeps(FitCurve curve) {
            return true;
        }

        @Override
        public boolean isOver(FitCurve curve) {
            int steps = curve.steps();
            return steps >= mostSteps || steps > 0 && curve.excess(steps - 1) <= 1;
        }
    }

    /// Keeps step `mostSteps`.
    record After(int mostSteps) implements StopRule {
        @Override
        public boolean keeps(FitCurve curve) {
            return true;
        }

        @Override
        public boolean isOver(FitCurve curve) {
            return curve.steps() >= mostSteps;
        }
    }
}
