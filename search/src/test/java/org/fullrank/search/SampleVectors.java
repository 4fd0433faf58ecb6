package org.fullrank.search;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.fullrank.data.Labels;
import org.fullrank.engine.Keyed;
import org.jspecify.annotations.Nullable;

/// Vectors in clusters, and the naive answers to questions about them, in float64.
///
/// @param rows `[N, D]`
record SampleVectors(float[][] rows) {
    /// Clusters of a Gaussian mixture; row i belongs to cluster i modulo their number.
    ///
    /// @param spread standard deviation within a cluster, where that of the centers is 1
    static SampleVectors clustered(int rows, int columns, int clusters, double spread) {
        Keyed random = Keyed.of(7, rows, columns, clusters);
        double[][] centers = new double[clusters][columns];
        for (double[] center : centers) {
            for (int d = 0; d < columns; d++) {
                center[d] = random.nextGaussian();
            }
        }
        float[][] values = new float[rows][columns];
        for (int i = 0; i < rows; i++) {
            for (int d = 0; d < columns; d++) {
                values[i][d] = (float) (centers[i % clusters][d] + spread * random.nextGaussian());
            }
        }
        return new SampleVectors(values);
    }

    /// The same vectors whose column d is multiplied by a scale.
    SampleVectors scaled(IntToDoubleFunction scale) {
        float[][] values = new float[rows.length][];
        for (int i = 0; i < rows.length; i++) {
            values[i] = rows[i].clone();
            for (int d = 0; d < values[i].length; d++) {
                values[i][d] *= (float) scale.applyAsDouble(d);
            }
        }
        return new SampleVectors(values);
    }

    int width() {
        return rows[0].length;
    }

    VectorSource source(List<String> names, @Nullable Labels labels) {
        return VectorSource.of(flat(), width(), names, labels);
    }

    VectorSource source() {
        return VectorSource.of(flat(), width(), List.of(), null);
    }

    float[] flat() {
        float[] values = new float[rows.length * width()];
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(rows[i], 0, values, i * width(), width());
        }
        return values;
    }

    double cosine(int a, int b) {
        return cosine(rows[a], rows[b]);
    }

    static double cosine(float[] a, float[] b) {
        double product = 0;
        double squaresA = 0;
        double squaresB = 0;
        for (int d = 0; d < a.length; d++) {
            product += (double) a[d] * b[d];
            squaresA += (double) a[d] * a[d];
            squaresB += (double) b[d] * b[d];
        }
        return product / Math.sqrt(squaresA * squaresB);
    }

    /// The nearest of some rows, best first.
    List<Integer> nearest(float[] query, int k, IntStream among) {
        return among.boxed()
                .sorted((a, b) -> Double.compare(cosine(query, rows[b]), cosine(query, rows[a])))
                .limit(k)
                .toList();
    }

    /// Share of the true neighbors of the first rows that an index finds.
    double recall(VectorIndex index, int queries, int k) {
        int found = 0;
        for (int q = 0; q < queries; q++) {
            int query = q;
            List<Integer> truth =
                    nearest(rows[q], k, IntStream.range(0, rows.length).filter(row -> row != query));
            List<Integer> hits = new ArrayList<>();
            index.neighbors(q, k, RowFilter.all()).forEach(hit -> hits.add(hit.row()));
            found += (int) truth.stream().filter(hits::contains).count();
        }
        return (double) found / queries / k;
    }
}
