package org.fullrank.probe;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.data.Labels;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;

/// For each item, sorts all other items by cosine similarity. The class works block by block. So the memory
/// does not grow with the square of the number of items. Items that are equally similar keep their order.
final class Ranking {
    // 16 MB of similarities at a time.
    private static final int BLOCK_VALUES = 4 << 20;
    // Below every cosine, so that an item is never its own neighbor.
    private static final float NEVER = -2;

    private final int[] classes;
    private final int[] others; // items of the same class, itself left out
    private final int[] recallAt;
    private final double[] hitAt; // per query: the first rank with an item of its class, from 1; infinity for none
    private final double[] precisionAtR;
    private final double[] averagePrecision;

    /// The measures over all queries.
    ///
    /// @param queries number of items with another item of their class
    /// @param recall recall at each requested k
    record Means(int queries, double[] recall, double rPrecision, double mapAtR) {}

    private Ranking(int[] classes, int names, int[] recallAt) {
        this.classes = classes;
        this.recallAt = recallAt;
        int[] counts = new Labels(
                        classes,
                        IntStream.range(0, names).mapToObj(String::valueOf).toList())
                .counts();
        others = Arrays.stream(classes).map(c -> counts[c] - 1).toArray();
        hitAt = new double[classes.length];
        precisionAtR = new double[classes.length];
        averagePrecision = new double[classes.length];
    }

    /// @param rows `[N, D]` of length 1; the caller still owns it
    static Means of(Tensor rows, Features features, int[] recallAt) {
        var ranking = new Ranking(features.labels(), features.names().size(), recallAt);
        try (var scope = Scope.withoutGradients()) {
            Tensor columns = rows.t(); // [D, N]
            int size = ranking.classes.length;
            int block = Math.max(1, BLOCK_VALUES / size);
            for (int start = 0; start < size; start += block) {
                try (var inner = Scope.open()) {
                    int count = Math.min(block, size - start);
                    ranking.rank(rows.narrow(0, start, count).matmul(columns), start, count); // [count, N]
                }
            }
        }
        return ranking.means();
    }

    private void rank(Tensor similarities, int start, int count) {
        MemorySegment all = Tensors.segment(similarities);
        int size = classes.length;
        for (int row = 0; row < count; row++) {
            all.setAtIndex(ValueLayout.JAVA_FLOAT, (long) row * size + start + row, NEVER);
        }
        IntStream.range(0, count)
                .parallel()
                .filter(row -> others[start + row] > 0)
                .forEach(row -> score(start + row, nearest(row(all, row, size), depth(start + row))));
    }

    private static float[] row(MemorySegment all, int row, int size) {
        float[] values = new float[size];
        MemorySegment.copy(all, ValueLayout.JAVA_FLOAT, (long) row * size * Float.BYTES, values, 0, size);
        return values;
    }

    /// Number of neighbors that a query needs.
    private int depth(int query) {
        return others[query] == 0
                ? 0
                : Math.min(classes.length - 1, Math.max(others[query], recallAt[recallAt.length - 1]));
    }

    /// The items with the `depth` largest similarities, best first.
    private static int[] nearest(float[] similarities, int depth) {
        float last = largest(similarities.clone(), depth);
        long[] above = new long[depth];
        int[] equal = new int[depth];
        int more = 0;
        int same = 0;
        for (int i = 0; i < similarities.length; i++) {
            float s = similarities[i];
            if (s > last) {
                above[more++] = key(s, i);
            } else if (s == last && same < depth) {
                equal[same++] = i;
            }
        }
        Arrays.sort(above, 0, more);
        int[] items = new int[depth];
        for (int i = 0; i < depth; i++) {
            items[i] = i < more ? (int) above[i] : equal[i - more];
        }
        return items;
    }

    /// The `rank`-th largest value, counted from 1, found by quickselect (Hoare 1961). It reorders `values`.
    private static float largest(float[] values, int rank) {
        int low = 0;
        int high = values.length - 1;
        while (low < high) {
            float pivot = values[low + high >>> 1];
            int i = low;
            int j = high;
            while (i <= j) {
                while (values[i] > pivot) {
                    i++;
                }
                while (values[j] < pivot) {
                    j--;
                }
                if (i <= j) {
                    float swapped = values[i];
                    values[i++] = values[j];
                    values[j--] = swapped;
                }
            }
            if (rank - 1 <= j) {
                high = j;
            } else if (rank - 1 >= i) {
                low = i;
            } else {
                break;
            }
        }
        return values[rank - 1];
    }

    /// A sort key. Ascending keys mean descending similarities, and ascending items if similarities are
    /// equal.
    private static long key(float similarity, int item) {
        int bits = Float.floatToIntBits(similarity + 0f); // no negative zero
        int ordered = bits ^ (bits >> 31 & Integer.MAX_VALUE);
        return (long) ~ordered << 32 | item;
    }

    private void score(int query, int[] nearest) {
        int hits = 0;
        double precisions = 0;
        hitAt[query] = Double.POSITIVE_INFINITY;
        for (int rank = 1; rank <= nearest.length; rank++) {
            if (classes[nearest[rank - 1]] != classes[query]) {
                continue;
            }
            hitAt[query] = Math.min(hitAt[query], rank);
            if (rank <= others[query]) {
                hits++;
                precisions += (double) hits / rank;
            }
        }
        precisionAtR[query] = (double) hits / others[query];
        averagePrecision[query] = precisions / others[query];
    }

    private Means means() {
        int[] asked =
                IntStream.range(0, classes.length).filter(i -> others[i] > 0).toArray();
        double[] recall = Arrays.stream(recallAt)
                .mapToDouble(
                        k -> Arrays.stream(asked).filter(i -> hitAt[i] <= k).count() / (double) asked.length)
                .toArray();
        return new Means(asked.length, recall, mean(asked, precisionAtR), mean(asked, averagePrecision));
    }

    private static double mean(int[] asked, double[] values) {
        return Arrays.stream(asked).mapToDouble(i -> values[i]).average().orElse(Double.NaN);
    }
}
