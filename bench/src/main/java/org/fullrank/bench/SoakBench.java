package org.fullrank.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.fullrank.data.Dataset;
import org.fullrank.engine.InputException;
import org.fullrank.run.MetricRecord;
import org.fullrank.run.Recipe;
import org.fullrank.run.Recipes;
import org.fullrank.run.RunFolder;
import org.fullrank.train.Trainer;
import org.fullrank.train.TrainingListener;

/// Measures how much more memory a long training needs than a short one. The result is the growth of the
/// resident memory (`VmRSS`) from the end of the warm-up to the last step. Both values of the memory are
/// measured after a garbage collection. The benchmark runs a real training of a small network on the built-in
/// shapes. There are checks and checkpoints once per epoch of 156 steps. The warm-up is two epochs. After the
/// warm-up, all packed data are mapped, and every kind of work has been done at least once. Linux only.
///
/// ```
/// bench/run SoakBench [STEPS] [WARMUP]
/// ```
public final class SoakBench implements TrainingListener {
    private static final int STEPS = 2000;
    private static final int WARMUP = 320;
    private static final Path STATUS = Path.of("/proc/self/status");

    private final int warmup;
    private final int steps;
    private int done = -1;
    private long before;

    private SoakBench(int warmup, int steps) {
        this.warmup = warmup;
        this.steps = steps;
    }

    public static void main(String[] arguments) throws IOException {
        int steps = Timing.argument(arguments, 0, STEPS);
        int warmup = Timing.argument(arguments, 1, WARMUP);
        Recipe recipe = Recipes.load(
                Recipes.DEFAULT,
                List.of(
                        "encoder={type: convnet, channels: [8, 16], depth: 1, stemStride: 2}",
                        "method.projector.widths=[64, 64]",
                        "train.batch=64",
                        "train.epochs=" + (warmup + steps),
                        "monitor.knnSamples=600"));
        Path folder = Files.createTempDirectory("soak-bench");
        try (Dataset data = Dataset.open(recipe.data());
                RunFolder run = RunFolder.create(folder.resolve("run"), recipe);
                Trainer trainer = Trainer.start(recipe, data, run, new SoakBench(warmup, steps))) {
            trainer.run();
        } finally {
            Timing.delete(folder);
        }
    }

    @Override
    public boolean stopRequested() {
        done++;
        if (done == warmup) {
            before = residentKilobytes();
            System.out.printf(Locale.ROOT, "after %d steps: %.1f MB resident%n", done, before / 1e3);
        }
        if (done < warmup + steps) {
            return false;
        }
        long after = residentKilobytes();
        System.out.printf(
                Locale.ROOT,
                "after %d more: %.1f MB resident, growth %.1f MB%n",
                steps,
                after / 1e3,
                (after - before) / 1e3);
        return true;
    }

    private static long residentKilobytes() {
        System.gc();
        try {
            return Files.readAllLines(STATUS).stream()
                    .filter(line -> line.startsWith("VmRSS:"))
                    .map(line -> line.replaceAll("\\D", ""))
                    .mapToLong(Long::parseLong)
                    .findFirst()
                    .orElseThrow(() ->
                            new InputException("%s: found no VmRSS, expected Linux; run it there".formatted(STATUS)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void measured(MetricRecord record, long totalSteps) {}

    @Override
    public void note(String line) {}
}
