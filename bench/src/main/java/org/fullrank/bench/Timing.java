package org.fullrank.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.Stream;

/// Helper methods for benchmarks with their own `main`: the time of one call, the median of several times,
/// and the arguments.
final class Timing {
    private Timing() {}

    /// Seconds that `work` takes once.
    static double seconds(Runnable work) {
        long start = System.nanoTime();
        work.run();
        return (System.nanoTime() - start) / 1e9;
    }

    /// The middle value; of an even number the mean of the two in the middle.
    static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int half = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }

    static double mean(double[] values) {
        return Arrays.stream(values).average().orElseThrow();
    }

    /// The number at this place of the command line, or the default.
    static int argument(String[] arguments, int place, int otherwise) {
        return arguments.length > place ? Integer.parseInt(arguments[place]) : otherwise;
    }

    /// Removes a folder that a benchmark made, with all that is in it.
    static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
