package org.fullrank.export;

/// An operation of an ONNX graph, as a `NodeProto`.
final class OnnxNode {
    private static final int FLOAT = 1;
    private static final int INT = 2;
    private static final int TEXT = 3;
    private static final int INTS = 7;

    private final Protobuf proto = new Protobuf();

    private OnnxNode(String operation, String output, String[] inputs) {
        for (String input : inputs) {
            proto.text(1, input);
        }
        proto.text(2, output).text(3, output).text(4, operation);
    }

    /// @param output its name, which is also that of the operation
    static OnnxNode of(String operation, String output, String... inputs) {
        return new OnnxNode(operation, output, inputs);
    }

    OnnxNode with(String name, long value) {
        proto.message(5, new Protobuf().text(1, name).number(3, value).number(20, INT));
        return this;
    }

    OnnxNode with(String name, float value) {
        proto.message(5, new Protobuf().text(1, name).decimal(2, value).number(20, FLOAT));
        return this;
    }

    OnnxNode with(String name, String value) {
        proto.message(5, new Protobuf().text(1, name).text(4, value).number(20, TEXT));
        return this;
    }

    OnnxNode with(String name, long[] values) {
        var attribute = new Protobuf().text(1, name);
        for (long value : values) {
            attribute.number(8, value);
        }
        proto.message(5, attribute.number(20, INTS));
        return this;
    }

    Protobuf proto() {
        return proto;
    }
}
