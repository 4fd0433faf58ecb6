package org.fullrank.export;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/// A graph whose convolutions, linear layers, sums and ReLUs compute with whole numbers of 8 bits: activations are
/// uint8 with one scale, weights are int8 with a scale for each output. The graph keeps its float operations between
/// `QuantizeLinear` and `DequantizeLinear`, from which onnxruntime makes operations on whole numbers.
///
/// Source: Jacob et al., Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only Inference,
/// CVPR 2018.
final class QuantizedGraph {
    /// Weights use 7 of 8 bits. On processors without VNNI, sums of products of 8 bits overflow.
    private static final int WEIGHT_LEVELS = 63;

    private static final double LARGEST_BIAS = 1 << 30;
    private static final int ACTIVATION_LEVELS = 255;
    private static final Set<String> WITH_WEIGHTS = Set.of("Conv", "Gemm");
    private static final Set<String> OTHERS = Set.of("Add", "Relu", "MaxPool");

    private final OnnxGraph graph;
    private final Map<String, List<OnnxNode>> consumers = new HashMap<>();
    private final Set<OnnxNode> network = new LinkedHashSet<>(); // without the resizing of images before it

    QuantizedGraph(OnnxGraph graph) {
        this.graph = graph;
        for (OnnxNode node : graph.nodes()) {
            if (!network.isEmpty() || WITH_WEIGHTS.stream().anyMatch(node::is)) {
                network.add(node);
            }
            for (String input : node.inputs()) {
                consumers.computeIfAbsent(input, _ -> new ArrayList<>()).add(node);
            }
        }
    }

    /// The smallest and the largest value of an activation.
    record Range(float low, float high) {
        Range {
            low = Math.min(low, 0); // zero must be a level: it is the padding of convolutions
            high = Math.max(high, 0);
        }

        Range with(Range other) {
            return new Range(Math.min(low, other.low), Math.max(high, other.high));
        }

        float scale() {
            float range = high - low;
            return range > 0 ? range / ACTIVATION_LEVELS : 1;
        }

        byte zero() {
            return (byte) Math.clamp(Math.round(-low / scale()), 0, ACTIVATION_LEVELS);
        }
    }

    /// The names of the activations that become whole numbers.
    List<String> activations() {
        Set<String> found = new LinkedHashSet<>();
        for (OnnxNode node : network) {
            if (WITH_WEIGHTS.stream().anyMatch(node::is)) {
                found.add(node.inputs().getFirst());
            }
            if (isQuantized(node)) {
                found.add(node.output());
            }
        }
        found.removeIf(name -> {
            List<OnnxNode> readers = consumers.getOrDefault(name, List.of());
            return readers.size() == 1
                    && (readers.getFirst().is("Relu") || readers.getFirst().is("Identity"));
        });
        return List.copyOf(found);
    }

    /// Whether an operation is computed with whole numbers. A sum with a constant is not.
    private boolean isQuantized(OnnxNode node) {
        return WITH_WEIGHTS.stream().anyMatch(node::is)
                || OTHERS.stream().anyMatch(node::is) && node.inputs().stream().noneMatch(graph.constants()::isFloat);
    }

    /// Adds operations that compute the ranges of the activations.
    ///
    /// @return for each activation the names of two scalars, its smallest and its largest value
    Map<String, List<String>> observe() {
        var names = new LinkedHashMap<String, List<String>>();
        var nodes = new ArrayList<>(graph.nodes());
        for (String activation : activations()) {
            String low = activation + "_min";
            String high = activation + "_max";
            nodes.add(OnnxNode.of("ReduceMin", low, activation).with("keepdims", 0L));
            nodes.add(OnnxNode.of("ReduceMax", high, activation).with("keepdims", 0L));
            names.put(activation, List.of(low, high));
        }
        graph.replace(nodes);
        return names;
    }

    /// Makes whole numbers of the weights and the activations.
    ///
    /// @param ranges of all activations
    void quantize(Map<String, Range> ranges) {
        var nodes = new ArrayList<OnnxNode>();
        for (OnnxNode node : graph.nodes()) {
            if (WITH_WEIGHTS.stream().anyMatch(node::is)) {
                weights(node, Objects.requireNonNull(ranges.get(node.inputs().getFirst())), nodes);
            }
            nodes.add(node);
            Range range = ranges.get(node.output());
            if (range != null) {
                nodes.addAll(levels(node.output(), range));
            }
        }
        for (OnnxNode node : graph.nodes()) {
            for (int i = 0; i < node.inputs().size(); i++) {
                if (ranges.containsKey(node.inputs().get(i))) {
                    node.rewire(i, node.inputs().get(i) + "_levels");
                }
            }
        }
        graph.replace(nodes);
    }

    /// An activation on 256 levels.
    private List<OnnxNode> levels(String name, Range range) {
        String scale = name + "_scale";
        String zero = name + "_zero";
        graph.constants().put(scale, new float[] {range.scale()});
        graph.constants().putBytes(zero, OnnxGraph.UINT8, new byte[] {range.zero()});
        return List.of(
                OnnxNode.of("QuantizeLinear", name + "_bytes", name, scale, zero),
                OnnxNode.of("DequantizeLinear", name + "_levels", name + "_bytes", scale, zero));
    }

    /// The weights of a layer as int8 and its bias as int32.
    private void weights(OnnxNode node, Range input, List<OnnxNode> nodes) {
        OnnxConstants constants = graph.constants();
        String weight = node.inputs().get(1);
        String bias = node.inputs().get(2);
        OnnxConstants.Floats w = constants.floats(weight);
        OnnxConstants.Floats b = constants.floats(bias);
        int outputs = Math.toIntExact(w.shape()[0]);
        float[] scales = new float[outputs];
        float[] biasScales = new float[outputs];
        byte[] levels = new byte[w.values().length];
        int[] shifts = new int[outputs];
        for (int c = 0; c < outputs; c++) {
            float most = 0;
            for (int i = c * w.fan(); i < (c + 1) * w.fan(); i++) {
                most = Math.max(most, Math.abs(w.values()[i]));
            }
            // a bias that is large for its weights must not leave the range of int32
            double least = Math.abs(b.values()[c]) / (LARGEST_BIAS * input.scale());
            scales[c] = (float) Math.max(most > 0 ? most / WEIGHT_LEVELS : 1, least);
            for (int i = c * w.fan(); i < (c + 1) * w.fan(); i++) {
                levels[i] = (byte) Math.round(w.values()[i] / scales[c]);
            }
            biasScales[c] = scales[c] * input.scale();
            shifts[c] = Math.round(b.values()[c] / biasScales[c]);
        }
        constants.putBytes(weight + "_bytes", OnnxGraph.INT8, levels, w.shape());
        constants.putInts(bias + "_ints", shifts);
        nodes.add(dequantized(weight, weight + "_bytes", scales));
        nodes.add(dequantized(bias, bias + "_ints", biasScales));
        constants.remove(weight);
        constants.remove(bias);
    }

    /// Whole numbers with a scale for each output, under the name of the numbers that they replace.
    private OnnxNode dequantized(String name, String levels, float[] scales) {
        graph.constants().put(levels + "_scale", scales, scales.length);
        return OnnxNode.of("DequantizeLinear", name, levels, levels + "_scale").with("axis", 0L);
    }
}
