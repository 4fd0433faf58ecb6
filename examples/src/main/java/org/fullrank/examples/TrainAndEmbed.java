package org.fullrank.examples;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.fullrank.data.Dataset;
import org.fullrank.data.Split;
import org.fullrank.file.Npy;
import org.fullrank.probe.Features;
import org.fullrank.probe.Probes;
import org.fullrank.run.Recipe;
import org.fullrank.run.Recipes;
import org.fullrank.run.RunFolder;
import org.fullrank.train.Checkpoints;
import org.fullrank.train.Trainer;
import org.fullrank.train.TrainingListener;
import org.fullrank.trained.Trained;

/// Trains an encoder, evaluates it, and writes the embeddings of the test split as `embeddings.npy`.
///
/// ```
/// TrainAndEmbed RUN_FOLDER [KEY=VALUE ...]
/// ```
///
/// Without settings, the example trains on built-in images of shapes. A training of this size takes about
/// three minutes on two cores. With `data.path=FOLDER`, the example trains on your own images. For a table,
/// also set `views=vector` and `encoder={type: mlp, widths: [512, 128]}`.
public final class TrainAndEmbed {
    private TrainAndEmbed() {}

    public static void main(String[] arguments) throws IOException {
        Path run = Path.of(arguments.length > 0 ? arguments[0] : "runs/example");
        List<String> settings = Arrays.asList(arguments).subList(Math.min(1, arguments.length), arguments.length);
        Features features = embeddings(run, settings);
        Path file = run.resolve("embeddings.npy");
        Npy.write(file, features.values(), features.width());
        System.out.printf("%s: %d embeddings of width %d%n", file, features.rows(), features.width());
    }

    static Features embeddings(Path run, List<String> settings) {
        Recipe recipe = Recipes.load("shapes-vicreg", settings);
        try (Dataset dataset = Dataset.open(recipe.data());
                RunFolder out = RunFolder.create(run, recipe)) {
            try (Trainer trainer = Trainer.start(recipe, dataset, out, TrainingListener.silent())) {
                trainer.run();
            }
            Path latest = Checkpoints.latest(out.checkpoints(), System.err::println);
            try (Trained trained = Trained.open(out, dataset, latest)) {
                System.out.println(Probes.defaults().run(trained).text());
                return trained.embed(Split.TEST); // values() holds the rows one after another
            }
        }
    }
}
