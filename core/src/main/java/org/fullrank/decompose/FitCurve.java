package org.fullrank.decompose;

import java.util.Arrays;

/// What was measured in each step so far, and the step whose factors are kept.
final class FitCurve {
    private double[] losses = new double[64];
    private double[] heldOut = new double[64];
    private double[] excess = new double[64];
    private int steps;
    private int keptStep;

    /// Adds a step.
    ///
    /// @param loss of the fitted entries
    /// @param heldOutLoss NaN if no entry is held out
    /// @param residual [#excess] of the step
    void add(double loss, double heldOutLoss, double residual) {
        if (steps == losses.length) {
            losses = Arrays.copyOf(losses, 2 * steps);
            heldOut = Arrays.copyOf(heldOut, 2 * steps);
            excess = Arrays.copyOf(excess, 2 * steps);
        }
        losses[steps] = loss;
        heldOut[steps] = heldOutLoss;
        excess[steps] = residual;
        steps++;
    }

    /// The factors of the last step are kept.
    void keep() {
        keptStep = steps;
    }

    int steps() {
        return steps;
    }

    /// Number of the kept step, from 1; 0 before the first step.
    int keptStep() {
        return keptStep;
    }

    double loss(int index) {
        return losses[index];
    }

    double heldOut(int index) {
        return heldOut[index];
    }

    /// The squared residuals divided by the variance of the noise, as a mean over the fitted entries. NaN if
    /// the noise is unknown.
    double excess(int index) {
        return excess[index];
    }

    /// The loss of each step.
    double[] losses() {
        return Arrays.copyOf(losses, steps);
    }

    /// The held-out loss of each step.
    double[] heldOutLosses() {
        return Arrays.copyOf(heldOut, steps);
    }

    /// [#excess(int)] of each step.
    double[] excesses() {
        return Arrays.copyOf(excess, steps);
    }
}
