package org.fullrank.search;

import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;

/// The similarities between some rows of an index and all its rows, block by block, as products of matrices.
final class AllPairs {
    /// Rows of a block. A product of two blocks has 16 MiB.
    static final int BLOCK = 2048;

    /// Gets one similarity. Deleted rows are left out. A row meets itself, too.
    interface Visit {
        /// @param query place of the query in its list
        /// @param row number of the other row
        void pair(int query, int row, float similarity);
    }

    private AllPairs() {}

    /// Visits every pair, in the order of blocks of queries, blocks of rows, queries, rows.
    ///
    /// @param queries numbers of rows
    static void visit(StoredVectors stored, int[] queries, Visit visit) {
        for (int first = 0; first < queries.length; first += BLOCK) {
            int count = Math.min(BLOCK, queries.length - first);
            float[] some = rows(stored, queries, first, count);
            for (int from = 0; from < stored.size(); from += BLOCK) {
                int rows = Math.min(BLOCK, stored.size() - from);
                float[] cosines = products(some, count, stored.vectors(from, rows), rows);
                for (int query = 0; query < count; query++) {
                    for (int row = 0; row < rows; row++) {
                        if (stored.isLive(from + row)) {
                            visit.pair(first + query, from + row, cosines[query * rows + row]);
                        }
                    }
                }
            }
        }
    }

    /// The nearest rows of each query among all other rows.
    static TopRows[] nearest(StoredVectors stored, int[] queries, int k) {
        TopRows[] top = new TopRows[queries.length];
        for (int i = 0; i < top.length; i++) {
            top[i] = new TopRows(k);
        }
        visit(stored, queries, (query, row, similarity) -> {
            if (row != queries[query]) {
                top[query].offer(row, Math.clamp(similarity, -1f, 1f));
            }
        });
        return top;
    }

    private static float[] rows(StoredVectors stored, int[] queries, int first, int count) {
        int columns = stored.width();
        float[] rows = new float[count * columns];
        for (int i = 0; i < count; i++) {
            System.arraycopy(stored.vector(queries[first + i]), 0, rows, i * columns, columns);
        }
        return rows;
    }

    /// `[A, D], [B, D] -> [A, B]`.
    private static float[] products(float[] a, int rowsA, float[] b, int rowsB) {
        try (var scope = Scope.withoutGradients()) {
            Tensor left = Tensors.of(a, rowsA, a.length / rowsA);
            Tensor right = Tensors.of(b, rowsB, b.length / rowsB);
            return Tensors.floats(left.matmul(right.t()));
        }
    }
}
