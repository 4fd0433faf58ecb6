package org.fullrank.net;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.fullrank.engine.Tensors;

/// A vision transformer in loops over float64, one image at a time, written after Dosovitskiy et al.
/// (2021), equations 1 to 4, and `VisionTransformer` of timm 1.0.31.
final class NaiveVit {
    private final Vit spec;
    private final Map<String, double[]> weights = new HashMap<>();

    NaiveVit(Vit spec, ParameterBuffer parameters) {
        this.spec = spec;
        for (ParameterBuffer.Segment s : parameters.segments()) {
            weights.put(s.name(), Tensors.doubles(s.view(parameters.values())));
        }
    }

    private double[] weight(String name) {
        return Objects.requireNonNull(weights.get(name), name);
    }

    /// The representation of an image, `[channels][side][side]`.
    double[] represent(double[][][] image) {
        double[][] x = tokens(image);
        for (int i = 0; i < spec.depth(); i++) {
            String block = "blocks." + i + ".";
            x = sum(x, attention(block + "attn.", each(x, row -> norm(block + "norm1", row))));
            x = sum(x, each(x, row -> perceptron(block + "mlp.", norm(block + "norm2", row))));
        }
        if (spec.pool() == Vit.Pool.TOKEN) {
            return norm("norm", x[0]);
        }
        double[] mean = new double[spec.width()];
        for (double[] row : x) {
            for (int c = 0; c < mean.length; c++) {
                mean[c] += row[c] / x.length;
            }
        }
        return norm("fc_norm", mean);
    }

    private double[][] tokens(double[][][] image) {
        int side = image[0].length / spec.patch();
        int before = spec.pool() == Vit.Pool.TOKEN ? 1 : 0;
        double[][] x = new double[before + side * side][];
        if (before == 1) {
            x[0] = weight("cls_token").clone();
        }
        for (int row = 0; row < side; row++) {
            for (int column = 0; column < side; column++) {
                x[before + row * side + column] = patch(image, row * spec.patch(), column * spec.patch());
            }
        }
        double[] positions = weight("pos_embed");
        for (int t = 0; t < x.length; t++) {
            for (int c = 0; c < spec.width(); c++) {
                x[t][c] += positions[t * spec.width() + c];
            }
        }
        return x;
    }

    private double[] patch(double[][][] image, int top, int left) {
        double[] flat = new double[image.length * spec.patch() * spec.patch()];
        int i = 0;
        for (double[][] channel : image) {
            for (int y = 0; y < spec.patch(); y++) {
                for (int z = 0; z < spec.patch(); z++) {
                    flat[i++] = channel[top + y][left + z];
                }
            }
        }
        return linear("patch_embed.proj", flat);
    }

    private double[][] attention(String name, double[][] x) {
        int width = spec.width();
        int columns = width / spec.heads();
        double[][] qkv = each(x, row -> linear(name + "qkv", row));
        double[][] mixed = new double[x.length][width];
        for (int head = 0; head < spec.heads(); head++) {
            int from = head * columns;
            for (int t = 0; t < x.length; t++) {
                double[] share = new double[x.length];
                double total = 0;
                for (int u = 0; u < x.length; u++) {
                    double product = 0;
                    for (int c = from; c < from + columns; c++) {
                        product += qkv[t][c] * qkv[u][width + c];
                    }
                    share[u] = Math.exp(product / Math.sqrt(columns));
                    total += share[u];
                }
                for (int u = 0; u < x.length; u++) {
                    for (int c = from; c < from + columns; c++) {
                        mixed[t][c] += share[u] / total * qkv[u][2 * width + c];
                    }
                }
            }
        }
        return each(mixed, row -> linear(name + "proj", row));
    }

    private double[] perceptron(String name, double[] x) {
        double[] hidden = linear(name + "fc1", x);
        for (int i = 0; i < hidden.length; i++) {
            hidden[i] *= normalDistribution(hidden[i]);
        }
        return linear(name + "fc2", hidden);
    }

    /// The Gaussian distribution function by its Taylor series, exact enough for |x| < 6.
    private static double normalDistribution(double x) {
        double term = x;
        double sum = x;
        for (int k = 1; k < 120; k++) {
            term *= -x * x / (2 * k);
            sum += term / (2 * k + 1);
        }
        return 0.5 + sum / Math.sqrt(2 * Math.PI);
    }

    private double[] norm(String name, double[] x) {
        double mean = 0;
        for (double v : x) {
            mean += v / x.length;
        }
        double variance = 0;
        for (double v : x) {
            variance += (v - mean) * (v - mean) / x.length;
        }
        double[] y = new double[x.length];
        for (int c = 0; c < y.length; c++) {
            y[c] = (x[c] - mean) / Math.sqrt(variance + 1e-6) * weight(name + ".weight")[c] + weight(name + ".bias")[c];
        }
        return y;
    }

    private double[] linear(String name, double[] x) {
        double[] matrix = weight(name + ".weight");
        double[] y = weight(name + ".bias").clone();
        for (int i = 0; i < y.length; i++) {
            for (int j = 0; j < x.length; j++) {
                y[i] += matrix[i * x.length + j] * x[j];
            }
        }
        return y;
    }

    private interface Row {
        double[] of(double[] row);
    }

    private static double[][] each(double[][] x, Row map) {
        double[][] y = new double[x.length][];
        for (int t = 0; t < x.length; t++) {
            y[t] = map.of(x[t]);
        }
        return y;
    }

    private static double[][] sum(double[][] a, double[][] b) {
        double[][] y = new double[a.length][a[0].length];
        for (int t = 0; t < a.length; t++) {
            for (int c = 0; c < y[t].length; c++) {
                y[t][c] = a[t][c] + b[t][c];
            }
        }
        return y;
    }
}
