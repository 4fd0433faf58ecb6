package org.fullrank.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Threads;
import org.fullrank.independence.AmariDistance;
import org.fullrank.independence.Columns;
import org.fullrank.independence.Mixtures;
import org.fullrank.independence.Unmixing;

/// Measures the time of an unmixing, and its Amari distance from the mixing matrix. The time is that of the
/// whole fit, without reading files. The first fit of the process is not counted, because Java is slow while
/// it compiles.
///
/// An input is a folder with the mixing matrix (`.csv`) and the mixtures (`.npy` or `.wav`). It is fitted with
/// the seeds 0 to 4. A folder of inputs is one kind of mixtures, and each of its inputs is fitted once.
/// `bench/peers/unmix_sklearn.py` makes such folders, and prints the same of scikit-learn's FastICA.
///
/// ```
/// bench/run UnmixingBench FOLDER...
/// ```
public final class UnmixingBench {
    private static final int SEEDS = 5;

    private UnmixingBench() {}

    /// Mixtures with their mixing matrix.
    private record Input(Columns mixtures, double[][] mixing) {
        static Input of(Path folder) {
            List<Path> files = list(
                    folder,
                    file -> file.toString().endsWith(".npy")
                            || file.getFileName().toString().startsWith("mix_"));
            Path matrix = list(folder, file -> file.toString().endsWith(".csv")).getFirst();
            return new Input(Mixtures.read(files, System.err::println).columns(), matrix(matrix));
        }
    }

    public static void main(String[] arguments) {
        InputException.when(arguments.length == 0, "UnmixingBench: found no argument, expected folders of mixtures");
        Threads.use(1); // as fullrank unmix, for up to eight mixtures
        System.out.println("| mixtures | fits | identifiable | Amari distance: median | largest | seconds: median |");
        System.out.println("| --- | --- | --- | --- | --- | --- |");
        boolean warm = false;
        for (String argument : arguments) {
            Path folder = Path.of(argument);
            List<Path> folders = list(folder, Files::isDirectory);
            List<Input> inputs = new ArrayList<>();
            for (int i = 0; i < SEEDS; i++) {
                inputs.add(Input.of(folders.isEmpty() ? folder : folders.get(i % folders.size())));
            }
            if (!warm) {
                Unmixing.fit(inputs.getFirst().mixtures, Unmixing.STARTS, 0);
                warm = true;
            }
            row(folder.getFileName().toString(), inputs);
        }
    }

    private static void row(String name, List<Input> inputs) {
        double[] seconds = new double[inputs.size()];
        double[] distances = new double[inputs.size()];
        int identifiable = 0;
        for (int i = 0; i < seconds.length; i++) {
            Input input = inputs.get(i);
            int seed = i;
            Unmixing[] found = new Unmixing[1];
            seconds[i] = Timing.seconds(() -> found[0] = Unmixing.fit(input.mixtures, Unmixing.STARTS, seed));
            distances[i] = AmariDistance.of(found[0].matrix(), input.mixing);
            identifiable += found[0].identifiable() ? 1 : 0;
        }
        System.out.printf(
                Locale.ROOT,
                "| %s | %d | %d | %.4f | %.4f | %.3f |%n",
                name,
                seconds.length,
                identifiable,
                Timing.median(distances),
                Arrays.stream(distances).max().orElseThrow(),
                Timing.median(seconds));
    }

    private static List<Path> list(Path folder, Predicate<Path> wanted) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(wanted).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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
