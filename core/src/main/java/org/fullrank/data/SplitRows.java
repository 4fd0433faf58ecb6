package org.fullrank.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.fullrank.engine.InputException;

/// Collects the data of one split, column by column, while the items are written.
final class SplitRows {
    private int size;
    private int[] heights = new int[1024];
    private int[] widths = new int[1024];
    private long[] offsets = new long[1024];
    private int[] checksums = new int[1024];
    private int[] labels = new int[1024];
    private final List<String> keys = new ArrayList<>();

    /// One item: its size, its position, its CRC32C, its class (or -1) and its sort key (or "").
    record Row(int height, int width, long offset, int checksum, int label, String key) {
        Row withLabel(int other) {
            return new Row(height, width, offset, checksum, other, key);
        }
    }

    void add(Row row) {
        if (size == heights.length) {
            int capacity = Math.addExact(size, size >> 1);
            heights = Arrays.copyOf(heights, capacity);
            widths = Arrays.copyOf(widths, capacity);
            offsets = Arrays.copyOf(offsets, capacity);
            checksums = Arrays.copyOf(checksums, capacity);
            labels = Arrays.copyOf(labels, capacity);
        }
        heights[size] = row.height();
        widths[size] = row.width();
        offsets[size] = row.offset();
        checksums[size] = row.checksum();
        labels[size] = row.label();
        if (!row.key().isEmpty()) {
            keys.add(row.key());
        }
        size++;
    }

    Row row(int i) {
        return new Row(heights[i], widths[i], offsets[i], checksums[i], labels[i], keys.get(i));
    }

    int size() {
        return size;
    }

    void labels(int[] classes) {
        if (classes.length != size) {
            throw new InputException("data set has " + size + " items but " + classes.length
                    + " labels in one split, expected one label per item; check that the files belong together");
        }
        labels = classes.clone();
    }

    /// Replaces the class c of each labeled item by `place[c]`.
    void renumber(int[] place) {
        for (int i = 0; i < size; i++) {
            labels[i] = labels[i] < 0 ? labels[i] : place[labels[i]];
        }
    }

    void dropLabels() {
        Arrays.fill(labels, Labels.UNLABELED);
    }

    /// Adds the columns in their final order to the fingerprint.
    PackIndex.Items finish(Split split, Fingerprint print) {
        int[] order = order();
        int[] h = pick(heights, order);
        int[] w = pick(widths, order);
        int[] c = pick(labels, order);
        long[] o = Arrays.stream(order).mapToLong(i -> offsets[i]).toArray();
        boolean labeled = Arrays.stream(c).anyMatch(label -> label >= 0);
        print.split(split, size);
        for (int i = 0; i < size; i++) {
            print.item(h[i], w[i], c[i], checksums[order[i]]);
        }
        List<String> names =
                keys.size() == size ? Arrays.stream(order).mapToObj(keys::get).toList() : List.of();
        return new PackIndex.Items(h, w, o, labeled ? c : null, names);
    }

    private int[] order() {
        IntStream all = IntStream.range(0, size);
        if (keys.size() != size) {
            return all.toArray();
        }
        return all.boxed()
                .sorted((a, b) -> keys.get(a).compareTo(keys.get(b)))
                .mapToInt(i -> i)
                .toArray();
    }

    private static int[] pick(int[] column, int[] order) {
        return Arrays.stream(order).map(i -> column[i]).toArray();
    }
}
