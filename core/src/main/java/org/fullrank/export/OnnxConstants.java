package org.fullrank.export;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/// The constants of an ONNX graph by name.
final class OnnxConstants {
    private final Map<String, Floats> floats = new LinkedHashMap<>();
    private final Map<String, Raw> others = new LinkedHashMap<>();

    /// Numbers that may still change, float32.
    record Floats(long[] shape, float[] values) {}

    /// A constant of another type.
    private record Raw(int type, long[] shape, byte[] bytes) {}

    boolean isFloat(String name) {
        return floats.containsKey(name);
    }

    Floats floats(String name) {
        return Objects.requireNonNull(floats.get(name), name);
    }

    void put(String name, float[] values, long... shape) {
        floats.put(name, new Floats(shape, values));
    }

    void remove(String name) {
        floats.remove(name);
    }

    void putLongs(String name, long[] shape, long... values) {
        ByteBuffer raw = buffer(Long.BYTES * values.length);
        raw.asLongBuffer().put(values);
        others.put(name, new Raw(OnnxGraph.INT64, shape, raw.array()));
    }

    void putInts(String name, int... values) {
        ByteBuffer raw = buffer(Integer.BYTES * values.length);
        raw.asIntBuffer().put(values);
        others.put(name, new Raw(OnnxGraph.INT32, new long[] {values.length}, raw.array()));
    }

    /// @param type [OnnxGraph#INT8] or [OnnxGraph#UINT8]
    void putBytes(String name, int type, byte[] values, long... shape) {
        others.put(name, new Raw(type, shape, values));
    }

    private static ByteBuffer buffer(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /// Adds all constants to a `GraphProto`.
    void addTo(Protobuf graph) {
        floats.forEach((name, n) -> {
            ByteBuffer raw = buffer(Float.BYTES * n.values.length);
            raw.asFloatBuffer().put(n.values);
            graph.message(5, tensor(name, OnnxGraph.FLOAT, n.shape, raw.array()));
        });
        others.forEach((name, raw) -> graph.message(5, tensor(name, raw.type, raw.shape, raw.bytes)));
    }

    private static Protobuf tensor(String name, int type, long[] shape, byte[] raw) {
        var tensor = new Protobuf();
        for (long size : shape) {
            tensor.number(1, size);
        }
        return tensor.number(2, type).text(8, name).bytes(9, raw);
    }
}
