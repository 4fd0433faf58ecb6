package org.fullrank.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import org.fullrank.data.DataSpec;
import org.fullrank.data.Dataset;
import org.fullrank.data.Split;

/// Images decoded and packed per second, from the first look at the path to the finished file on the disk, and the time
/// to open that file again. Prints the first (cold) and the median of the later rounds.
///
/// ```
/// ./mvnw -q -DskipTests package
/// java -cp 'bench/target/classes:bench/target/lib/*' org.fullrank.bench.DecodeBench PATH [ROUNDS]
/// ```
public final class DecodeBench {
    private static final int ROUNDS = 7;

    private DecodeBench() {}

    public static void main(String[] arguments) throws IOException {
        String path = arguments.length > 0 ? arguments[0] : "shapes";
        int rounds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : ROUNDS;
        Path cache = Files.createTempDirectory("decode-bench");
        double[] rates = new double[rounds];
        double[] opening = new double[rounds];
        for (int round = 0; round < rounds; round++) {
            DataSpec spec = DataSpec.of(path).withCache(cache);
            long start = System.nanoTime();
            int images = openOnce(spec);
            double seconds = (System.nanoTime() - start) / 1e9;
            rates[round] = images / seconds;
            start = System.nanoTime();
            openOnce(spec);
            opening[round] = (System.nanoTime() - start) / 1e6;
            System.out.printf(
                    Locale.ROOT,
                    "round %d: %d items packed in %.2f s = %.0f per second; opened again in %.1f ms%n",
                    round,
                    images,
                    seconds,
                    rates[round],
                    opening[round]);
            empty(cache);
        }
        Files.delete(cache);
        System.out.printf(
                Locale.ROOT,
                "first %.0f per second, median %.0f per second; opening %.1f ms%n",
                rates[0],
                median(rates),
                median(opening));
    }

    private static int openOnce(DataSpec spec) {
        try (Dataset dataset = Dataset.open(spec)) {
            int items = 0;
            for (Split split : dataset.splits()) {
                items += dataset.items(split).size();
            }
            return items;
        }
    }

    private static void empty(Path folder) throws IOException {
        try (var files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                Files.delete(file);
            }
        }
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}
