package org.fullrank.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.fullrank.data.Dataset;
import org.fullrank.run.MetricRecord;
import org.fullrank.run.Recipe;
import org.fullrank.run.Recipes;
import org.fullrank.run.RunFolder;
import org.fullrank.train.Trainer;
import org.fullrank.train.TrainingListener;

/// Measures the time of the checks at the default rate, as a share of the training time. The checks are
/// quick checks of every place, and checks with kNN at the end of an epoch. The training is a real one. The
/// measured time runs from the first step of the training to its last step.
///
/// ```
/// bench/run MonitorBench [RECIPE] [KEY=VALUE ...]
/// ```
public final class MonitorBench {
    private MonitorBench() {}

    public static void main(String[] arguments) throws IOException {
        String name = arguments.length > 0 ? arguments[0] : Recipes.DEFAULT;
        Recipe recipe = Recipes.load(name, List.of(arguments).subList(Math.min(1, arguments.length), arguments.length));
        Path folder = Files.createTempDirectory("monitor-bench");
        try (Dataset data = Dataset.open(recipe.data());
                RunFolder run = RunFolder.create(folder.resolve("run"), recipe);
                Trainer trainer = Trainer.start(recipe, data, run, TrainingListener.silent())) {
            trainer.run();
            report(name, run.records());
        } finally {
            Timing.delete(folder);
        }
    }

    private static void report(String name, List<MetricRecord> records) {
        double all = records.getLast().timing().getOrDefault("seconds", 0.0);
        double quick = seconds(records.stream().filter(r -> !r.values().containsKey("knn")));
        double full = seconds(records.stream().filter(r -> r.values().containsKey("knn")));
        long checks = records.stream()
                .filter(r -> r.timing().containsKey("monitorSeconds"))
                .count();
        System.out.printf(
                Locale.ROOT,
                "%s: %d checks in %.1f s of training; quick ones %.2f %%, with kNN %.2f %%, together %.2f %%%n",
                name,
                checks,
                all,
                100 * quick / all,
                100 * full / all,
                100 * (quick + full) / all);
    }

    private static double seconds(Stream<MetricRecord> records) {
        return records.mapToDouble(r -> r.timing().getOrDefault("monitorSeconds", 0.0))
                .sum();
    }
}
