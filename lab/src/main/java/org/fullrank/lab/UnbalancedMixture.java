package org.fullrank.lab;

import java.util.Arrays;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.ejml.simple.SimpleMatrix;

/// Points of three Gaussian classes in the plane, and logistic regression on them. Weights are `[class][w_x,
/// w_y, bias]`, and the objective is `C sum(cross-entropy) + |w|^2/2` without the biases.
///
/// @param x points with a one behind each, `[N, 3]`
/// @param labels class of each point
record UnbalancedMixture(double[][] x, int[] labels) {
    static final int CLASSES = 3;
    private static final double[][] MEANS = {{-2, 0}, {2, 0}, {0, 1.5}};
    private static final double[] DEVIATIONS = {0.8, 0.8, 0.5};
    /// Weights and bias of a class.
    private static final int COLUMNS = 3;

    private static final int ITERATIONS = 100;
    /// Length of a Newton step after which the error, its square, is rounding.
    private static final double CONVERGED = 1e-8;

    /// Share of the objective by which rounding may raise it.
    private static final double ROUNDING = 1e-12;

    /// Logistic regression.
    interface Fit {
        /// The weights `[3][3]` for an objective with this C.
        double[][] of(UnbalancedMixture points, double c);
    }

    /// Points of all classes, with this size of each class.
    static UnbalancedMixture draw(RandomGenerator random, int... sizes) {
        int[] labels = IntStream.range(0, CLASSES)
                .flatMap(c -> IntStream.generate(() -> c).limit(sizes[c]))
                .toArray();
        double[][] x = Arrays.stream(labels)
                .mapToObj(c -> new double[] {
                    MEANS[c][0] + DEVIATIONS[c] * random.nextGaussian(),
                    MEANS[c][1] + DEVIATIONS[c] * random.nextGaussian(),
                    1
                })
                .toArray(double[][]::new);
        return new UnbalancedMixture(x, labels);
    }

    /// The minimum of the objective, by Newton's method. A step that raises the objective is halved.
    double[][] minimum(double c) {
        double[][] weights = new double[CLASSES][COLUMNS];
        double value = objective(weights, c);
        for (int i = 0; i < ITERATIONS; i++) {
            SimpleMatrix step = new SimpleMatrix(curvature(weights, c)).solve(flat(slope(weights, c)));
            double share = 1;
            double[][] next = moved(weights, step, share);
            double nextValue = objective(next, c);
            while (nextValue > value * (1 + ROUNDING)) {
                share /= 2;
                next = moved(weights, step, share);
                nextValue = objective(next, c);
            }
            weights = next;
            value = nextValue;
            if (step.normF() < CONVERGED) {
                return weights;
            }
        }
        throw new ArithmeticException("no minimum for C %s after %d steps".formatted(c, ITERATIONS));
    }

    private static SimpleMatrix flat(double[][] rows) {
        return new SimpleMatrix(
                CLASSES * COLUMNS,
                1,
                true,
                Arrays.stream(rows).flatMapToDouble(Arrays::stream).toArray());
    }

    private static double[][] moved(double[][] weights, SimpleMatrix step, double share) {
        double[][] moved = new double[CLASSES][COLUMNS];
        for (int k = 0; k < CLASSES; k++) {
            for (int j = 0; j < COLUMNS; j++) {
                moved[k][j] = weights[k][j] - share * step.get(COLUMNS * k + j);
            }
        }
        return moved;
    }

    private double objective(double[][] weights, double c) {
        double loss = 0;
        for (int i = 0; i < x.length; i++) {
            loss -= Math.log(probabilities(weights, x[i])[labels[i]]);
        }
        double decay = 0;
        for (double[] row : weights) {
            decay += (row[0] * row[0] + row[1] * row[1]) / 2;
        }
        return c * loss + decay;
    }

    /// The gradient of the objective, `[3][3]`.
    double[][] slope(double[][] weights, double c) {
        double[][] slope = new double[CLASSES][COLUMNS];
        for (int i = 0; i < x.length; i++) {
            double[] p = probabilities(weights, x[i]);
            p[labels[i]] -= 1;
            for (int k = 0; k < CLASSES; k++) {
                VectorMath.add(slope[k], c * p[k], x[i]);
            }
        }
        for (int k = 0; k < CLASSES; k++) {
            slope[k][0] += weights[k][0];
            slope[k][1] += weights[k][1];
        }
        return slope;
    }

    /// The Hessian of the objective plus half the square of the sum of the biases. Only differences of biases
    /// matter, and this term makes the matrix invertible.
    private double[][] curvature(double[][] weights, double c) {
        double[][] h = new double[CLASSES * COLUMNS][CLASSES * COLUMNS];
        for (double[] point : x) {
            double[] p = probabilities(weights, point);
            for (int k = 0; k < CLASSES; k++) {
                for (int l = 0; l < CLASSES; l++) {
                    double share = c * p[k] * ((k == l ? 1 : 0) - p[l]);
                    for (int i = 0; i < COLUMNS; i++) {
                        for (int j = 0; j < COLUMNS; j++) {
                            h[COLUMNS * k + i][COLUMNS * l + j] += share * point[i] * point[j];
                        }
                    }
                }
            }
        }
        for (int k = 0; k < CLASSES; k++) {
            h[COLUMNS * k][COLUMNS * k] += 1;
            h[COLUMNS * k + 1][COLUMNS * k + 1] += 1;
            for (int l = 0; l < CLASSES; l++) {
                h[COLUMNS * k + 2][COLUMNS * l + 2] += 1;
            }
        }
        return h;
    }

    private static double[] probabilities(double[][] weights, double[] point) {
        double[] p = logits(weights, point);
        double largest = Math.max(p[0], Math.max(p[1], p[2]));
        double sum = 0;
        for (int k = 0; k < CLASSES; k++) {
            p[k] = Math.exp(p[k] - largest);
            sum += p[k];
        }
        for (int k = 0; k < CLASSES; k++) {
            p[k] /= sum;
        }
        return p;
    }

    private static double[] logits(double[][] weights, double[] point) {
        double[] z = new double[CLASSES];
        for (int k = 0; k < CLASSES; k++) {
            z[k] = VectorMath.dot(weights[k], point);
        }
        return z;
    }

    /// The share of the points of each class that get their own class.
    double[] accuracies(double[][] weights) {
        double[] right = new double[CLASSES];
        int[] all = new int[CLASSES];
        for (int i = 0; i < x.length; i++) {
            double[] z = logits(weights, x[i]);
            int own = labels[i];
            all[own]++;
            right[own] += IntStream.range(0, CLASSES).allMatch(k -> k == own || z[k] < z[own]) ? 1 : 0;
        }
        Arrays.setAll(right, k -> right[k] / all[k]);
        return right;
    }
}
