package org.fullrank.data;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The description of the payload of a pack file. The index is written after the payload.
///
/// @param stamp state of the source when it was read; if the source changes, the pack is stale
/// @param format format of the source, in words
/// @param channels 1 or 3 for images, or [#VECTORS], or [#SERIES]
/// @param classNames names of the classes, empty when nothing is labeled
/// @param splits the items of each split
/// @param skipped files left out, in order
/// @param notes decisions that were made automatically, one line each
/// @param table how the columns of a table became vectors; null for other data
/// @param fingerprint checksum of all items, their order and classes
/// @param blockChecksums CRC32C of each [Pack#BLOCK_BYTES] of the payload
record PackIndex(
        String stamp,
        String format,
        int channels,
        List<String> classNames,
        Map<Split, Items> splits,
        List<Skipped> skipped,
        List<String> notes,
        @Nullable TableSchema table,
        String fingerprint,
        int[] blockChecksums) {

    /// The number of channels of vectors.
    static final int VECTORS = 0;

    /// Stands for the number of channels of time series, which is their height.
    static final int SERIES = -1;

    /// Where the items of one split lie. Vectors have height 1 and their length as width. Time series have the
    /// number of their channels as height and the number of their steps as width.
    ///
    /// @param names path of each item in its folder or archive; empty for items without one
    record Items(int[] heights, int[] widths, long[] offsets, int @Nullable [] classes, List<String> names) {
        int size() {
            return offsets.length;
        }
    }

    boolean isLabeled() {
        return splits.values().stream().anyMatch(items -> items.classes() != null);
    }

    byte[] toBytes() throws IOException {
        var bytes = new ByteArrayOutputStream();
        var out = new DataOutputStream(bytes);
        text(out, stamp);
        text(out, format);
        out.writeInt(channels);
        out.writeInt(classNames.size());
        for (String name : classNames) {
            text(out, name);
        }
        out.writeInt(splits.size());
        for (Map.Entry<Split, Items> split : splits.entrySet()) {
            Items items = split.getValue();
            out.writeInt(split.getKey().ordinal());
            out.writeInt(items.size());
            out.writeBoolean(items.classes() != null);
            ints(out, items.heights());
            ints(out, items.widths());
            ByteBuffer offsets = ByteBuffer.allocate(Math.multiplyExact(8, items.size()));
            offsets.asLongBuffer().put(items.offsets());
            out.write(offsets.array());
            if (items.classes() != null) {
                ints(out, items.classes());
            }
            out.writeInt(items.names().size());
            for (String name : items.names()) {
                text(out, name);
            }
        }
        out.writeInt(skipped.size());
        for (Skipped file : skipped) {
            text(out, file.path());
            text(out, file.reason());
        }
        out.writeInt(notes.size());
        for (String note : notes) {
            text(out, note);
        }
        text(out, table == null ? "" : table.json());
        text(out, fingerprint);
        out.writeInt(blockChecksums.length);
        ints(out, blockChecksums);
        return bytes.toByteArray();
    }

    /// The inverse of [#toBytes()]; the bytes must have passed their checksum.
    static PackIndex ofBytes(byte[] bytes) throws IOException {
        var in = new DataInputStream(new ByteArrayInputStream(bytes));
        String stamp = text(in);
        String format = text(in);
        int channels = in.readInt();
        List<String> names = new ArrayList<>();
        for (int n = in.readInt(); n > 0; n--) {
            names.add(text(in));
        }
        Map<Split, Items> splits = new EnumMap<>(Split.class);
        for (int n = in.readInt(); n > 0; n--) {
            Split split = Split.values()[in.readInt()];
            int size = in.readInt();
            boolean labeled = in.readBoolean();
            int[] heights = ints(in, size);
            int[] widths = ints(in, size);
            long[] offsets = new long[size];
            ByteBuffer.wrap(in.readNBytes(Math.multiplyExact(8, size)))
                    .asLongBuffer()
                    .get(offsets);
            int[] classes = labeled ? ints(in, size) : null;
            List<String> paths = new ArrayList<>();
            for (int k = in.readInt(); k > 0; k--) {
                paths.add(text(in));
            }
            splits.put(split, new Items(heights, widths, offsets, classes, List.copyOf(paths)));
        }
        List<Skipped> skipped = new ArrayList<>();
        for (int n = in.readInt(); n > 0; n--) {
            skipped.add(new Skipped(text(in), text(in)));
        }
        List<String> notes = new ArrayList<>();
        for (int n = in.readInt(); n > 0; n--) {
            notes.add(text(in));
        }
        String table = text(in);
        String fingerprint = text(in);
        int[] checksums = ints(in, in.readInt());
        return new PackIndex(
                stamp,
                format,
                channels,
                List.copyOf(names),
                Collections.unmodifiableMap(splits),
                List.copyOf(skipped),
                List.copyOf(notes),
                table.isEmpty() ? null : TableSchema.ofJson("packed data", table),
                fingerprint,
                checksums);
    }

    private static void text(DataOutputStream out, String text) throws IOException {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        out.writeInt(utf8.length);
        out.write(utf8);
    }

    private static String text(DataInputStream in) throws IOException {
        return new String(in.readNBytes(in.readInt()), StandardCharsets.UTF_8);
    }

    private static void ints(DataOutputStream out, int[] values) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(Math.multiplyExact(4, values.length));
        buffer.asIntBuffer().put(values);
        out.write(buffer.array());
    }

    private static int[] ints(DataInputStream in, int size) throws IOException {
        int[] values = new int[size];
        ByteBuffer.wrap(in.readNBytes(Math.multiplyExact(4, size)))
                .asIntBuffer()
                .get(values);
        return values;
    }
}
