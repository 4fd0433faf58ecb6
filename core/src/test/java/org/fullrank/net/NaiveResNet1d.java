package org.fullrank.net;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;

/// A one-dimensional residual network by its definition, with the statistics of the batch.
final class NaiveResNet1d {
    private final ResNet1d spec;
    private final Map<String, double[]> parameters = new HashMap<>();

    NaiveResNet1d(ResNet1d spec, ParameterBuffer buffer) {
        this.spec = spec;
        try (var scope = Scope.open()) {
            buffer.segments().forEach(s -> parameters.put(s.name(), Tensors.doubles(s.view(buffer.values()))));
        }
    }

    /// @param x `[B][C][L]`
    /// @return `[B][features]`
    double[][] represent(double[][][] x) {
        double[][][] y =
                rectified(norm("bn1", convolution("conv1", x, spec.channels().getFirst(), spec.kernel(), 1)));
        for (int stage = 0; stage < spec.channels().size(); stage++) {
            String name = "layer" + (stage + 1) + ".";
            int out = spec.channels().get(stage);
            int stride = stage == 0 ? 1 : 2;
            double[][][] path = convolution(name + "conv1", y, out, spec.kernel(), stride);
            path = rectified(norm(name + "bn1", path));
            path = norm(name + "bn2", convolution(name + "conv2", path, out, spec.kernel(), 1));
            double[][][] around =
                    stage == 0 ? y : norm(name + "downsample.1", convolution(name + "downsample.0", y, out, 1, stride));
            y = rectified(sum(path, around));
        }
        double[][] means = new double[x.length][spec.features()];
        for (int b = 0; b < x.length; b++) {
            for (int c = 0; c < spec.features(); c++) {
                for (double value : y[b][c]) {
                    means[b][c] += value / y[b][c].length;
                }
            }
        }
        return means;
    }

    private double[][][] convolution(String name, double[][][] x, int out, int kernel, int stride) {
        double[] w = parameter(name + ".weight");
        int in = x[0].length;
        int length = x[0][0].length;
        int shorter = (length - 1) / stride + 1;
        double[][][] y = new double[x.length][out][shorter];
        for (int b = 0; b < x.length; b++) {
            for (int o = 0; o < out; o++) {
                for (int t = 0; t < shorter; t++) {
                    for (int i = 0; i < in; i++) {
                        for (int k = 0; k < kernel; k++) {
                            int at = t * stride + k - kernel / 2;
                            if (at >= 0 && at < length) {
                                y[b][o][t] += w[(o * in + i) * kernel + k] * x[b][i][at];
                            }
                        }
                    }
                }
            }
        }
        return y;
    }

    private double[][][] norm(String name, double[][][] x) {
        double[] weight = parameter(name + ".weight");
        double[] bias = parameter(name + ".bias");
        double[][][] y = new double[x.length][x[0].length][x[0][0].length];
        int count = x.length * x[0][0].length;
        for (int c = 0; c < x[0].length; c++) {
            double mean = 0;
            double square = 0;
            for (double[][] item : x) {
                for (double value : item[c]) {
                    mean += value / count;
                    square += value * value / count;
                }
            }
            double deviation = Math.sqrt(square - mean * mean + 1e-5);
            for (int b = 0; b < x.length; b++) {
                for (int t = 0; t < x[b][c].length; t++) {
                    y[b][c][t] = (x[b][c][t] - mean) / deviation * weight[c] + bias[c];
                }
            }
        }
        return y;
    }

    private static double[][][] sum(double[][][] a, double[][][] b) {
        double[][][] y = new double[a.length][a[0].length][a[0][0].length];
        for (int i = 0; i < a.length; i++) {
            for (int c = 0; c < a[i].length; c++) {
                for (int t = 0; t < a[i][c].length; t++) {
                    y[i][c][t] = a[i][c][t] + b[i][c][t];
                }
            }
        }
        return y;
    }

    private static double[][][] rectified(double[][][] x) {
        double[][][] y = new double[x.length][x[0].length][x[0][0].length];
        for (int b = 0; b < x.length; b++) {
            for (int c = 0; c < x[b].length; c++) {
                for (int t = 0; t < x[b][c].length; t++) {
                    y[b][c][t] = Math.max(0, x[b][c][t]);
                }
            }
        }
        return y;
    }

    private double[] parameter(String name) {
        return Objects.requireNonNull(parameters.get(name), name);
    }
}
