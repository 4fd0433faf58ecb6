package org.fullrank.file;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
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
import java.util.Arrays;
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

/// Reads and writes the safetensors format. A safetensors file starts with the length of a JSON header (8
/// bytes, little-endian). The header maps each name to a type, a shape and a byte range. The raw numbers
/// follow.
///
/// Files from unknown sources are safe to open: the header is checked against the size of the file before
/// memory is allocated.
public final class SafeTensors implements AutoCloseable {
    /// Largest accepted header, as in the reference implementation.
    private static final long MAX_HEADER_BYTES = 100_000_000;

    /// Key of the checksum in the metadata. The checksum is the CRC32C of the file after its first 8 bytes,
    /// with zeros in place of the checksum.
    private static final String CHECKSUM = "crc32c";

    private static final String NO_CHECKSUM = "00000000";

    private static final ObjectMapper JSON =
            new ObjectMapper().enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY);

    private final Path path;
    private final Arena arena;
    private final MemorySegment file;
    private final MemorySegment data;
    private final SequencedMap<String, SafeTensorsHeader.Entry> entries;
    private final SequencedMap<String, String> metadata;

    private SafeTensors(
            Path path,
            Arena arena,
            MemorySegment file,
            MemorySegment data,
            SequencedMap<String, SafeTensorsHeader.Entry> entries,
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
        write(path, tensors, SafeTensorsHeader.of(JSON, tensors, metadata));
    }

    /// The same with a checksum of the whole file, which [#open] checks.
    public static void writeChecked(Path path, Map<String, Tensor> tensors, Map<String, String> metadata) {
        var checked = new LinkedHashMap<>(metadata);
        checked.put(CHECKSUM, NO_CHECKSUM);
        byte[] header = SafeTensorsHeader.of(JSON, tensors, checked);
        var crc = new CRC32C();
        crc.update(header);
        tensors.values().forEach(tensor -> onHost(tensor, crc::update));
        checked.put(CHECKSUM, "%08x".formatted(crc.getValue()));
        write(path, tensors, SafeTensorsHeader.of(JSON, tensors, checked));
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

    /// Passes on the bytes of a tensor, one gigabyte at a time.
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
            throw SafeTensorsHeader.damaged(path, "found %d bytes, expected at least 8".formatted(size));
        }
        long length = file.get(ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN), 0);
        if (length < 2 || length > Math.min(MAX_HEADER_BYTES, size - 8)) {
            throw SafeTensorsHeader.damaged(
                    path, "the header claims %d bytes, the file has %d".formatted(length, size - 8));
        }
        byte[] header = file.asSlice(8, length).toArray(ValueLayout.JAVA_BYTE);
        MemorySegment data = file.asSlice(8 + length);
        JsonNode root;
        try {
            root = JSON.readTree(header);
        } catch (IOException e) {
            throw SafeTensorsHeader.damaged(path, "its header is not JSON, or names a tensor twice");
        }
        if (!root.isObject()) {
            throw SafeTensorsHeader.damaged(path, "its header is not a JSON object");
        }
        var entries = new LinkedHashMap<String, SafeTensorsHeader.Entry>();
        var metadata = new LinkedHashMap<String, String>();
        for (var field : root.properties()) {
            if (field.getKey().equals("__metadata__")) {
                field.getValue()
                        .properties()
                        .forEach(m -> metadata.put(m.getKey(), m.getValue().asText()));
            } else {
                entries.put(
                        field.getKey(),
                        SafeTensorsHeader.entry(path, field.getKey(), field.getValue(), data.byteSize()));
            }
        }
        SafeTensorsHeader.requireApart(path, entries);
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
            throw SafeTensorsHeader.damaged(path, "its checksum is %s, expected %s".formatted(found, expected));
        }
    }

    private static String quoted(String checksum) {
        return "\"%s\":\"%s\"".formatted(CHECKSUM, checksum);
    }

    /// Number of bytes of a number of this type.
    public static int bytes(ScalarType type) {
        return SafeTensorsHeader.bytes(type);
    }

    /// The file this was opened from.
    public Path path() {
        return path;
    }

    /// Names of the tensors that can be read, in the order of the file.
    public List<String> names() {
        return entries.sequencedEntrySet().stream()
                .filter(entry -> entry.getValue().type() != null)
                .map(Map.Entry::getKey)
                .toList();
    }

    /// The tensors whose type cannot be read, such as `mask (BOOL)`.
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
        SafeTensorsHeader.Entry entry = entries.get(name);
        return entry == null ? null : entry.shape().clone();
    }

    /// The position of a tensor in the file.
    ///
    /// @param type of its numbers, which are little-endian, row after row
    /// @param shape sizes, outermost first
    /// @param offset of the first number, in bytes
    public record Extent(ScalarType type, List<Long> shape, long offset) {}

    /// The position of tensor `name`; null when the file has no tensor with this name and a readable type.
    public @Nullable Extent extent(String name) {
        SafeTensorsHeader.Entry entry = entries.get(name);
        return entry == null || entry.type() == null
                ? null
                : new Extent(
                        entry.type(),
                        Arrays.stream(entry.shape()).boxed().toList(),
                        file.byteSize() - data.byteSize() + entry.begin());
    }

    /// Copies tensor `name` into `target` (any device, converted to its type).
    ///
    /// @throws InputException when there is no such tensor, or when its shape differs
    public void copyInto(String name, Tensor target) {
        try (var scope = Scope.withoutGradients()) {
            target.copy_(read(name, Tensors.shape(target)));
        }
    }

    private Tensor read(String name, long[] expected) {
        SafeTensorsHeader.Entry entry = entries.get(name);
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
