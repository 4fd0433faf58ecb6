package org.fullrank.net;

import java.util.Arrays;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.Tensors;

/// The layers of untrained networks by loops, on signals `[channels][height][width]`.
final class NaiveSignal {
    private final ParameterBuffer parameters;

    NaiveSignal(ParameterBuffer parameters) {
        this.parameters = parameters;
    }

    private double[] numbers(String name) {
        ParameterBuffer.Segment segment = parameters.segments().stream()
                .filter(s -> s.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no parameter " + name));
        Tensor view = segment.view(parameters.values());
        return Tensors.doubles(view);
    }

    private long[] sizes(String name) {
        return parameters.segments().stream()
                .filter(s -> s.name().equals(name))
                .findFirst()
                .orElseThrow()
                .sizes()
                .stream()
                .mapToLong(Long::longValue)
                .toArray();
    }

    private boolean has(String name) {
        return parameters.segments().stream().anyMatch(s -> s.name().equals(name));
    }

    /// The input parameter as a signal, plus `noise`.
    double[][][] input(String name, double[] noise) {
        double[] flat = numbers(name);
        long[] sizes = sizes(name);
        var x = new double[(int) sizes[1]][(int) sizes[2]][(int) sizes[3]];
        int at = 0;
        for (double[][] channel : x) {
            for (double[] row : channel) {
                for (int j = 0; j < row.length; j++, at++) {
                    row[j] = flat[at] + noise[at];
                }
            }
        }
        return x;
    }

    double[][][] convolution(String name, double[][][] x, int stride) {
        double[] weight = numbers(name + ".weight");
        long[] sizes = sizes(name + ".weight"); // [out, in, across, along]
        double[] bias = has(name + ".bias") ? numbers(name + ".bias") : new double[(int) sizes[0]];
        int across = (int) sizes[2];
        int along = (int) sizes[3];
        int down = x[0].length == 1 ? 1 : stride;
        int height = (x[0].length + down - 1) / down;
        int width = (x[0][0].length + stride - 1) / stride;
        var y = new double[(int) sizes[0]][height][width];
        for (int o = 0; o < y.length; o++) {
            for (int i = 0; i < height; i++) {
                for (int j = 0; j < width; j++) {
                    double sum = bias[o];
                    for (int c = 0; c < x.length; c++) {
                        for (int a = 0; a < across; a++) {
                            for (int b = 0; b < along; b++) {
                                int row = reflected(i * down + a - across / 2, x[0].length);
                                int column = reflected(j * stride + b - along / 2, x[0][0].length);
                                int at = ((o * x.length + c) * across + a) * along + b;
                                sum += weight[at] * x[c][row][column];
                            }
                        }
                    }
                    y[o][i][j] = sum;
                }
            }
        }
        return y;
    }

    private static int reflected(int i, int length) {
        return i < 0 ? -i : i >= length ? 2 * length - 2 - i : i;
    }

    double[][][] batchNorm(String name, double[][][] x) {
        double[] scale = numbers(name + ".weight");
        double[] shift = numbers(name + ".bias");
        var y = new double[x.length][x[0].length][x[0][0].length];
        for (int c = 0; c < x.length; c++) {
            double mean = Arrays.stream(x[c])
                    .flatMapToDouble(Arrays::stream)
                    .average()
                    .orElseThrow();
            double variance = Arrays.stream(x[c])
                    .flatMapToDouble(Arrays::stream)
                    .map(v -> (v - mean) * (v - mean))
                    .average()
                    .orElseThrow();
            for (int i = 0; i < x[c].length; i++) {
                for (int j = 0; j < x[c][i].length; j++) {
                    y[c][i][j] = (x[c][i][j] - mean) / Math.sqrt(variance + 1e-5) * scale[c] + shift[c];
                }
            }
        }
        return y;
    }

    static double[][][] leaky(double[][][] x) {
        return Arrays.stream(x)
                .map(channel -> Arrays.stream(channel)
                        .map(row ->
                                Arrays.stream(row).map(v -> v < 0 ? 0.2 * v : v).toArray())
                        .toArray(double[][]::new))
                .toArray(double[][][]::new);
    }

    /// Linear interpolation at half-pixel centers to twice the sides, cut to `height` and `width`.
    static double[][][] doubled(double[][][] x, int height, int width) {
        var y = new double[x.length][height][width];
        for (int c = 0; c < x.length; c++) {
            for (int i = 0; i < height; i++) {
                for (int j = 0; j < width; j++) {
                    double row = x[c].length == 1 ? 0 : Math.max(0, (i + 0.5) / 2 - 0.5);
                    double column = Math.max(0, (j + 0.5) / 2 - 0.5);
                    int top = (int) row;
                    int left = (int) column;
                    int bottom = Math.min(top + 1, x[c].length - 1);
                    int right = Math.min(left + 1, x[c][0].length - 1);
                    double down = row - top;
                    double over = column - left;
                    y[c][i][j] = (1 - down) * ((1 - over) * x[c][top][left] + over * x[c][top][right])
                            + down * ((1 - over) * x[c][bottom][left] + over * x[c][bottom][right]);
                }
            }
        }
        return y;
    }

    /// The first rows and columns.
    static double[][][] cut(double[][][] x, int height, int width) {
        return Arrays.stream(x)
                .map(channel -> Arrays.stream(channel)
                        .limit(height)
                        .map(row -> Arrays.copyOf(row, width))
                        .toArray(double[][]::new))
                .toArray(double[][][]::new);
    }

    static double[][][] joined(double[][][] first, double[][][] second) {
        var y = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, y, first.length, second.length);
        return y;
    }

    /// `[positions][channels]`, flat.
    static double[] columns(double[][][] x) {
        int height = x[0].length;
        int width = x[0][0].length;
        double[] flat = new double[height * width * x.length];
        for (int i = 0; i < height * width; i++) {
            for (int c = 0; c < x.length; c++) {
                flat[i * x.length + c] = x[c][i / width][i % width];
            }
        }
        return flat;
    }
}
