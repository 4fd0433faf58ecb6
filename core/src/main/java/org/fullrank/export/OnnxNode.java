package org.fullrank.export;

import java.util.ArrayList;
import java.util.List;

/// An operation of an ONNX graph.
final class OnnxNode {
    private static final int FLOAT = 1;
    private static final int INT = 2;
    private static final int TEXT = 3;
    private static final int GRAPH = 5;
    private static final int INTS = 7;

    private final String operation;
    private final List<String> outputs;
    private final List<String> inputs;
    private final List<Protobuf> attributes = new ArrayList<>();

    private OnnxNode(String operation, List<String> outputs, List<String> inputs) {
        this.operation = operation;
        this.outputs = List.copyOf(outputs);
        this.inputs = new ArrayList<>(inputs);
    }

    /// @param output its name, which is also that of the operation
    static OnnxNode of(String operation, String output, String... inputs) {
        return new OnnxNode(operation, List.of(output), List.of(inputs));
    }

    /// An operation with several outputs.
    ///
    /// @param outputs their names; the first is also that of the operation
    static OnnxNode of(String operation, List<String> outputs, String... inputs) {
        return new OnnxNode(operation, outputs, List.of(inputs));
    }

    boolean is(String wanted) {
        return operation.equals(wanted);
    }

    String output() {
        return outputs.getFirst();
    }

    /// The names of the inputs.
    List<String> inputs() {
        return List.copyOf(inputs);
    }

    /// Reads an input from another value.
    void rewire(int input, String name) {
        inputs.set(input, name);
    }

    OnnxNode with(String name, long value) {
        return with(new Protobuf().text(1, name).number(3, value).number(20, INT));
    }

    OnnxNode with(String name, float value) {
        return with(new Protobuf().text(1, name).decimal(2, value).number(20, FLOAT));
    }

    OnnxNode with(String name, String value) {
        return with(new Protobuf().text(1, name).text(4, value).number(20, TEXT));
    }

    OnnxNode with(String name, long[] values) {
        var attribute = new Protobuf().text(1, name);
        for (long value : values) {
            attribute.number(8, value);
        }
        return with(attribute.number(20, INTS));
    }

    /// An attribute that is a graph.
    OnnxNode with(String name, Protobuf graph) {
        return with(new Protobuf().text(1, name).message(6, graph).number(20, GRAPH));
    }

    private OnnxNode with(Protobuf attribute) {
        attributes.add(attribute);
        return this;
    }

    /// The operation as a `NodeProto`.
    Protobuf proto() {
        var proto = new Protobuf();
        inputs.forEach(input -> proto.text(1, input));
        outputs.forEach(output -> proto.text(2, output));
        proto.text(3, output()).text(4, operation);
        attributes.forEach(attribute -> proto.message(5, attribute));
        return proto;
    }
}
