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
/// `QuantizeLinear` and `DequantizeLinear`, which onnxruntime replaces with integer operations. In a
/// transformer, only the linear layers use integers, because a few channels of the residual sums are much larger than
/// the others.
///
/// Source: Jacob et al., Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only Inference,
/// CVPR 2018.
final class QuantizedGraph {
    /// Weights use 7 of 8 bits. On processors without VNNI, sums of products of 8 bits overflow.
    private static final int WEIGHT_LEVELS = 63;

    private static final double LARGEST_BIAS = 1 << 30;
    private static final int ACTIVATION_LEVELS = 255;
    private static final Set<String> WITH_BIAS = Set.of("Conv", "Gemm");
    private static final Set<String> OTHERS = Set.of("Add", "Relu", "MaxPool");

    private final OnnxGraph graph;
    private final Map<String, List<OnnxNode>> consumers = new HashMap<>();
    private final Set<OnnxNode> network = new LinkedHashSet<>(); // without the resizing of images before it
    private final boolean isTransformer;

    QuantizedGraph(OnnxGraph graph) {
        this.graph = graph;
        isTransformer = graph.nodes().stream().anyMatch(this::isProduct);
        for (OnnxNode node : graph.nodes()) {
            if (!network.isEmpty() || hasWeights(node)) {
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
            if (hasWeights(node)) {
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

    private boolean hasWeights(OnnxNode node) {
        return WITH_BIAS.stream().anyMatch(node::is) || isProduct(node);
    }

    /// Whether an operation is a product with weights `[in, out]`.
    private boolean isProduct(OnnxNode node) {
        return node.is("MatMul") && graph.constants().isFloat(node.inputs().get(1));
    }

    /// Whether the output of an operation becomes whole numbers. That of a sum with a constant does not.
    private boolean isQuantized(OnnxNode node) {
        return !isTransformer
                && (hasWeights(node)
                        || OTHERS.stream().anyMatch(node::is)
                                && node.inputs().stream().noneMatch(graph.constants()::isFloat));
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

    /// Quantizes the weights and the activations.
    ///
    /// @param ranges of all activations
    void quantize(Map<String, Range> ranges) {
        var nodes = new ArrayList<OnnxNode>();
        for (OnnxNode node : graph.nodes()) {
            if (hasWeights(node)) {
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
        String weight = node.inputs().get(1);
        OnnxConstants.Floats w = graph.constants().floats(weight);
        int axis = isProduct(node) ? 1 : 0; // of the outputs
        int outputs = Math.toIntExact(w.shape()[axis]);
        boolean hasBias = !isProduct(node);
        float[] bias = hasBias ? graph.constants().floats(node.inputs().get(2)).values() : new float[outputs];
        float[] scales = new float[outputs];
        byte[] levels = new byte[w.values().length];
        int fan = levels.length / outputs;
        for (int c = 0; c < outputs; c++) {
            int first = axis == 0 ? c * fan : c;
            int step = axis == 0 ? 1 : outputs;
            float most = 0;
            for (int i = 0; i < fan; i++) {
                most = Math.max(most, Math.abs(w.values()[first + i * step]));
            }
            // a bias that is large for its weights must not leave the range of int32
            double least = Math.abs(bias[c]) / (LARGEST_BIAS * input.scale());
            scales[c] = (float) Math.max(most > 0 ? most / WEIGHT_LEVELS : 1, least);
            for (int i = 0; i < fan; i++) {
                levels[first + i * step] = (byte) Math.round(w.values()[first + i * step] / scales[c]);
            }
        }
        graph.constants().putBytes(weight + "_bytes", OnnxGraph.INT8, levels, w.shape());
        nodes.add(dequantized(weight, weight + "_bytes", scales, axis));
        graph.constants().remove(weight);
        if (hasBias) {
            nodes.add(bias(node.inputs().get(2), bias, scales, input));
        }
    }

    private OnnxNode bias(String name, float[] bias, float[] scales, Range input) {
        float[] products = new float[bias.length];
        int[] shifts = new int[bias.length];
        for (int c = 0; c < bias.length; c++) {
            products[c] = scales[c] * input.scale();
            shifts[c] = Math.round(bias[c] / products[c]);
        }
        graph.constants().putInts(name + "_ints", shifts);
        graph.constants().remove(name);
        return dequantized(name, name + "_ints", products, 0);
    }

    /// Whole numbers with a scale for each output, under the name of the numbers that they replace.
    ///
    /// @param axis of the outputs
    private OnnxNode dequantized(String name, String levels, float[] scales, long axis) {
        graph.constants().put(levels + "_scale", scales, scales.length);
        return OnnxNode.of("DequantizeLinear", name, levels, levels + "_scale").with("axis", axis);
    }
}
