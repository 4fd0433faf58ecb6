package org.fullrank.lab;

import java.util.List;

/// The optimizer Adam with its usual constants (Kingma and Ba 2015, "Adam: a method for stochastic
/// optimization").
final class Adam {
    private static final double MEAN = 0.9;
    private static final double SQUARE = 0.999;
    private static final double EPSILON = 1e-8;

    private final double rate;
    private final List<double[]> parameters;
    private final List<double[]> means;
    private final List<double[]> squares;
    private int steps;

    Adam(Perceptron net, double rate) {
        this.rate = rate;
        parameters = net.arrays();
        means = parameters.stream().map(p -> new double[p.length]).toList();
        squares = parameters.stream().map(p -> new double[p.length]).toList();
    }

    /// Changes the network against a gradient.
    void step(Perceptron gradient) {
        steps++;
        double size = rate * Math.sqrt(1 - Math.pow(SQUARE, steps)) / (1 - Math.pow(MEAN, steps));
        List<double[]> slopes = gradient.arrays();
        for (int k = 0; k < parameters.size(); k++) {
            double[] g = slopes.get(k);
            double[] m = means.get(k);
            double[] v = squares.get(k);
            double[] w = parameters.get(k);
            for (int i = 0; i < w.length; i++) {
                m[i] = MEAN * m[i] + (1 - MEAN) * g[i];
                v[i] = SQUARE * v[i] + (1 - SQUARE) * g[i] * g[i];
                w[i] -= size * m[i] / (Math.sqrt(v[i]) + EPSILON);
            }
        }
    }
}
