package org.fullrank.spark;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import javax.imageio.ImageIO;
import org.fullrank.data.Dataset;
import org.fullrank.data.Split;
import org.fullrank.engine.Keyed;
import org.fullrank.file.Npy;
import org.fullrank.probe.Features;
import org.fullrank.run.Recipe;
import org.fullrank.run.Recipes;
import org.fullrank.run.RunFolder;
import org.fullrank.train.Trainer;
import org.fullrank.train.TrainingListener;
import org.fullrank.trained.Trained;

/// Trainings of a second, and their embeddings by the library that the command calls.
final class SmallRun {
    static final int ITEMS = 300;

    static final int FEATURES = 6;

    private SmallRun() {}

    /// Images of random pixels and different sizes, `a 0.png` and so on.
    static void photos(Path folder) throws IOException {
        Files.createDirectories(folder);
        for (int i = 0; i < ITEMS; i++) {
            var image = new BufferedImage(12 + i % 5, 16 - i % 3, BufferedImage.TYPE_INT_RGB);
            var random = Keyed.of(i);
            for (int y = 0; y < image.getHeight(); y++) {
                for (int x = 0; x < image.getWidth(); x++) {
                    image.setRGB(x, y, (int) random.nextLong() & 0xFFFFFF);
                }
            }
            ImageIO.write(image, "png", folder.resolve("a %d.png".formatted(i)).toFile());
        }
    }

    /// Gaussian rows `[300, 6]`.
    static float[] rows(Path npy) {
        var random = Keyed.of(5);
        float[] values = new float[ITEMS * FEATURES];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (i % FEATURES + random.nextGaussian());
        }
        Npy.write(npy, values, FEATURES);
        return values;
    }

    /// Trains on images or rows.
    ///
    /// @param more settings
    static void train(Path data, Path run, String... more) {
        List<String> settings = new ArrayList<>(List.of(
                "data.path=" + data,
                "data.cache=" + data.resolveSibling("cache"),
                "method.projector.widths=[8, 8]",
                "train={epochs: 1, batch: 64, precision: fp32, threads: 1}"));
        settings.addAll(List.of(more));
        Recipe recipe = Recipes.load("small-vicreg", settings);
        try (var dataset = Dataset.open(recipe.data());
                var out = RunFolder.create(run, recipe);
                var trainer = Trainer.start(recipe, dataset, out, TrainingListener.silent())) {
            trainer.run();
        }
    }

    /// What `fullrank embed` writes: the embedding of each item, by its path, or by its number if it has none.
    static SortedMap<String, float[]> embedded(Path run) {
        try (Trained trained = Trained.open(run, new Trained.Reading(null, false), note -> {})) {
            Features features = trained.embed(Split.TRAIN);
            var byName = new TreeMap<String, float[]>();
            for (int i = 0; i < features.rows(); i++) {
                int at = i * features.width();
                byName.put(
                        features.paths().isEmpty()
                                ? String.valueOf(i)
                                : features.paths().get(i),
                        Arrays.copyOfRange(features.values(), at, at + features.width()));
            }
            return byName;
        }
    }
}
