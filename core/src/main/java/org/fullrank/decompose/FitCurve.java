package org.fullrank.decompose;

import java.util.Arrays;

/// The losses of all steps so far, for scaled data, and the best step.
final class FitCurve {
    private double[] losses = new double[64];
    private double[] heldOut = new double[64];
    private int steps;
    private int bestStep;

    /// Adds a step.
    ///
    /// @return whether its held-out loss is the smallest so far
    boolean add(double loss, double heldOutLoss) {
        if (steps == losses.length) {
            losses = Arrays.copyOf(losses, 2 * steps);
            heldOut = Arrays.copyOf(heldOut, 2 * steps);
        }
        losses[steps] = loss;
        heldOut[steps] = heldOutLoss;
        boolean isBest = steps == 0 || heldOutLoss < best();
        steps++;
        bestStep = isBest ? steps : bestStep;
        return isBest;
    }

    int steps() {
        return steps;
    }

    /// Number of the best step, from 1; 0 before the first step.
    int bestStep() {
        return bestStep;
    }

    double best() {
        return heldOut[bestStep - 1];
    }

    double lastLoss() {
        return losses[steps - 1];
    }

    double lastHeldOut() {
        return heldOut[steps - 1];
    }

    /// The loss of each step, times `unit`.
    double[] losses(double unit) {
        return Arrays.stream(losses, 0, steps).map(loss -> loss * unit).toArray();
    }

    /// The held-out loss of each step, times `unit`.
    double[] heldOut(double unit) {
        return Arrays.stream(heldOut, 0, steps).map(loss -> loss * unit).toArray();
    }
}
