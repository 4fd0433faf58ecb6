package org.fullrank.bench;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.fullrank.data.DataSpec;
import org.fullrank.data.Dataset;
import org.fullrank.data.Split;

/// Measures how many images per second are decoded and packed. The time includes the detection of the format
/// and the writing of the file. The benchmark also measures the time to open the packed file again. The
/// benchmark prints the first (cold) round, the median of all rounds, and the images per second of processor
/// time. Other work on the machine disturbs the rate per processor time less than the other rates. Multiplied
/// by the number of cores, the rate per processor time is the rate of an idle machine.
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
        double[] perCore = new double[rounds];
        double[] packing = new double[rounds];
        double[] opening = new double[rounds];
        for (int round = 0; round < rounds; round++) {
            DataSpec spec = DataSpec.of(path).withCache(cache);
            long start = System.nanoTime();
            long busy = processorNanos();
            int images = openOnce(spec);
            double seconds = (System.nanoTime() - start) / 1e9;
            packing[round] = seconds / images;
            rates[round] = images / seconds;
            perCore[round] = images / ((processorNanos() - busy) / 1e9);
            start = System.nanoTime();
            openOnce(spec);
            opening[round] = (System.nanoTime() - start) / 1e6;
            System.out.printf(
                    Locale.ROOT,
                    "round %d: %d items packed in %.2f s = %.0f per second, %.0f per core-second; opened again in %.1f ms%n",
                    round,
                    images,
                    seconds,
                    rates[round],
                    perCore[round],
                    opening[round]);
            empty(cache);
        }
        Files.delete(cache);
        Figure.report("packing", "us/item", 1e6, packing);
        Figure.report("opening", "ms", 1, opening);
        System.out.printf(
                Locale.ROOT,
                "first %.0f per second, median %.0f per second, %.0f per core-second; opening %.1f ms%n",
                rates[0],
                Timing.median(rates),
                Timing.median(perCore),
                Timing.median(opening));
    }

    private static long processorNanos() {
        return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime();
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
}
