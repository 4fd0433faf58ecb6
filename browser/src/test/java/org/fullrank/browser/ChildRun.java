package org.fullrank.browser;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import org.fullrank.run.MetricRecord;
import org.fullrank.run.Metrics;
import org.fullrank.run.Recipes;
import org.fullrank.run.RunFolder;

/// A process that looks like a training: holds the lock of a run folder and measures something every tenth of a
/// second until it is killed.
final class ChildRun {
    private ChildRun() {}

    static Process start(Path run) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        ChildRun.class.getName(),
                        run.toString())
                .inheritIO()
                .start();
    }

    public static void main(String[] arguments) throws InterruptedException {
        var recipe = Recipes.load(Recipes.DEFAULT, List.of());
        try (RunFolder folder = RunFolder.create(Path.of(arguments[0]), recipe);
                Metrics metrics = folder.metrics(0)) {
            for (int step = 1; step < 100_000; step++) {
                var values = new LinkedHashMap<String, Double>();
                values.put("loss", 10.0 / step);
                values.put("embedding.rankme", 30.0);
                metrics.append(MetricRecord.of(step, 0, values, step * 0.1));
                Thread.sleep(100);
            }
        }
    }
}
