package org.fullrank.bench;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import ml.dmlc.xgboost4j.java.DMatrix;
import ml.dmlc.xgboost4j.java.XGBoost;
import ml.dmlc.xgboost4j.java.XGBoostError;
import org.fullrank.data.Dataset;
import org.fullrank.data.SamplingOrder;
import org.fullrank.data.TrainTest;
import org.fullrank.data.Vectors;
import org.fullrank.probe.Features;
import org.fullrank.probe.Linear;
import org.fullrank.probe.LinearProtocol;
import org.fullrank.run.Recipe;
import org.fullrank.run.Recipes;
import org.fullrank.run.RunFolder;
import org.fullrank.train.Checkpoints;
import org.fullrank.train.Trainer;
import org.fullrank.train.TrainingListener;
import org.fullrank.trained.Trained;

/// Compares classifiers that learn from few labels of a table, with and without pretraining. The classifiers
/// are logistic regression and boosted trees (XGBoost). The inputs of the classifiers are the columns, or the
/// embeddings of `table-vicreg`. The study prints one row for each share of the labels. A row has the mean
/// and the standard deviation of the accuracy over the seeds. A seed decides the training and the labeled
/// rows.
///
/// The arguments are the table (a file, or a folder with `train.csv` and `test.csv`), the number of seeds,
/// and then settings `key=value` of the recipe. If there is no test table, a fifth of the rows is held out.
public final class TableStudy {
    private static final double[] SHARES = {0.01, 0.1};
    private static final int ROUNDS = 200;
    private static final int LEAST = 10; // rows of a share
    private static final int LABELS = -7; // no epoch of a training

    private TableStudy() {}

    public static void main(String[] arguments) throws IOException, XGBoostError {
        int seeds = Integer.parseInt(arguments[1]);
        List<String> settings = new ArrayList<>(List.of(arguments).subList(2, arguments.length));
        settings.add("data.path=\"" + arguments[0] + "\"");
        Map<String, double[]> table = new LinkedHashMap<>();
        for (int seed = 1; seed <= seeds; seed++) {
            measure(seed, seeds, settings, table);
        }
        System.out.printf(
                Locale.ROOT,
                "%s, %d seeds, accuracy in percent%n",
                Path.of(arguments[0]).getFileName(),
                seeds);
        table.forEach((name, values) ->
                System.out.printf(Locale.ROOT, "%-36s %5.1f +- %.1f%n", name, mean(values), deviation(values)));
    }

    private static void measure(int seed, int seeds, List<String> settings, Map<String, double[]> table)
            throws IOException, XGBoostError {
        List<String> all = new ArrayList<>(settings);
        all.add("seed=" + seed);
        Recipe recipe = Recipes.load("table-vicreg", all);
        Path run = Files.createTempDirectory("table-study").resolve("run");
        try (Dataset data = Dataset.open(recipe.data());
                RunFolder folder = RunFolder.create(run, recipe)) {
            try (Trainer trainer = Trainer.start(recipe, data, folder, TrainingListener.silent())) {
                trainer.run();
            }
            TrainTest items = data.forEvaluation();
            Path latest = Checkpoints.latest(folder.checkpoints(), System.err::println);
            try (Trained trained = Trained.open(folder, data, latest)) {
                Features raw = columns((Vectors) items.train());
                Features rawTest = columns((Vectors) items.test());
                Features embedded = trained.embed(items.train());
                Features embeddedTest = trained.embed(items.test());
                for (double share : SHARES) {
                    int[] rows = labeled(raw, share, seed);
                    String label = String.format(Locale.ROOT, "%3.0f %% (%d labels) ", 100 * share, rows.length);
                    put(table, label + "columns, linear", seed, seeds, linear(raw, rawTest, rows));
                    put(table, label + "columns, trees", seed, seeds, trees(raw, rawTest, rows));
                    put(table, label + "embedding, linear", seed, seeds, linear(embedded, embeddedTest, rows));
                    put(table, label + "embedding, trees", seed, seeds, trees(embedded, embeddedTest, rows));
                }
            }
        }
    }

    private static void put(Map<String, double[]> table, String name, int seed, int seeds, double value) {
        table.computeIfAbsent(name, _ -> new double[seeds])[seed - 1] = value;
    }

    private static Features columns(Vectors vectors) {
        float[] values = new float[vectors.size() * vectors.features()];
        MemorySegment.copy(vectors.values(), ValueLayout.JAVA_FLOAT, 0, values, 0, values.length);
        var labels = Objects.requireNonNull(vectors.labels());
        return new Features(values, vectors.features(), labels.classes(), labels.names());
    }

    /// A share of the rows, drawn class by class: at least one of each class, at least [#LEAST] in all.
    private static int[] labeled(Features features, double share, int seed) {
        int[] classes = features.labels();
        int[] left = new int[features.names().size()];
        for (int c : classes) {
            left[c]++;
        }
        double least = Math.max(share, (double) LEAST / classes.length);
        for (int c = 0; c < left.length; c++) {
            left[c] = left[c] == 0 ? 0 : Math.max(1, (int) Math.round(least * left[c]));
        }
        return Arrays.stream(SamplingOrder.epoch(seed, LABELS, classes.length))
                .filter(i -> left[classes[i]]-- > 0)
                .toArray();
    }

    private static Features pick(Features features, int[] rows) {
        int width = features.width();
        float[] values = new float[rows.length * width];
        int[] classes = new int[rows.length];
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(features.values(), rows[i] * width, values, i * width, width);
            classes[i] = features.labels()[rows[i]];
        }
        return new Features(values, width, classes, features.names());
    }

    private static double linear(Features train, Features test, int[] rows) {
        return 100
                * Linear.evaluate(pick(train, rows), test, LinearProtocol.defaults())
                        .accuracy()
                        .share();
    }

    private static double trees(Features train, Features test, int[] rows) throws XGBoostError {
        Features some = pick(train, rows);
        DMatrix known = matrix(some);
        DMatrix asked = matrix(test);
        Map<String, Object> settings = new LinkedHashMap<>();
        settings.put("objective", "multi:softmax");
        settings.put("num_class", train.names().size());
        settings.put("max_depth", 6);
        settings.put("eta", 0.1);
        settings.put("nthread", 1);
        settings.put("verbosity", 0);
        float[][] predicted =
                XGBoost.train(known, settings, ROUNDS, Map.of(), null, null).predict(asked);
        int right = 0;
        for (int i = 0; i < predicted.length; i++) {
            right += (int) predicted[i][0] == test.labels()[i] ? 1 : 0;
        }
        known.dispose();
        asked.dispose();
        return 100.0 * right / predicted.length;
    }

    private static DMatrix matrix(Features features) throws XGBoostError {
        var matrix = new DMatrix(features.values(), features.rows(), features.width(), Float.NaN);
        float[] labels = new float[features.rows()];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = features.labels()[i];
        }
        matrix.setLabel(labels);
        return matrix;
    }

    private static double mean(double[] values) {
        return Arrays.stream(values).average().orElse(Double.NaN);
    }

    private static double deviation(double[] values) {
        double mean = mean(values);
        return Math.sqrt(
                Arrays.stream(values).map(v -> (v - mean) * (v - mean)).sum() / Math.max(1, values.length - 1));
    }
}
