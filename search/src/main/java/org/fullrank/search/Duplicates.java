package org.fullrank.search;

import java.util.List;
import java.util.stream.IntStream;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Keyed;

/// Near-duplicates in an index: two rows are in one group if their similarity is at least a threshold, or if
/// other rows of the group connect them so.
///
/// @param groups numbers of the rows of each group of two rows or more. The largest group comes first; rows are
///     ascending
/// @param exact whether all pairs were compared; else a pair may be missing, see [Recall]
public record Duplicates(List<List<Integer>> groups, boolean exact) {
    /// Two photographs of one scene, one after the other, are about as similar in most encoders.
    public static final float ABOVE = 0.97f;

    /// Neighbors of a row in a first search. If all of them are above the threshold, more are searched.
    private static final int FIRST = 16;

    /// If a row has more neighbors above the threshold on average, comparing all pairs takes less time.
    private static final int MANY = 256;

    /// Rows from which the average is estimated.
    private static final int SAMPLE = 64;

    public Duplicates {
        groups = List.copyOf(groups);
    }

    /// Finds near-duplicates. The search of each row goes on until a neighbor is below the threshold. If rows
    /// have very many such neighbors, all pairs are compared, as with [#ofAllPairs].
    ///
    /// @param above the threshold, above 0, at most 1
    /// @throws InputException when the threshold is out of range
    public static Duplicates of(VectorIndex index, float above) {
        requireThreshold(above);
        StoredVectors stored = index.stored();
        if (expected(stored, above, index.card().settings().seed()) > MANY) {
            return ofAllPairs(index, above);
        }
        int[][] near = IntStream.range(0, stored.size())
                .parallel()
                .mapToObj(row -> stored.isLive(row) ? near(stored, row, above) : new int[0])
                .toArray(int[][]::new);
        var groups = new RowGroups(stored.size());
        for (int row = 0; row < near.length; row++) {
            for (int other : near[row]) {
                groups.join(row, other);
            }
        }
        return new Duplicates(groups.groups(), false);
    }

    /// The same without a missing pair. It takes `N^2 D` operations.
    public static Duplicates ofAllPairs(VectorIndex index, float above) {
        requireThreshold(above);
        StoredVectors stored = index.stored();
        var groups = new RowGroups(stored.size());
        int[] rows = stored.liveRows();
        AllPairs.visit(stored, rows, (query, other, similarity) -> {
            if (similarity >= above - Recall.ROUNDING) {
                groups.join(rows[query], other);
            }
        });
        return new Duplicates(groups.groups(), true);
    }

    private static int[] near(StoredVectors stored, int row, float above) {
        float[] query = stored.vector(row);
        RowFilter others = RowFilter.all().without(row);
        int k = Math.min(FIRST, stored.size());
        TopRows top = stored.nearest(query, k, others);
        while (top.size() == k && k < stored.size() && top.similarity(k - 1) >= above - Recall.ROUNDING) {
            k = (int) Math.min(stored.size(), 4L * k);
            top = stored.nearest(query, k, others);
        }
        TopRows found = top;
        return IntStream.range(0, found.size())
                .takeWhile(place -> found.similarity(place) >= above - Recall.ROUNDING)
                .map(found::row)
                .toArray();
    }

    /// The average number of neighbors above the threshold, estimated from some rows.
    private static double expected(StoredVectors stored, float above, long seed) {
        Keyed random = Keyed.of(seed, Keyed.name("sample of duplicates"));
        int[] live = stored.liveRows();
        int[] queries = IntStream.range(0, Math.min(SAMPLE, live.length))
                .map(i -> live[random.nextInt(live.length)])
                .toArray();
        long[] count = new long[1];
        AllPairs.visit(stored, queries, (query, row, similarity) -> count[0] += similarity >= above ? 1 : 0);
        return (double) count[0] / queries.length;
    }

    private static void requireThreshold(float above) {
        InputException.unless(
                above > 0 && above <= 1, "--above: found %s, expected a cosine above 0, at most 1; correct it", above);
    }
}
