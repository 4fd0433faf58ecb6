package org.fullrank.data;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.fullrank.engine.InputException;
import org.jspecify.annotations.Nullable;

/// A packed data set. The file consists of a header of 64 bytes, the items one after another, and the
/// [PackIndex].
///
/// The header (little-endian) contains the magic `FULLRANK` (8 bytes), the version, the CRC32C of the rest of
/// the header, the number of payload bytes (8), the number of index bytes (8), the CRC32C of the index, and
/// zeros. The header and the index of a pack are always checked when it is opened. The payload is checked up
/// to [#CHECKED_BYTES].
///
/// @param file path of the pack
/// @param index description of the payload
record Pack(Path file, PackIndex index, long payloadBytes) {
    static final long MAGIC = ByteBuffer.wrap("FULLRANK".getBytes(StandardCharsets.US_ASCII))
            .order(ByteOrder.LITTLE_ENDIAN)
            .getLong();

    /// The version. It increases with every change of the file layout, or of the way in which images are decoded
    /// or labels are found.
    static final int VERSION = 4;

    static final int HEADER_BYTES = 64;

    /// Length of a payload block. Each block has a checksum.
    static final int BLOCK_BYTES = 1 << 24;

    /// Largest part of the payload that is checked when a pack is opened. This check takes a fifth of a
    /// second. Smaller packs are checked completely. In larger packs, evenly spaced blocks are checked.
    static final long CHECKED_BYTES = 1L << 30;

    /// Opens and checks a pack. The result is empty if there is no pack, or if the pack is damaged, has
    /// another version, or was made from another state of the source. Then it must be written again.
    static Optional<Pack> open(Path file, String stamp) {
        try (FileChannel channel = FileChannel.open(file)) {
            ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
            readFully(channel, header, 0);
            if (header.getLong(0) != MAGIC || header.getInt(8) != VERSION || header.getInt(12) != crc(header)) {
                return Optional.empty();
            }
            long payload = header.getLong(16);
            long index = header.getLong(24);
            if (HEADER_BYTES + payload + index != channel.size() || index > Integer.MAX_VALUE - 8) {
                return Optional.empty();
            }
            ByteBuffer indexBytes = ByteBuffer.allocate((int) index);
            readFully(channel, indexBytes, HEADER_BYTES + payload);
            if (crc(indexBytes.array()) != header.getInt(32)) {
                return Optional.empty();
            }
            PackIndex parsed = PackIndex.ofBytes(indexBytes.array());
            boolean valid = parsed.stamp().equals(stamp) && payloadIsIntact(channel, payload, parsed.blockChecksums());
            return valid ? Optional.of(new Pack(file, parsed, payload)) : Optional.empty();
        } catch (NoSuchFileException absent) {
            return Optional.empty();
        } catch (IOException | InputException damaged) {
            return Optional.empty();
        }
    }

    /// The items of a split, in a separate memory mapping; the caller closes them.
    Items items(Split split) {
        PackIndex.Items where = Objects.requireNonNull(index.splits().get(split));
        Labels labels = where.classes() == null ? null : new Labels(where.classes(), index.classNames());
        Arena arena = Arena.ofShared();
        try {
            MemorySegment payload = map(arena);
            return index.channels() <= PackIndex.VECTORS
                    ? vectors(where, payload, labels, arena)
                    : new Images(where, index.channels(), payload, labels, arena);
        } catch (IOException e) {
            arena.close();
            throw new UncheckedIOException(e);
        }
    }

    private Vectors vectors(PackIndex.Items where, MemorySegment payload, @Nullable Labels labels, Arena arena) {
        int height = where.heights()[0];
        int features = height * where.widths()[0];
        MemorySegment values = payload.asSlice(where.offsets()[0], 4L * features * where.size());
        SeriesShape series = index.channels() == PackIndex.SERIES ? new SeriesShape(height, where.widths()[0]) : null;
        return new Vectors(where.size(), features, values, labels, where.names(), index.table(), series, arena);
    }

    private MemorySegment map(Arena arena) throws IOException {
        try (FileChannel channel = FileChannel.open(file)) {
            return channel.map(FileChannel.MapMode.READ_ONLY, HEADER_BYTES, payloadBytes, arena);
        }
    }

    static int crc(byte[] bytes) {
        var crc = new CRC32C();
        crc.update(bytes);
        return (int) crc.getValue();
    }

    /// Checksum of the part of the header that follows the checksum.
    static int crc(ByteBuffer header) {
        var crc = new CRC32C();
        crc.update(header.array(), 16, HEADER_BYTES - 16);
        return (int) crc.getValue();
    }

    private static boolean payloadIsIntact(FileChannel channel, long payload, int[] expected) throws IOException {
        long blocks = (payload + BLOCK_BYTES - 1) / BLOCK_BYTES;
        if (blocks != expected.length) {
            return false;
        }
        long checked = Math.min(blocks, CHECKED_BYTES / BLOCK_BYTES);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment map = channel.map(FileChannel.MapMode.READ_ONLY, HEADER_BYTES, payload, arena);
            for (long k = 0; k < checked; k++) {
                long block = k * blocks / checked;
                long from = block * BLOCK_BYTES;
                var crc = new CRC32C();
                crc.update(
                        map.asSlice(from, Math.min(BLOCK_BYTES, payload - from)).asByteBuffer());
                if ((int) crc.getValue() != expected[(int) block]) {
                    return false;
                }
            }
        }
        return true;
    }

    private static void readFully(FileChannel channel, ByteBuffer into, long from) throws IOException {
        while (into.hasRemaining()) {
            if (channel.read(into, from + into.position()) < 0) {
                throw new IOException("ends early");
            }
        }
    }

    /// The bytes of the file on the disk.
    long fileBytes() {
        try {
            return Files.size(file);
        } catch (IOException e) {
            return HEADER_BYTES + payloadBytes;
        }
    }
}
