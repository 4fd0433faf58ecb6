package org.fullrank.probe;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.UnaryOperator;

/// Minimizes a smooth convex function with limited-memory BFGS (Nocedal 1980; Liu and Nocedal 1989). The
/// method uses a fixed preconditioner and a backtracking line search.
final class Lbfgs {
    private static final int MEMORY = 20;
    private static final double SUFFICIENT_DECREASE = 1e-4;
    private static final int MAX_HALVINGS = 30;
    // Values closer than this, relative, are equal: the function is computed from float32 products.
    private static final double NOISE = 1e-7;

    /// A function and its gradient.
    interface Function {
        /// Returns the value at `x`, and writes the gradient at `x` into `gradient`.
        double evaluate(double[] x, double[] gradient);
    }

    /// The result of a minimization.
    ///
    /// @param x the last point
    /// @param value value of the function at that point
    /// @param iterations number of steps
    /// @param gradientShare length of the last gradient as a share of the first; 0 if the first was zero
    /// @param converged whether this share is within the tolerance
    record Minimum(double[] x, double value, int iterations, double gradientShare, boolean converged) {}

    private record Pair(double[] step, double[] change, double inverse) {}

    private final Function function;
    private final UnaryOperator<double[]> preconditioner;
    private final Deque<Pair> pairs = new ArrayDeque<>();

    /// @param preconditioner multiplies a vector by a fixed, symmetric, positive approximation of the inverse
    ///     Hessian
    Lbfgs(Function function, UnaryOperator<double[]> preconditioner) {
        this.function = function;
        this.preconditioner = preconditioner;
    }

    /// Minimizes from `start` until the length of the gradient is at most `tolerance` times its length at
    /// `start`.
    Minimum minimize(double[] start, double tolerance, int maxIterations) {
        double[] x = start.clone();
        double[] gradient = new double[x.length];
        double value = function.evaluate(x, gradient);
        double first = Math.sqrt(dot(gradient, gradient));
        double share = first == 0 ? 0 : 1;
        int iteration = 0;
        while (share > tolerance && iteration < maxIterations) {
            double[] direction = direction(gradient);
            double[] next = new double[x.length];
            double[] nextGradient = new double[x.length];
            double reached = search(x, value, gradient, direction, next, nextGradient);
            if (Double.isNaN(reached)) {
                if (pairs.isEmpty()) {
                    break; // not even the plain direction descends: the limit of float32 is reached
                }
                pairs.clear();
                continue;
            }
            remember(x, next, gradient, nextGradient);
            x = next;
            gradient = nextGradient;
            value = reached;
            share = Math.sqrt(dot(gradient, gradient)) / first;
            iteration++;
        }
        return new Minimum(x, value, iteration, share, share <= tolerance);
    }

    /// Minus the approximate inverse Hessian times the gradient, computed by the two-loop recursion.
    private double[] direction(double[] gradient) {
        double[] q = gradient.clone();
        double[] weights = new double[pairs.size()];
        int i = 0;
        for (Pair pair : pairs) { // newest first
            weights[i] = pair.inverse * dot(pair.step, q);
            add(q, -weights[i++], pair.change);
        }
        double[] r = preconditioner.apply(q);
        if (!pairs.isEmpty()) {
            Pair newest = pairs.getFirst();
            double scale = 1 / (newest.inverse * dot(newest.change, preconditioner.apply(newest.change)));
            scale(r, scale);
        }
        for (var oldest = pairs.descendingIterator(); oldest.hasNext(); ) {
            Pair pair = oldest.next();
            add(r, weights[--i] - pair.inverse * dot(pair.change, r), pair.step);
        }
        scale(r, -1);
        return r;
    }

    /// Halves the step until the function decreases enough. Then it writes the point and the gradient there.
    ///
    /// @return the value at that point, or NaN if no step was short enough
    private double search(
            double[] x, double value, double[] gradient, double[] direction, double[] next, double[] nextGradient) {
        double slope = dot(gradient, direction);
        double step = 1;
        for (int i = 0; slope < 0 && i < MAX_HALVINGS; i++, step /= 2) {
            System.arraycopy(x, 0, next, 0, x.length);
            add(next, step, direction);
            double reached = function.evaluate(next, nextGradient);
            if (reached <= value + SUFFICIENT_DECREASE * step * slope) {
                return reached;
            }
            // Near the minimum the decrease is smaller than rounding errors; a flatter slope still shows progress.
            if (reached <= value + NOISE * Math.abs(value) && Math.abs(dot(nextGradient, direction)) < -slope) {
                return reached;
            }
        }
        return Double.NaN;
    }

    private void remember(double[] x, double[] next, double[] gradient, double[] nextGradient) {
        double[] step = difference(next, x);
        double[] change = difference(nextGradient, gradient);
        double curvature = dot(step, change);
        if (curvature > 1e-10 * Math.sqrt(dot(step, step) * dot(change, change))) {
            pairs.addFirst(new Pair(step, change, 1 / curvature));
            if (pairs.size() > MEMORY) {
                pairs.removeLast();
            }
        }
    }

    private static double[] difference(double[] a, double[] b) {
        double[] difference = a.clone();
        add(difference, -1, b);
        return difference;
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    private static void add(double[] to, double factor, double[] what) {
        for (int i = 0; i < to.length; i++) {
            to[i] += factor * what[i];
        }
    }

    private static void scale(double[] x, double factor) {
        for (int i = 0; i < x.length; i++) {
            x[i] *= factor;
        }
    }
}
