package org.fullrank.export;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.Tensors;
import org.fullrank.net.GraphWriter;
import org.jspecify.annotations.Nullable;

/// A network as an ONNX graph. A batch norm after a convolution or a linear layer becomes a part of its weights.
final class OnnxGraph implements GraphWriter {
    /// Element types of `TensorProto`.
    static final int FLOAT = 1;

    static final int UINT8 = 2;
    static final int INT8 = 3;
    static final int INT32 = 6;
    static final int INT64 = 7;

    /// The first version with the layer norm and with the axes of a mean as an input.
    private static final int OPSET = 18;

    /// The first version with GELU.
    private static final int GELU_OPSET = 20;

    private final List<OnnxNode> nodes = new ArrayList<>();
    private final OnnxConstants constants = new OnnxConstants();
    private final Map<String, Integer> ranks = new HashMap<>(); // number of axes of each value
    private final Map<String, Affine> affine = new HashMap<>(); // the affine map whose output has this name
    private int opset = OPSET;
    private int count;

    /// The names of the numbers of a convolution or linear layer.
    private record Affine(String weight, String bias) {}

    int opset() {
        return opset;
    }

    /// An input of the graph.
    ///
    /// @param rank its number of axes
    String input(String name, int rank) {
        ranks.put(name, rank);
        return name;
    }

    /// The value under another name.
    String renamed(String x, String name) {
        nodes.add(OnnxNode.of("Identity", name, x));
        return name;
    }

    /// Values of type uint8 or float as `x scale + shift` in float32.
    ///
    /// @param shape of scale and shift
    String scaled(String x, float[] scale, float[] shift, long... shape) {
        String product = node("Mul", rank(x), cast(x, FLOAT), constant(scale, shape));
        return node("Add", rank(x), product, constant(shift, shape));
    }

    /// The values as another type.
    String cast(String x, int type) {
        return node("Cast", rank(x), node -> node.with("to", type), x);
    }

    /// `[B, H, W, C]` to `[B, C, H, W]`.
    String channelsFirst(String x) {
        return transposed(x, 0, 3, 1, 2);
    }

    @Override
    public String convolution(String x, Tensor weight, @Nullable Tensor bias, int stride, int pad) {
        long[] shape = Tensors.shape(weight);
        int axes = shape.length - 2;
        var map = affine(weight, bias, shape[0]);
        long[] kernel = Arrays.copyOfRange(shape, 2, shape.length);
        String y = node(
                "Conv",
                shape.length,
                node -> node.with("kernel_shape", kernel)
                        .with("strides", filled(axes, stride))
                        .with("pads", filled(2 * axes, pad)),
                x,
                map.weight,
                map.bias);
        affine.put(y, map);
        return y;
    }

    @Override
    public String linear(String x, Tensor weight, @Nullable Tensor bias) {
        if (rank(x) == 2) {
            var map = affine(weight, bias, weight.size(0));
            String y = node("Gemm", 2, node -> node.with("transB", 1L), x, map.weight, map.bias);
            affine.put(y, map);
            return y;
        }
        String product = node("MatMul", rank(x), x, constant(weight.t()));
        return bias == null ? product : add(product, bias);
    }

    /// Weights as numbers of their own, which a batch norm may change.
    private Affine affine(Tensor weight, @Nullable Tensor bias, long outputs) {
        float[] shift = bias == null ? new float[Math.toIntExact(outputs)] : Tensors.floats(bias);
        return new Affine(constant(weight), constant(shift, outputs));
    }

    @Override
    public String batchNorm(String x, Norm norm) {
        double[] mean = Tensors.doubles(norm.mean());
        double[] variance = Tensors.doubles(norm.variance());
        double[] scale = norm.scale() == null ? filledOnes(mean.length) : Tensors.doubles(norm.scale());
        double[] shift = norm.shift() == null ? new double[mean.length] : Tensors.doubles(norm.shift());
        for (int c = 0; c < mean.length; c++) {
            scale[c] /= Math.sqrt(variance[c] + norm.epsilon());
            shift[c] -= mean[c] * scale[c];
        }
        Affine before = affine.remove(x);
        if (before != null) {
            fold(before, scale, shift);
            return x;
        }
        long[] shape = filled(rank(x), 1);
        shape[1] = mean.length;
        return node(
                "Add",
                rank(x),
                node("Mul", rank(x), x, constant(narrow(scale), shape)),
                constant(narrow(shift), shape));
    }

    /// `scale (W x + b) + shift` as an affine map.
    private void fold(Affine map, double[] scale, double[] shift) {
        float[] weight = constants.floats(map.weight).values();
        float[] bias = constants.floats(map.bias).values();
        int fan = weight.length / scale.length;
        for (int c = 0; c < scale.length; c++) {
            for (int i = c * fan; i < (c + 1) * fan; i++) {
                weight[i] = (float) (weight[i] * scale[c]);
            }
            bias[c] = (float) (bias[c] * scale[c] + shift[c]);
        }
    }

    @Override
    public String layerNorm(String x, Tensor scale, Tensor shift, double epsilon) {
        return node(
                "LayerNormalization",
                rank(x),
                node -> node.with("axis", -1L).with("epsilon", (float) epsilon),
                x,
                constant(scale),
                constant(shift));
    }

    @Override
    public String relu(String x) {
        return node("Relu", rank(x), x);
    }

    @Override
    public String gelu(String x) {
        opset = GELU_OPSET;
        return node("Gelu", rank(x), x);
    }

    @Override
    public String add(String a, String b) {
        return node("Add", rank(a), a, b);
    }

    @Override
    public String add(String x, Tensor values) {
        return node("Add", rank(x), x, constant(values));
    }

    @Override
    public String maxPool(String x, int side, int pad) {
        return node(
                "MaxPool",
                rank(x),
                node -> node.with("kernel_shape", filled(2, side))
                        .with("strides", filled(2, 2))
                        .with("pads", filled(4, pad)),
                x);
    }

    @Override
    public String mean(String x, int... axes) {
        long[] wide = Arrays.stream(axes).asLongStream().toArray();
        return node("ReduceMean", rank(x) - axes.length, node -> node.with("keepdims", 0L), x, indices(wide));
    }

    @Override
    public String pooled(String x) {
        return switch (rank(x)) {
            case 4 -> mean(x, 2, 3);
            case 3 -> mean(x, 2);
            default -> x;
        };
    }

    @Override
    public String flattened(String x) {
        return rank(x) == 2 ? x : node("Flatten", 2, node -> node.with("axis", 1L), x);
    }

    @Override
    public String tokens(String x) {
        return transposed(reshaped(x, 0, 0, -1), 0, 2, 1);
    }

    @Override
    public String withFirst(String x, Tensor token) {
        String tokens = repeated(constant(token), x, token.size(1), token.size(2));
        return node("Concat", 3, node -> node.with("axis", 1L), tokens, x);
    }

    /// Values whose first axis has size 1, for each item of a batch.
    ///
    /// @param x a value of the batch
    /// @param sizes of the other axes
    String repeated(String values, String x, long... sizes) {
        String batch = node("Shape", 1, node -> node.with("start", 0L).with("end", 1L), x);
        String shape = node("Concat", 1, node -> node.with("axis", 0L), batch, indices(sizes));
        return node("Expand", 1 + sizes.length, values, shape);
    }

    @Override
    public String first(String x) {
        return gathered(x, 0, 1);
    }

    @Override
    public String attention(String x, int heads, int width) {
        int size = width / heads;
        String parts = transposed(reshaped(x, 0, 0, 3, heads, size), 2, 0, 3, 1, 4); // [3, B, heads, T, size]
        String queries = gathered(parts, 0, 0);
        String keys = transposed(gathered(parts, 1, 0), 0, 1, 3, 2); // [B, heads, size, T]
        String values = gathered(parts, 2, 0);
        float[] scale = {(float) (1 / Math.sqrt(size))};
        String products = node("Mul", 4, node("MatMul", 4, queries, keys), constant(scale, 1));
        String weights = node("Softmax", 4, node -> node.with("axis", -1L), products); // [B, heads, T, T]
        String mixed = transposed(node("MatMul", 4, weights, values), 0, 2, 1, 3); // [B, T, heads, size]
        return reshaped(mixed, 0, 0, width);
    }

    @Override
    public String inTime(String x) {
        return transposed(x, 0, 2, 1);
    }

    @Override
    public String last(String x) {
        return gathered(x, -1, 1);
    }

    @Override
    public String gru(String x, Gates gates) {
        return new OnnxCells(this).gru(x, gates);
    }

    @Override
    public String lstm(String x, Gates gates) {
        return new OnnxCells(this).lstm(x, gates);
    }

    @Override
    public String modReluStates(String x, Tensor turned, Tensor bias) {
        return new OnnxCells(this).modReluStates(x, constant(turned), constant(bias), bias.size(0));
    }

    /// One place of an axis, which vanishes.
    private String gathered(String x, long index, long axis) {
        return node("Gather", rank(x) - 1, node -> node.with("axis", axis), x, integers(new long[0], index));
    }

    String transposed(String x, long... order) {
        return node("Transpose", order.length, node -> node.with("perm", order), x);
    }

    /// @param shape 0 keeps an axis, and -1 takes what is left
    String reshaped(String x, long... shape) {
        return node("Reshape", shape.length, x, indices(shape));
    }

    /// The number of axes of a value.
    int rank(String x) {
        return ranks.getOrDefault(x, 1);
    }

    /// The output of an operation without attributes.
    String node(String operation, int rank, String... inputs) {
        return node(operation, rank, node -> node, inputs);
    }

    /// The output of an operation.
    String node(String operation, int rank, UnaryOperator<OnnxNode> attributes, String... inputs) {
        String name = fresh(operation.toLowerCase(Locale.ROOT));
        nodes.add(attributes.apply(OnnxNode.of(operation, name, inputs)));
        ranks.put(name, rank);
        return name;
    }

    private String constant(Tensor values) {
        return constant(Tensors.floats(values.contiguous()), Tensors.shape(values));
    }

    String constant(float[] values, long... shape) {
        String name = fresh("weight");
        constants.put(name, values, shape);
        return name;
    }

    /// A vector of integers.
    String indices(long... values) {
        return integers(new long[] {values.length}, values);
    }

    private String integers(long[] shape, long... values) {
        String name = fresh("shape");
        constants.putLongs(name, shape, values);
        return name;
    }

    String fresh(String kind) {
        return kind + "_" + count++;
    }

    private static long[] filled(int length, long value) {
        long[] values = new long[length];
        Arrays.fill(values, value);
        return values;
    }

    private static double[] filledOnes(int length) {
        double[] values = new double[length];
        Arrays.fill(values, 1);
        return values;
    }

    private static float[] narrow(double[] values) {
        float[] narrow = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            narrow[i] = (float) values[i];
        }
        return narrow;
    }

    /// Adds an operation with several outputs.
    ///
    /// @param output the one that is used
    String added(OnnxNode node, String output, int rank) {
        nodes.add(node);
        ranks.put(output, rank);
        return output;
    }

    /// The operations, in an order in which they can be computed.
    List<OnnxNode> nodes() {
        return List.copyOf(nodes);
    }

    /// Replaces all operations.
    void replace(List<OnnxNode> others) {
        nodes.clear();
        nodes.addAll(others);
    }

    OnnxConstants constants() {
        return constants;
    }

    /// The graph as a `GraphProto`.
    ///
    /// @param input and outputs described as `ValueInfoProto`
    Protobuf proto(Protobuf input, List<Protobuf> outputs) {
        var graph = new Protobuf();
        nodes.forEach(node -> graph.message(1, node.proto()));
        graph.text(2, "encoder");
        constants.addTo(graph);
        graph.message(11, input);
        outputs.forEach(output -> graph.message(12, output));
        return graph;
    }
}
