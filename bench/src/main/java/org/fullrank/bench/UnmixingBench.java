package org.fullrank.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Threads;
import org.fullrank.independence.AmariDistance;
import org.fullrank.independence.Columns;
import org.fullrank.independence.Mixtures;
import org.fullrank.independence.Unmixing;

/// Measures the time of an unmixing, and its Amari distance from the mixing matrix. The time is that of the
/// whole fit, without reading files: the first one, and the median of those that follow. There is a fit for
/// each seed from 0. `bench/peers/unmix_sklearn.py` prints the same of scikit-learn's FastICA, and makes the
/// synthetic mixtures.
///
/// ```
/// bench/run UnmixingBench MIXING.csv FILE...
/// ```
public final class UnmixingBench {
    private static final int ROUNDS = 6;

    private UnmixingBench() {}

    public static void main(String[] arguments) {
        InputException.when(
                arguments.length < 2,
                "UnmixingBench: found %d arguments, expected MIXING.csv and the files of the mixtures",
                arguments.length);
        Threads.use(1); // as fullrank unmix, for up to eight mixtures
        double[][] mixing = matrix(Path.of(arguments[0]));
        List<Path> files = Arrays.stream(arguments).skip(1).map(Path::of).toList();
        Columns mixtures = Mixtures.read(files, System.err::println).columns();
        double[] seconds = new double[ROUNDS];
        double[] distances = new double[ROUNDS];
        for (int seed = 0; seed < ROUNDS; seed++) {
            long number = seed;
            Unmixing[] found = new Unmixing[1];
            seconds[seed] = Timing.seconds(() -> found[0] = Unmixing.fit(mixtures, Unmixing.STARTS, number));
            distances[seed] = AmariDistance.of(found[0].matrix(), mixing);
        }
        System.out.printf(
                Locale.ROOT,
                "%d mixtures of %d samples: first %.3f s, then %.3f s (median of %d); Amari distance %.4f to %.4f, median %.4f%n",
                mixtures.width(),
                mixtures.rows(),
                seconds[0],
                Timing.median(Arrays.copyOfRange(seconds, 1, ROUNDS)),
                ROUNDS - 1,
                Arrays.stream(distances).min().orElseThrow(),
                Arrays.stream(distances).max().orElseThrow(),
                Timing.median(distances));
    }

    /// A matrix, one row on each line.
    private static double[][] matrix(Path file) {
        try {
            return Files.readAllLines(file).stream()
                    .map(line -> Arrays.stream(line.split(","))
                            .mapToDouble(Double::parseDouble)
                            .toArray())
                    .toArray(double[][]::new);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
