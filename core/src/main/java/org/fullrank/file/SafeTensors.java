package org.fullrank.file;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.Device;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;

/// Reads and writes the safetensors format. The file starts with the length of a JSON header (8 bytes,
/// little-endian). The header maps each name to type, shape and byte range. The raw numbers follow.
///
/// Files from unknown sources are safe to open: the header is checked against the file before memory is
/// allocated.
public final class SafeTensors implements AutoCloseable {
    /// Larger headers are refused, as in the reference implementation.
    private static final long MAX_HEADER_BYTES = 100_000_000;

    private static final ObjectMapper JSON =
            new ObjectMapper().enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY);

    /// The types of numbers by their names in a file.
    private static final SequencedMap<String, ScalarType> TYPES = types();

    private record Entry(ScalarType type, long[] shape, long begin, long end) {}

    private final Path path;
    private final Arena arena;
    private final MemorySegment file;
    private final MemorySegment data;
    private final SequencedMap<String, Entry> entries;
    private final SequencedMap<String, String> metadata;

    private SafeTensors(
            Path path,
            Arena arena,
            MemorySegment file,
            MemorySegment data,
            SequencedMap<String, Entry> entries,
            SequencedMap<String, String> metadata) {
        this.path = path;
        this.arena = arena;
        this.file = file;
        this.data = data;
        this.entries = entries;
        this.metadata = metadata;
    }

    /// Writes `tensors` and `metadata` atomically.
    public static void write(Path path, Map<String, Tensor> tensors, Map<String, String> metadata) {
        AtomicFile.write(path, channel -> {
            byte[] header = header(tensors, metadata);
            var length = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
            AtomicFile.writeAll(channel, length.putLong(header.length).flip());
            AtomicFile.writeAll(channel, ByteBuffer.wrap(header));
            for (Tensor tensor : tensors.values()) {
                try (var scope = Scope.withoutGradients()) {
                    Tensor host = Tensors.to(tensor, Device.CPU).contiguous();
                    MemorySegment bytes = Tensors.segment(host);
                    for (long at = 0; at < bytes.byteSize(); at += 1 << 30) {
                        long count = Math.min(1 << 30, bytes.byteSize() - at);
                        AtomicFile.writeAll(channel, bytes.asSlice(at, count).asByteBuffer());
                    }
                }
            }
        });
    }

    private static byte[] header(Map<String, Tensor> tensors, Map<String, String> metadata) {
        ObjectNode root = JSON.createObjectNode();
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

    /// Opens and maps a file.
    ///
    /// @throws InputException when it is missing or damaged
    public static SafeTensors open(Path path) {
        InputException.unless(Files.isRegularFile(path), "%s: no such file; expected a safetensors file", path);
        Arena arena = Arena.ofShared();
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            MemorySegment file = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
            return parse(path, arena, file);
        } catch (IOException e) {
            arena.close();
            throw new InputException("%s: cannot be read (%s)".formatted(path, e.getMessage()), e);
        } catch (InputException e) {
            arena.close();
            throw e;
        }
    }

    private static SafeTensors parse(Path path, Arena arena, MemorySegment file) {
        long size = file.byteSize();
        if (size < 8) {
            throw damaged(path, "found %d bytes, expected at least 8".formatted(size));
        }
        long length = file.get(ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN), 0);
        if (length < 2 || length > Math.min(MAX_HEADER_BYTES, size - 8)) {
            throw damaged(path, "the header claims %d bytes, the file has %d".formatted(length, size - 8));
        }
        byte[] header = file.asSlice(8, length).toArray(ValueLayout.JAVA_BYTE);
        MemorySegment data = file.asSlice(8 + length);
        JsonNode root;
        try {
            root = JSON.readTree(header);
        } catch (IOException e) {
            throw damaged(path, "its header is not JSON, or names a tensor twice");
        }
        if (!root.isObject()) {
            throw damaged(path, "its header is not a JSON object");
        }
        var entries = new LinkedHashMap<String, Entry>();
        var metadata = new LinkedHashMap<String, String>();
        for (var field : root.properties()) {
            if (field.getKey().equals("__metadata__")) {
                field.getValue()
                        .properties()
                        .forEach(m -> metadata.put(m.getKey(), m.getValue().asText()));
            } else {
                entries.put(field.getKey(), entry(path, field.getKey(), field.getValue(), data.byteSize()));
            }
        }
        requireApart(path, entries);
        return new SafeTensors(path, arena, file, data, entries, metadata);
    }

    /// Checks that the bytes of tensors do not overlap. A file in which they overlap is malicious.
    private static void requireApart(Path path, SequencedMap<String, Entry> entries) {
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

    private static Entry entry(Path path, String name, JsonNode node, long available) {
        ScalarType type = TYPES.get(node.path("dtype").asText());
        if (type == null) {
            throw damaged(
                    path,
                    "%s has type %s, expected F64, F32, F16, BF16, I64, I32 or U8".formatted(name, node.path("dtype")));
        }
        long[] shape = shape(path, name, node.path("shape"));
        long count = bytes(type);
        try {
            for (long size : shape) {
                count = Math.multiplyExact(count, size);
            }
        } catch (ArithmeticException e) {
            throw damaged(path, "%s claims shape %s".formatted(name, node.path("shape")));
        }
        long begin = count(node.path("data_offsets").path(0));
        long end = count(node.path("data_offsets").path(1));
        if (begin < 0 || end > available || end - begin != count) {
            throw damaged(
                    path,
                    "%s claims bytes %d to %d for shape %s, the file has %d"
                            .formatted(name, begin, end, node.path("shape"), available));
        }
        return new Entry(type, shape, begin, end);
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

    /// A number that is not negative, or -1 for anything else.
    private static long count(JsonNode node) {
        return node.isIntegralNumber() && node.canConvertToLong() ? Math.max(-1, node.longValue()) : -1;
    }

    private static InputException damaged(Path path, String found) {
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

    /// Bytes of a number of this type.
    public static int bytes(ScalarType type) {
        return switch (type) {
            case Double, Long -> 8;
            case Float, Int -> 4;
            case Half, BFloat16 -> 2;
            default -> 1;
        };
    }

    /// The file this was opened from.
    public Path path() {
        return path;
    }

    /// Names of the tensors, in the file's order.
    public Iterable<String> names() {
        return entries.sequencedKeySet();
    }

    /// The free text stored with the tensors.
    public SequencedMap<String, String> metadata() {
        return metadata;
    }

    /// The shape of a tensor, or null if the file has no tensor of that name.
    public long @org.jspecify.annotations.Nullable [] shape(String name) {
        Entry entry = entries.get(name);
        return entry == null ? null : entry.shape().clone();
    }

    /// The position of a tensor in the file.
    ///
    /// @param type of its numbers, which are little-endian, row after row
    /// @param shape sizes, outermost first
    /// @param offset of the first number, in bytes
    public record Extent(ScalarType type, List<Long> shape, long offset) {}

    /// The position of tensor `name`, or null if the file has no tensor of that name.
    public @org.jspecify.annotations.Nullable Extent extent(String name) {
        Entry entry = entries.get(name);
        return entry == null
                ? null
                : new Extent(
                        entry.type(),
                        Arrays.stream(entry.shape()).boxed().toList(),
                        file.byteSize() - data.byteSize() + entry.begin());
    }

    /// Copies tensor `name` into `target` (any device, converted to its type).
    ///
    /// @throws InputException when there is no such tensor, or its shape differs
    public void copyInto(String name, Tensor target) {
        try (var scope = Scope.withoutGradients()) {
            target.copy_(read(name, Tensors.shape(target)));
        }
    }

    private Tensor read(String name, long[] expected) {
        Entry entry = entries.get(name);
        if (entry == null) {
            throw new InputException("%s: has no tensor %s of shape %s; it was saved from another architecture"
                    .formatted(path, name, Arrays.toString(expected)));
        }
        if (!Arrays.equals(entry.shape(), expected)) {
            throw new InputException("%s: %s has shape %s, expected %s; it was saved from another architecture"
                    .formatted(path, name, Arrays.toString(entry.shape()), Arrays.toString(expected)));
        }
        Tensor host = Tensors.empty(entry.type(), entry.shape());
        Tensors.segment(host).copyFrom(data.asSlice(entry.begin(), entry.end() - entry.begin()));
        return host;
    }

    @Override
    public void close() {
        arena.close();
    }
}
