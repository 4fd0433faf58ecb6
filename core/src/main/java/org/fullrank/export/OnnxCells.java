package org.fullrank.export;

import java.util.List;
import org.fullrank.engine.Tensors;
import org.fullrank.net.GraphWriter.Gates;

/// Recurrent layers as parts of a graph.
///
/// @param graph gets the operations
record OnnxCells(OnnxGraph graph) {
    /// ONNX orders the gates as update, reset, new; PyTorch as reset, update, new. Entry i is the place in PyTorch of
    /// gate i of ONNX.
    private static final int[] GRU = {1, 0, 2};

    /// ONNX: input, output, forget, cell. PyTorch: input, forget, cell, output.
    private static final int[] LSTM = {0, 3, 1, 2};

    /// The reset gate is applied after the product with the state, as in PyTorch.
    String gru(String x, Gates gates) {
        return gated("GRU", GRU, x, gates);
    }

    String lstm(String x, Gates gates) {
        return gated("LSTM", LSTM, x, gates);
    }

    private String gated(String operation, int[] order, String x, Gates gates) {
        long width = gates.state().size(1);
        float[] inputBias = ordered(Tensors.floats(gates.inputBias()), order);
        float[] stateBias = ordered(Tensors.floats(gates.stateBias()), order);
        float[] biases = new float[2 * inputBias.length];
        System.arraycopy(inputBias, 0, biases, 0, inputBias.length);
        System.arraycopy(stateBias, 0, biases, inputBias.length, stateBias.length);
        String states = graph.node(
                operation,
                4,
                node -> {
                    node.with("hidden_size", width);
                    return operation.equals("GRU") ? node.with("linear_before_reset", 1L) : node;
                },
                graph.transposed(x, 1, 0, 2), // [L, B, in]
                graph.constant(
                        ordered(Tensors.floats(gates.input()), order),
                        1,
                        biases.length / 2,
                        gates.input().size(1)),
                graph.constant(ordered(Tensors.floats(gates.state()), order), 1, biases.length / 2, width),
                graph.constant(biases, 1, biases.length)); // [L, 1, B, width]
        return graph.reshaped(graph.transposed(states, 2, 0, 1, 3), 0, 0, width);
    }

    /// Rows of gates in another order.
    private static float[] ordered(float[] rows, int[] order) {
        float[] result = new float[rows.length];
        int size = rows.length / order.length;
        for (int gate = 0; gate < order.length; gate++) {
            System.arraycopy(rows, order[gate] * size, result, gate * size, size);
        }
        return result;
    }

    /// The states of all steps of `h' = modReLU(v + U h)`, as a loop over the steps.
    ///
    /// @param x the values v, `[B, L, width]`
    /// @param turned the transpose of U
    /// @param bias of modReLU
    String modReluStates(String x, String turned, String bias, long width) {
        String before = graph.fresh("before");
        String input = graph.fresh("step");
        String product = graph.fresh("product");
        String z = graph.fresh("z");
        String size = graph.fresh("size");
        String moved = graph.fresh("moved");
        String positive = graph.fresh("positive");
        String sign = graph.fresh("sign");
        String after = graph.fresh("after");
        String kept = graph.fresh("kept");
        var body = new Protobuf();
        for (OnnxNode node : List.of(
                OnnxNode.of("MatMul", product, before, turned),
                OnnxNode.of("Add", z, input, product),
                OnnxNode.of("Abs", size, z),
                OnnxNode.of("Add", moved, size, bias),
                OnnxNode.of("Relu", positive, moved),
                OnnxNode.of("Sign", sign, z),
                OnnxNode.of("Mul", after, sign, positive),
                OnnxNode.of("Identity", kept, after))) {
            body.message(1, node.proto());
        }
        body.text(2, graph.fresh("body"));
        List.of(before, input).forEach(name -> body.message(11, floats(name, width)));
        List.of(after, kept).forEach(name -> body.message(12, floats(name, width)));
        String start = graph.repeated(graph.constant(new float[Math.toIntExact(width)], 1, width), x, width);
        String last = graph.fresh("last");
        String states = graph.fresh("states");
        OnnxNode loop = OnnxNode.of("Scan", List.of(last, states), start, x)
                .with("body", body)
                .with("num_scan_inputs", 1L)
                .with("scan_input_axes", new long[] {1})
                .with("scan_output_axes", new long[] {1});
        return graph.added(loop, states, 3);
    }

    /// float32 `[B, width]` as a `ValueInfoProto`.
    private static Protobuf floats(String name, long width) {
        var shape = new Protobuf()
                .message(1, new Protobuf().text(2, OnnxEncoder.BATCH))
                .message(1, new Protobuf().number(1, width));
        var tensor = new Protobuf().number(1, OnnxGraph.FLOAT).message(2, shape);
        return new Protobuf().text(1, name).message(2, new Protobuf().message(1, tensor));
    }
}
