package org.fullrank.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.fullrank.data.Dataset;
import org.fullrank.data.SamplingOrder;
import org.fullrank.probe.Linear;
import org.fullrank.probe.ProbeTable;
import org.fullrank.probe.Probes;
import org.fullrank.run.Recipe;
import org.fullrank.run.Recipes;
import org.fullrank.run.RunFolder;
import org.fullrank.train.Checkpoints;
import org.fullrank.train.Trainer;
import org.fullrank.train.TrainingListener;
import org.fullrank.trained.Trained;
import org.jspecify.annotations.Nullable;

/// Compares the embeddings of `series-vicreg` with the raw series, principal components, random convolutions
/// and the untrained encoder. It prints the accuracy of kNN and of the linear probe for each of them, as the
/// mean and the standard deviation over the seeds, in percent.
///
/// The arguments are `NAME_TRAIN.ts`, `validation` or `test`, the number of seeds, and then settings
/// `key=value` of the recipe. With `test`, the test split is `NAME_TEST.ts`. If there is no such file, it is
/// half of the series of each class, the same half for every seed. With `validation`, the test split is not
/// read. Then 30 % of each class of the training split are held out, others for each seed. Nothing learns
/// from held-out series.
public final class SeriesStudy {
    private static final double HELD_OUT = 0.3;
    private static final double TEST_SHARE = 0.5;
    private static final int HOLD_OUT = -8; // no epoch of a training

    private SeriesStudy() {}

    public static void main(String[] arguments) throws IOException {
        Path file = Path.of(arguments[0]);
        boolean isTest = arguments[1].equals("test");
        if (!isTest && !arguments[1].equals("validation")) {
            throw new IllegalArgumentException("found " + arguments[1] + ", expected validation or test");
        }
        int seeds = Integer.parseInt(arguments[2]);
        List<String> settings = List.of(arguments).subList(3, arguments.length);
        Map<String, double[][]> table = new LinkedHashMap<>();
        double seconds = 0;
        for (int seed = 1; seed <= seeds; seed++) {
            seconds += measure(parts(file, isTest, seed), seed, seeds, settings, table) / seeds;
        }
        System.out.printf(
                Locale.ROOT,
                "%s, %s, %d seeds, %.0f s a training %s%n",
                file.getFileName(),
                arguments[1],
                seeds,
                seconds,
                settings);
        table.forEach((name, values) -> System.out.printf(
                Locale.ROOT, "%-22s kNN %-14s linear %s%n", name, spread(values[0]), spread(values[1])));
    }

    /// The lines of two `.ts` files.
    private record Parts(String name, List<String> header, List<String> train, List<String> test) {
        /// Takes a share of each class out of the training lines.
        Parts split(double share, long seed) {
            Map<String, List<String>> classes = train.stream()
                    .collect(Collectors.groupingBy(
                            line -> line.substring(line.lastIndexOf(':') + 1), TreeMap::new, Collectors.toList()));
            List<String> kept = new ArrayList<>();
            List<String> held = new ArrayList<>();
            for (List<String> lines : classes.values()) {
                int[] order = SamplingOrder.epoch(seed, HOLD_OUT, lines.size());
                int count = (int) Math.round(share * lines.size());
                IntStream.range(0, order.length).forEach(i -> (i < count ? held : kept).add(lines.get(order[i])));
            }
            return new Parts(name, header, kept, held);
        }

        /// Writes the files.
        ///
        /// @return the file of the training split
        Path write() throws IOException {
            Path folder = Files.createTempDirectory("series-study");
            write(folder.resolve(name + "_TEST.ts"), test);
            return write(folder.resolve(name + "_TRAIN.ts"), train);
        }

        private Path write(Path file, List<String> lines) throws IOException {
            List<String> all = new ArrayList<>(header);
            all.addAll(lines);
            return Files.write(file, all);
        }
    }

    private static Parts parts(Path file, boolean isTest, int seed) throws IOException {
        String name = file.getFileName().toString().replace("_TRAIN.ts", "");
        List<String> train = Files.readAllLines(file);
        List<String> header = train.subList(0, data(train));
        Path beside = file.resolveSibling(name + "_TEST.ts");
        Parts whole;
        if (Files.exists(beside)) {
            List<String> test = Files.readAllLines(beside);
            whole = new Parts(name, header, series(train), series(test));
        } else {
            whole = new Parts(name, header, series(train), List.of()).split(TEST_SHARE, 0);
        }
        return isTest ? whole : whole.split(HELD_OUT, seed);
    }

    private static int data(List<String> lines) {
        return 1
                + lines.stream()
                        .map(line -> line.strip().toLowerCase(Locale.ROOT))
                        .toList()
                        .indexOf("@data");
    }

    private static List<String> series(List<String> lines) {
        return lines.subList(data(lines), lines.size()).stream()
                .filter(line -> !line.isBlank())
                .toList();
    }

    /// @return seconds of the training
    private static double measure(
            Parts parts, int seed, int seeds, List<String> settings, Map<String, double[][]> table) throws IOException {
        Path data = parts.write();
        List<String> all = new ArrayList<>(settings);
        all.add("seed=" + seed);
        all.add("data.path=\"" + data + "\"");
        all.add("data.cache=\"" + data.resolveSibling("cache") + "\"");
        Recipe recipe = Recipes.load("series-vicreg", all);
        try (Dataset dataset = Dataset.open(recipe.data());
                RunFolder folder = RunFolder.create(data.resolveSibling("run"), recipe)) {
            long start = System.nanoTime();
            try (Trainer trainer = Trainer.start(recipe, dataset, folder, TrainingListener.silent())) {
                trainer.run();
            }
            double seconds = (System.nanoTime() - start) / 1e9;
            Path latest = Checkpoints.latest(folder.checkpoints(), System.err::println);
            try (Trained trained = Trained.open(folder, dataset, latest)) {
                for (ProbeTable.Result row : Probes.defaults().run(trained).results()) {
                    double[][] values = table.computeIfAbsent(row.features(), _ -> new double[2][seeds]);
                    values[0][seed - 1] =
                            row.knn() == null ? Double.NaN : 100 * row.knn().share();
                    values[1][seed - 1] = linear(row.linear());
                }
            }
            return seconds;
        }
    }

    private static double linear(Linear.@Nullable Outcome outcome) {
        return outcome == null ? Double.NaN : 100 * outcome.accuracy().share();
    }

    private static String spread(double[] values) {
        double mean = Arrays.stream(values).average().orElse(Double.NaN);
        double squares = Arrays.stream(values).map(v -> (v - mean) * (v - mean)).sum();
        return String.format(Locale.ROOT, "%.1f +- %.1f", mean, Math.sqrt(squares / Math.max(1, values.length - 1)));
    }
}
