package org.fullrank.file;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Tensors;
import org.jspecify.annotations.Nullable;

/// The entries in the header of a safetensors file: name, type, shape and byte range of each tensor.
/// Everything that an entry claims is checked against the size of the file.
final class SafeTensorsHeader {
    /// The types of numbers by their names in a file.
    private static final SequencedMap<String, ScalarType> TYPES = types();

    private SafeTensorsHeader() {}

    /// @param type null for a type that cannot be read, such as BOOL or F8_E4M3
    /// @param typeName as in the file
    record Entry(@Nullable ScalarType type, String typeName, long[] shape, long begin, long end) {}

    /// The header of a file, padded so that the numbers start at a multiple of 8 bytes.
    static byte[] of(ObjectMapper mapper, Map<String, Tensor> tensors, Map<String, String> metadata) {
        ObjectNode root = mapper.createObjectNode();
        if (!metadata.isEmpty()) {
            ObjectNode meta = root.putObject("__metadata__");
            metadata.forEach(meta::put);
        }
        long offset = 0;
        for (var entry : tensors.entrySet()) {
            Tensor t = entry.getValue();
            ObjectNode node = root.putObject(entry.getKey());
            node.put("dtype", typeName(t.scalar_type().intern()));
            var shape = node.putArray("shape");
            for (long size : Tensors.shape(t)) {
                shape.add(size);
            }
            long bytes = t.numel() * t.element_size();
            node.putArray("data_offsets").add(offset).add(offset + bytes);
            offset += bytes;
        }
        String json = root.toString();
        // Padded so that the numbers start at a multiple of 8 and can be mapped.
        int length = json.getBytes(StandardCharsets.UTF_8).length;
        return (json + " ".repeat((8 - length % 8) % 8)).getBytes(StandardCharsets.UTF_8);
    }

    /// Every tensor has its own bytes. If tensors overlap, the file was made to mislead.
    static void requireApart(Path path, SequencedMap<String, Entry> entries) {
        var byOffset = new ArrayList<>(entries.entrySet());
        byOffset.sort(Comparator.comparingLong(
                        (Map.Entry<String, Entry> e) -> e.getValue().begin())
                .thenComparingLong(e -> e.getValue().end()));
        for (int i = 1; i < byOffset.size(); i++) {
            if (byOffset.get(i).getValue().begin()
                    < byOffset.get(i - 1).getValue().end()) {
                throw damaged(
                        path,
                        "%s overlaps %s"
                                .formatted(
                                        byOffset.get(i).getKey(),
                                        byOffset.get(i - 1).getKey()));
            }
        }
    }

    /// The entry that a node describes.
    ///
    /// @param available bytes of numbers in the file
    static Entry entry(Path path, String name, JsonNode node, long available) {
        String typeName = node.path("dtype").asText();
        if (typeName.isEmpty()) {
            throw damaged(path, "%s has no type".formatted(name));
        }
        ScalarType type = TYPES.get(typeName);
        long[] shape = shape(path, name, node.path("shape"));
        long count = type == null ? 0 : bytes(type);
        try {
            for (long size : shape) {
                count = Math.multiplyExact(count, size);
            }
        } catch (ArithmeticException e) {
            throw damaged(path, "%s claims shape %s".formatted(name, node.path("shape")));
        }
        long begin = count(node.path("data_offsets").path(0));
        long end = count(node.path("data_offsets").path(1));
        if (begin < 0 || end > available || (type == null ? end < begin : end - begin != count)) {
            throw damaged(
                    path,
                    "%s claims bytes %d to %d for shape %s, the file has %d"
                            .formatted(name, begin, end, node.path("shape"), available));
        }
        return new Entry(type, typeName, shape, begin, end);
    }

    private static long[] shape(Path path, String name, JsonNode node) {
        long[] shape = new long[node.size()];
        for (int i = 0; i < shape.length; i++) {
            shape[i] = count(node.path(i));
        }
        if (!node.isArray() || Arrays.stream(shape).anyMatch(size -> size < 0)) {
            throw damaged(path, "%s has shape %s, expected a list of sizes".formatted(name, node));
        }
        return shape;
    }

    /// A number of at least 0, or -1 for anything else.
    private static long count(JsonNode node) {
        return node.isIntegralNumber() && node.canConvertToLong() ? Math.max(-1, node.longValue()) : -1;
    }

    static InputException damaged(Path path, String found) {
        return new InputException("%s: not a whole safetensors file (%s); write it again".formatted(path, found));
    }

    private static SequencedMap<String, ScalarType> types() {
        var types = new LinkedHashMap<String, ScalarType>();
        types.put("F64", ScalarType.Double);
        types.put("F32", ScalarType.Float);
        types.put("F16", ScalarType.Half);
        types.put("BF16", ScalarType.BFloat16);
        types.put("I64", ScalarType.Long);
        types.put("I32", ScalarType.Int);
        types.put("I16", ScalarType.Short);
        types.put("I8", ScalarType.Char);
        types.put("U8", ScalarType.Byte);
        return types;
    }

    private static String typeName(ScalarType type) {
        return TYPES.entrySet().stream()
                .filter(known -> known.getValue() == type)
                .map(Map.Entry::getKey)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no safetensors name for " + type));
    }

    /// Number of bytes of a number of this type.
    static int bytes(ScalarType type) {
        return switch (type) {
            case Double, Long -> 8;
            case Float, Int -> 4;
            case Half, BFloat16, Short -> 2;
            default -> 1;
        };
    }
}
