package org.fullrank.export;

import java.util.ArrayList;
import java.util.List;

/// An operation of an ONNX graph.
final class OnnxNode {
    private static final int FLOAT = 1;
    private static final int INT = 2;
    private static final int TEXT = 3;
    private static final int INTS = 7;

    private final String operation;
    private final String output;
    private final List<String> inputs;
    private final List<Protobuf> attributes = new ArrayList<>();

    private OnnxNode(String operation, String output, List<String> inputs) {
        this.operation = operation;
        this.output = output;
        this.inputs = new ArrayList<>(inputs);
    }

    /// @param output its name, which is also that of the operation
    static OnnxNode of(String operation, String output, String... inputs) {
        return new OnnxNode(operation, output, List.of(inputs));
    }

    boolean is(String wanted) {
        return operation.equals(wanted);
    }

    String output() {
        return output;
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

    private OnnxNode with(Protobuf attribute) {
        attributes.add(attribute);
        return this;
    }

    /// The operation as a `NodeProto`.
    Protobuf proto() {
        var proto = new Protobuf();
        inputs.forEach(input -> proto.text(1, input));
        proto.text(2, output).text(3, output).text(4, operation);
        attributes.forEach(attribute -> proto.message(5, attribute));
        return proto;
    }
}
