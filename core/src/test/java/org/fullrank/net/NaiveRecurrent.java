package org.fullrank.net;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;

/// A recurrent network by its definition: one number at a time, in float64.
final class NaiveRecurrent {
    private final Recurrent spec;
    private final Map<String, double[]> parameters = new HashMap<>();

    NaiveRecurrent(Recurrent spec, ParameterBuffer buffer) {
        this.spec = spec;
        try (var scope = Scope.open()) {
            buffer.segments().forEach(s -> parameters.put(s.name(), Tensors.doubles(s.view(buffer.values()))));
        }
    }

    /// @param series `[C][L]`
    double[] represent(double[][] series) {
        int length = series[0].length;
        double[][] steps = new double[length][series.length];
        for (int t = 0; t < length; t++) {
            for (int c = 0; c < series.length; c++) {
                steps[t][c] = series[c][t];
            }
        }
        for (int layer = 0; layer < spec.widths().size(); layer++) {
            steps = states("layers." + layer + ".", spec.widths().get(layer), steps);
        }
        if (spec.pool() == Recurrent.Pool.LAST) {
            return steps[length - 1];
        }
        double[] mean = new double[spec.features()];
        for (double[] step : steps) {
            for (int i = 0; i < mean.length; i++) {
                mean[i] += step[i] / length;
            }
        }
        return mean;
    }

    private double[][] states(String layer, int width, double[][] steps) {
        double[][] states = new double[steps.length][];
        double[] state = new double[width];
        double[] memory = new double[width];
        for (int t = 0; t < steps.length; t++) {
            state = switch (spec.cell()) {
                case ORTHOGONAL -> orthogonal(layer, steps[t], state);
                case GRU -> gru(layer, steps[t], state);
                case LSTM -> lstm(layer, steps[t], state, memory);
            };
            states[t] = state;
        }
        return states;
    }

    private double[] orthogonal(String layer, double[] x, double[] h) {
        double[] drive = product(layer + "weight_ih", x);
        double[][] u = turn(parameter(layer + "generator"), h.length);
        double[] b = parameter(layer + "bias");
        double[] next = new double[h.length];
        for (int i = 0; i < h.length; i++) {
            double z = drive[i];
            for (int j = 0; j < h.length; j++) {
                z += u[i][j] * h[j];
            }
            next[i] = Math.signum(z) * Math.max(0, Math.abs(z) + b[i]);
        }
        return next;
    }

    /// exp(A - A'), as the 2^20-th power of a series of three terms.
    static double[][] turn(double[] a, int n) {
        int halvings = 20;
        double[][] skew = new double[n][n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                skew[i][j] = (a[i * n + j] - a[j * n + i]) / (1 << halvings);
            }
        }
        double[][] square = times(skew, skew);
        double[][] turn = new double[n][n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                turn[i][j] = skew[i][j] + square[i][j] / 2; // without the identity, whose digits would hide it
            }
        }
        for (int k = 0; k < halvings; k++) {
            double[][] twice = times(turn, turn);
            for (int i = 0; i < n; i++) {
                for (int j = 0; j < n; j++) {
                    twice[i][j] += 2 * turn[i][j];
                }
            }
            turn = twice;
        }
        for (int i = 0; i < n; i++) {
            turn[i][i] += 1;
        }
        return turn;
    }

    static double[][] times(double[][] a, double[][] b) {
        double[][] product = new double[a.length][b[0].length];
        for (int i = 0; i < a.length; i++) {
            for (int j = 0; j < b[0].length; j++) {
                for (int k = 0; k < b.length; k++) {
                    product[i][j] += a[i][k] * b[k][j];
                }
            }
        }
        return product;
    }

    private double[] gru(String layer, double[] x, double[] h) {
        double[] in = affine(layer, "ih", x);
        double[] out = affine(layer, "hh", h);
        int n = h.length;
        double[] next = new double[n];
        for (int i = 0; i < n; i++) {
            double reset = sigmoid(in[i] + out[i]);
            double update = sigmoid(in[n + i] + out[n + i]);
            double fresh = Math.tanh(in[2 * n + i] + reset * out[2 * n + i]);
            next[i] = (1 - update) * fresh + update * h[i];
        }
        return next;
    }

    private double[] lstm(String layer, double[] x, double[] h, double[] memory) {
        double[] in = affine(layer, "ih", x);
        double[] out = affine(layer, "hh", h);
        int n = h.length;
        double[] next = new double[n];
        for (int i = 0; i < n; i++) {
            double input = sigmoid(in[i] + out[i]);
            double forget = sigmoid(in[n + i] + out[n + i]);
            double fresh = Math.tanh(in[2 * n + i] + out[2 * n + i]);
            double gate = sigmoid(in[3 * n + i] + out[3 * n + i]);
            memory[i] = forget * memory[i] + input * fresh;
            next[i] = gate * Math.tanh(memory[i]);
        }
        return next;
    }

    private double[] affine(String layer, String which, double[] x) {
        double[] y = product(layer + "weight_" + which, x);
        double[] bias = parameter(layer + "bias_" + which);
        Arrays.setAll(y, i -> y[i] + bias[i]);
        return y;
    }

    private double[] product(String matrix, double[] x) {
        double[] w = parameter(matrix);
        double[] y = new double[w.length / x.length];
        for (int i = 0; i < w.length; i++) {
            y[i / x.length] += w[i] * x[i % x.length];
        }
        return y;
    }

    private static double sigmoid(double x) {
        return 1 / (1 + Math.exp(-x));
    }

    private double[] parameter(String name) {
        return Objects.requireNonNull(parameters.get(name), name);
    }
}
