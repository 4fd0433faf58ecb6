package org.fullrank.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Tensors;
import org.fullrank.net.GraphWriter;
import org.fullrank.net.Layer;
import org.jspecify.annotations.Nullable;

/// The operations of a network in their order, with the shapes of their inputs and outputs, and the number of
/// multiply-adds of each.
final class NetworkOperations implements GraphWriter {
    private static final long[] ONE = {1, 1};

    /// An operation of the network.
    ///
    /// @param title what it is, with its shapes
    /// @param input shape of its input, the batch first
    /// @param output shape of its output
    /// @param weights number of its parameters
    /// @param multiplyAdds of the forward pass
    /// @param forward computes it from its input, with autograd
    record Operation(
            String title,
            long[] input,
            long[] output,
            long weights,
            double multiplyAdds,
            UnaryOperator<Tensor> forward) {
        /// Numbers that forward and backward read and write at least: with weights, each of the three products
        /// reads two of input, output and weights and writes the third; without, the forward pass reads and
        /// writes once, and the backward pass reads two values and writes one.
        double numbers() {
            double in = count(input);
            double out = count(output);
            return multiplyAdds > 0 ? 3 * (in + out + weights) : 2 * in + 3 * out;
        }

        /// Forward and backward: the backward pass has a product for the input and one for the weights.
        double operations() {
            return 6 * multiplyAdds;
        }
    }

    private final List<Operation> operations = new ArrayList<>();
    private final Map<String, long[]> shapes = new HashMap<>();

    /// The operations of the layers, one after another.
    ///
    /// @param input shape of the input, the batch first
    static List<Operation> of(List<Layer> layers, long... input) {
        var writer = new NetworkOperations();
        String x = writer.named(input);
        for (Layer layer : layers) {
            x = layer.write(writer, x);
        }
        return writer.operations;
    }

    private static double count(long[] shape) {
        return Arrays.stream(shape).asDoubleStream().reduce(1, (a, b) -> a * b);
    }

    private String named(long[] shape) {
        String name = "value" + shapes.size();
        shapes.put(name, shape);
        return name;
    }

    private long[] shape(String name) {
        return Objects.requireNonNull(shapes.get(name)).clone();
    }

    private String add(
            String kind, String x, long[] output, long weights, double multiplyAdds, UnaryOperator<Tensor> forward) {
        long[] input = shape(x);
        operations.add(new Operation(kind, input, output, weights, multiplyAdds, forward));
        return named(output);
    }

    private String elementwise(String kind, String x, UnaryOperator<Tensor> forward) {
        return add(kind + " " + text(shape(x)), x, shape(x), 0, 0, forward);
    }

    private static String text(long[] shape) {
        return String.join("x", Arrays.stream(shape).mapToObj(Long::toString).toList());
    }

    @Override
    public String convolution(String x, Tensor weight, @Nullable Tensor bias, int stride, int pad) {
        long[] in = shape(x);
        long kernel = weight.size(2);
        InputException.unless(in.length == 4, "operations: found a convolution of a series, expected images");
        long[] out = {
            in[0], weight.size(0), (in[2] + 2L * pad - kernel) / stride + 1, (in[3] + 2L * pad - kernel) / stride + 1
        };
        long[] strides = {stride, stride};
        long[] padding = {pad, pad};
        return add(
                "convolution %dx%d, stride %d, %s to %s".formatted(kernel, kernel, stride, text(in), text(out)),
                x,
                out,
                weight.numel(),
                count(out) * weight.numel() / weight.size(0),
                v -> torch.conv2d(v, weight, Tensors.none(), strides, padding, ONE, 1));
    }

    @Override
    public String batchNorm(String x, Norm norm) {
        Tensor mean = norm.mean().clone();
        Tensor variance = norm.variance().clone();
        return elementwise(
                "batch norm",
                x,
                v -> torch.batch_norm(
                        v,
                        optional(norm.scale()),
                        optional(norm.shift()),
                        optional(mean),
                        optional(variance),
                        true,
                        0.1,
                        norm.epsilon(),
                        true));
    }

    @Override
    public String linear(String x, Tensor weight, @Nullable Tensor bias) {
        long[] in = shape(x);
        long[] out = in.clone();
        out[out.length - 1] = weight.size(0);
        return add(
                "linear %s to %s".formatted(text(in), text(out)),
                x,
                out,
                weight.numel(),
                count(out) * weight.size(1),
                v -> torch.linear(v, weight));
    }

    @Override
    public String relu(String x) {
        return elementwise("ReLU", x, torch::relu);
    }

    @Override
    public String gelu(String x) {
        return elementwise("GELU", x, torch::gelu);
    }

    @Override
    public String add(String a, String b) {
        return elementwise("sum", a, v -> v.add(v));
    }

    @Override
    public String add(String x, Tensor numbers) {
        return elementwise("sum", x, v -> v.add(v));
    }

    @Override
    public String pooled(String x) {
        long[] in = shape(x);
        return in.length == 2
                ? x
                : add(
                        "mean " + text(in),
                        x,
                        new long[] {in[0], in[1]},
                        0,
                        0,
                        v -> v.flatten(2, -1).mean(2));
    }

    @Override
    public String flattened(String x) {
        long[] in = shape(x);
        return named(new long[] {in[0], (long) (count(in) / in[0])});
    }

    @Override
    public String maxPool(String x, int side, int pad) {
        long[] in = shape(x);
        long[] out = {in[0], in[1], (in[2] + 2L * pad - side) / 2 + 1, (in[3] + 2L * pad - side) / 2 + 1};
        return add(
                "maximum " + text(in),
                x,
                out,
                0,
                0,
                v -> torch.max_pool2d(v, square(side), square(2), square(pad), square(1), false));
    }

    @Override
    public String layerNorm(String x, Tensor scale, Tensor shift, double epsilon) {
        throw unknown("a layer norm");
    }

    @Override
    public String mean(String x, int... axes) {
        throw unknown("a mean over axes");
    }

    @Override
    public String tokens(String x) {
        throw unknown("tokens");
    }

    @Override
    public String withFirst(String x, Tensor token) {
        throw unknown("tokens");
    }

    @Override
    public String first(String x) {
        throw unknown("tokens");
    }

    @Override
    public String attention(String x, int heads, int width) {
        throw unknown("attention");
    }

    @Override
    public String inTime(String x) {
        throw unknown("a recurrent layer");
    }

    @Override
    public String last(String x) {
        throw unknown("a recurrent layer");
    }

    @Override
    public String gru(String x, Gates gates) {
        throw unknown("a recurrent layer");
    }

    @Override
    public String lstm(String x, Gates gates) {
        throw unknown("a recurrent layer");
    }

    @Override
    public String modReluStates(String x, Tensor turned, Tensor bias) {
        throw unknown("a recurrent layer");
    }

    private static long[] square(long side) {
        return new long[] {side, side};
    }

    private static TensorOptional optional(@Nullable Tensor tensor) {
        return tensor == null ? Tensors.none() : new TensorOptional(tensor);
    }

    private static InputException unknown(String what) {
        return new InputException(
                "operations: found %s, expected the layers of a convnet, resnet, vgg or mlp; choose another encoder"
                        .formatted(what));
    }
}
