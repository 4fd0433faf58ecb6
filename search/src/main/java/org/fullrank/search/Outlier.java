package org.fullrank.search;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.fullrank.engine.InputException;
import org.jspecify.annotations.Nullable;

/// A row that is far from its neighbors.
///
/// @param row its number in the data that were indexed, from 0
/// @param name its name; `#` and its number if it has none
/// @param label its class; null if it has none
/// @param similarity mean cosine between it and its k nearest rows
public record Outlier(int row, String name, @Nullable String label, double similarity) {
    /// The rows that are farthest from their neighbors, farthest first.
    ///
    /// @param k neighbors of each row
    /// @param count most rows to find
    /// @param exact whether all pairs of rows are compared, in `N^2 D` operations, instead of searched
    /// @throws InputException when k or the count is below 1, or when the index has one row only
    public static List<Outlier> of(VectorIndex index, int k, int count, boolean exact) {
        InputException.when(k < 1, "-k: found %d, expected at least 1 neighbor; correct it", k);
        InputException.when(count < 1, "--limit: found %d, expected at least 1; correct it", count);
        InputException.when(
                index.rows() < 2, "--outliers: found an index of one row, expected two or more; index more rows");
        StoredVectors stored = index.stored();
        int[] rows = stored.liveRows();
        double[] means = exact ? exact(stored, rows, k) : searched(stored, rows, k);
        return IntStream.range(0, rows.length)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer i) -> means[i]))
                .limit(count)
                .map(i -> new Outlier(rows[i], index.name(rows[i]), stored.label(rows[i]), means[i]))
                .toList();
    }

    private static double[] searched(StoredVectors stored, int[] rows, int k) {
        return IntStream.range(0, rows.length)
                .parallel()
                .mapToDouble(i -> mean(stored.nearest(
                        stored.vector(rows[i]), k, RowFilter.all().without(rows[i]))))
                .toArray();
    }

    private static double[] exact(StoredVectors stored, int[] rows, int k) {
        List<Double> means = new ArrayList<>();
        for (int first = 0; first < rows.length; first += AllPairs.BLOCK) {
            int[] some = Arrays.copyOfRange(rows, first, Math.min(rows.length, first + AllPairs.BLOCK));
            for (TopRows top : AllPairs.nearest(stored, some, k)) {
                means.add(mean(top));
            }
        }
        return means.stream().mapToDouble(Double::doubleValue).toArray();
    }

    private static double mean(TopRows top) {
        double sum = 0;
        for (int place = 0; place < top.size(); place++) {
            sum += top.similarity(place);
        }
        return sum / top.size();
    }
}
