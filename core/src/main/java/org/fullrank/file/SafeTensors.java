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
import java.util.zip.CRC32C;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.Device;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.jspecify.annotations.Nullable;

/// Reads and writes the safetensors format. The file starts with the length of a JSON header (8 bytes,
/// little-endian). The header maps each name to type, shape and byte range. The raw numbers follow.
///
/// Files from unknown sources are safe to open: the header is checked against the file before memory is
/// allocated.
public final class SafeTensors implements AutoCloseable {
    /// Larger headers are refused, as in the reference implementation.
    private static final long MAX_HEADER_BYTES = 100_000_000;

    /// Key of the checksum in the metadata: CRC32C of the file behind its first 8 bytes, with zeros in its
    /// own place.
    private static final String CHECKSUM = "crc32c";

    private static final String NO_CHECKSUM = "00000000";

    private static final ObjectMapper JSON =
            new ObjectMapper().enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY);

    /// The types of numbers by their names in a file.
    private static final SequencedMap<String, ScalarType> TYPES = types();

    /// @param type null for one that is not read, such as BOOL or F8_E4M3
    /// @param typeName as in the file
    private record Entry(@Nullable ScalarType type, String typeName, long[] shape, long begin, long end) {}

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
        write(path, tensors, header(tensors, metadata));
    }

    /// The same with a checksum of the whole file, which [#open] checks.
    public static void writeChecked(Path path, Map<String, Tensor> tensors, Map<String, String> metadata) {
        var checked = new LinkedHashMap<>(metadata);
        checked.put(CHECKSUM, NO_CHECKSUM);
        byte[] header = header(tensors, checked);
        var crc = new CRC32C();
        crc.update(header);
        tensors.values().forEach(tensor -> onHost(tensor, crc::update));
        checked.put(CHECKSUM, "%08x".formatted(crc.getValue()));
        write(path, tensors, header(tensors, checked));
    }

    private static void write(Path path, Map<String, Tensor> tensors, byte[] header) {
        AtomicFile.write(path, channel -> {
            var length = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
            AtomicFile.writeAll(channel, length.putLong(header.length).flip());
            AtomicFile.writeAll(channel, ByteBuffer.wrap(header));
            for (Tensor tensor : tensors.values()) {
                onHost(tensor, bytes -> AtomicFile.writeAll(channel, bytes));
            }
        });
    }

    private interface Use<E extends Exception> {
        void of(ByteBuffer bytes) throws E;
    }

    /// Uses the bytes of a tensor, a gigabyte at a time.
    private static <E extends Exception> void onHost(Tensor tensor, Use<E> use) throws E {
        try (var scope = Scope.withoutGradients()) {
            eachPart(Tensors.segment(Tensors.to(tensor, Device.CPU).contiguous()), use);
        }
    }

    private static <E extends Exception> void eachPart(MemorySegment bytes, Use<E> use) throws E {
        for (long at = 0; at < bytes.byteSize(); at += 1 << 30) {
            use.of(bytes.asSlice(at, Math.min(1 << 30, bytes.byteSize() - at)).asByteBuffer());
        }
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
        requireChecksum(path, header, data, metadata);
        return new SafeTensors(path, arena, file, data, entries, metadata);
    }

    private static void requireChecksum(
            Path path, byte[] header, MemorySegment data, SequencedMap<String, String> metadata) {
        String expected = metadata.get(CHECKSUM);
        if (expected == null) {
            return;
        }
        var crc = new CRC32C();
        String text = new String(header, StandardCharsets.UTF_8);
        crc.update(text.replace(quoted(expected), quoted(NO_CHECKSUM)).getBytes(StandardCharsets.UTF_8));
        eachPart(data, crc::update);
        String found = "%08x".formatted(crc.getValue());
        if (!found.equals(expected)) {
            throw damaged(path, "its checksum is %s, expected %s".formatted(found, expected));
        }
    }

    private static String quoted(String checksum) {
        return "\"%s\":\"%s\"".formatted(CHECKSUM, checksum);
    }

    /// Every tensor has bytes of its own; a file where they overlap was made to mislead.
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

    /// Bytes of a number of this type.
    public static int bytes(ScalarType type) {
        return switch (type) {
            case Double, Long -> 8;
            case Float, Int -> 4;
            case Half, BFloat16, Short -> 2;
            default -> 1;
        };
    }

    /// The file this was opened from.
    public Path path() {
        return path;
    }

    /// Names of the tensors whose type is read, in the file's order.
    public List<String> names() {
        return entries.sequencedEntrySet().stream()
                .filter(entry -> entry.getValue().type() != null)
                .map(Map.Entry::getKey)
                .toList();
    }

    /// The tensors whose type is not read, such as `mask (BOOL)`.
    public List<String> others() {
        return entries.sequencedEntrySet().stream()
                .filter(entry -> entry.getValue().type() == null)
                .map(entry ->
                        "%s (%s)".formatted(entry.getKey(), entry.getValue().typeName()))
                .toList();
    }

    /// The free text stored with the tensors.
    public SequencedMap<String, String> metadata() {
        return metadata;
    }

    /// The shape of a tensor, or null when the file has none of that name.
    public long @Nullable [] shape(String name) {
        Entry entry = entries.get(name);
        return entry == null ? null : entry.shape().clone();
    }

    /// The position of a tensor in the file.
    ///
    /// @param type of its numbers, which are little-endian, row after row
    /// @param shape sizes, outermost first
    /// @param offset of the first number, in bytes
    public record Extent(ScalarType type, List<Long> shape, long offset) {}

    /// Where tensor `name` lies, or null when the file has none of that name and of a type that is read.
    public @Nullable Extent extent(String name) {
        Entry entry = entries.get(name);
        return entry == null || entry.type() == null
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
        if (entry.type() == null) {
            throw new InputException(
                    "%s: %s has type %s, expected F64, F32, F16, BF16, I64, I32, I16, I8 or U8; convert it"
                            .formatted(path, name, entry.typeName()));
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
