package org.fullrank.search;

import java.util.TreeSet;
import org.fullrank.engine.Keyed;

/// Compares the searches of an index with exact ones.
final class RecallMeasurement {
    private RecallMeasurement() {}

    static Recall of(VectorIndex index) {
        StoredVectors stored = index.stored();
        int k = Math.min(Recall.NEIGHBORS, stored.size() - 1);
        if (k < 1) {
            return Recall.UNKNOWN;
        }
        int[] queries = draw(stored.size(), index.card().settings().seed());
        TopRows[] truth = AllPairs.nearest(stored, queries, k);
        long found = 0;
        for (int i = 0; i < queries.length; i++) {
            float least = truth[i].similarity(k - 1) - Recall.ROUNDING;
            TopRows some =
                    stored.nearest(stored.vector(queries[i]), k, RowFilter.all().without(queries[i]));
            for (int place = 0; place < some.size(); place++) {
                found += some.similarity(place) >= least ? 1 : 0;
            }
        }
        return new Recall((double) found / ((long) queries.length * k), queries.length);
    }

    /// Different rows, ascending (Floyd's sampling).
    private static int[] draw(int rows, long seed) {
        int count = Math.min(Recall.QUERIES, rows);
        Keyed random = Keyed.of(seed, Keyed.name("queries of the recall"));
        var drawn = new TreeSet<Integer>();
        for (int last = rows - count; last < rows; last++) {
            int row = random.nextInt(last + 1);
            drawn.add(drawn.contains(row) ? last : row);
        }
        return drawn.stream().mapToInt(Integer::intValue).toArray();
    }
}
