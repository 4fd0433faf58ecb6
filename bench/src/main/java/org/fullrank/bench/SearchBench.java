package org.fullrank.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.IntStream;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Threads;
import org.fullrank.search.Hit;
import org.fullrank.search.IndexReport;
import org.fullrank.search.IndexSettings;
import org.fullrank.search.RowFilter;
import org.fullrank.search.VectorIndex;
import org.fullrank.search.VectorSource;

/// Measures indexes of a `.npy` file with 32, 8 and 4 bits: time of the build, size, recall@10, and queries per
/// second of one thread. The queries are 500 rows at equal distances, and a query does not find itself. The
/// graph has 16 neighbors and a beam of 100, and a search has a beam of 100, as in
/// `bench/peers/search_peers.py`, which prints the same of faiss and hnswlib.
///
/// ```
/// bench/run SearchBench FILE.npy [THREADS]
/// FULLRANK_JAVA_OPTS='--add-modules jdk.incubator.vector' bench/run SearchBench FILE.npy [THREADS]
/// ```
///
/// THREADS build the index, default 1. The second line lets Lucene use vector instructions.
public final class SearchBench {
    private static final int QUERIES = 500;
    private static final int NEIGHBORS = 10;

    /// Seconds for which queries are repeated, after as many seconds that are not counted.
    private static final double MEASURED = 3;

    private SearchBench() {}

    public static void main(String[] arguments) throws IOException {
        InputException.when(arguments.length == 0, "SearchBench: found no argument, expected a .npy file");
        Path file = Path.of(arguments[0]);
        int threads = Timing.argument(arguments, 1, 1);
        Threads.use(threads);
        Path folder = Files.createTempDirectory("search-bench");
        try {
            System.out.println("| index | build s | size MB | recall@10 | queries/s |");
            System.out.println("| --- | --- | --- | --- | --- |");
            List<Set<Integer>> truth = List.of();
            for (int bits : new int[] {32, 8, 4}) {
                Path place = folder.resolve("idx" + bits);
                var settings = IndexSettings.defaults().withBits(bits).withThreads(threads);
                IndexReport report;
                try (VectorSource source = VectorSource.open(file, note -> {})) {
                    report = VectorIndex.build(source, place, settings);
                }
                try (VectorIndex index = VectorIndex.open(place)) {
                    truth = truth.isEmpty() ? truth(index) : truth;
                    row(report, recall(index, truth), rate(index));
                }
                Timing.delete(place);
            }
        } finally {
            Timing.delete(folder);
        }
    }

    private static void row(IndexReport report, double recall, double rate) {
        System.out.printf(
                Locale.ROOT,
                "| Fullrank, %d bits | %.1f | %.0f | %.4f | %.0f |%n",
                report.card().settings().bits(),
                report.seconds(),
                report.bytes() / 1e6,
                recall,
                rate);
    }

    private static int[] queries(VectorIndex index) {
        int count = Math.min(QUERIES, index.rows());
        return IntStream.range(0, count)
                .map(i -> (int) ((long) i * index.rows() / count))
                .toArray();
    }

    private static List<Set<Integer>> truth(VectorIndex index) {
        List<Set<Integer>> truth = new ArrayList<>();
        for (int query : queries(index)) {
            truth.add(rows(index.neighborsExactly(query, NEIGHBORS, RowFilter.all())));
        }
        return truth;
    }

    private static double recall(VectorIndex index, List<Set<Integer>> truth) {
        int[] queries = queries(index);
        long found = 0;
        for (int i = 0; i < queries.length; i++) {
            Set<Integer> hits = rows(index.neighbors(queries[i], NEIGHBORS, RowFilter.all()));
            found += truth.get(i).stream().filter(hits::contains).count();
        }
        return (double) found / queries.length / NEIGHBORS;
    }

    private static Set<Integer> rows(List<Hit> hits) {
        Set<Integer> rows = new HashSet<>();
        hits.forEach(hit -> rows.add(hit.row()));
        return rows;
    }

    private static double rate(VectorIndex index) {
        float[][] vectors = IntStream.of(queries(index)).mapToObj(index::vector).toArray(float[][]::new);
        pass(index, vectors, MEASURED); // Java compiles
        return pass(index, vectors, MEASURED);
    }

    private static double pass(VectorIndex index, float[][] vectors, double seconds) {
        long start = System.nanoTime();
        int done = 0;
        while ((System.nanoTime() - start) / 1e9 < seconds) {
            index.search(vectors[done++ % vectors.length], NEIGHBORS, RowFilter.all());
        }
        return done / ((System.nanoTime() - start) / 1e9);
    }
}
