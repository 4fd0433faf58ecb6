package org.fullrank.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.function.LongFunction;
import org.fullrank.engine.Threads;
import org.fullrank.online.Decorrelation;
import org.fullrank.online.LatentPredictive;
import org.fullrank.online.OnlineRule;
import org.fullrank.online.Population;
import org.fullrank.online.RuleName;
import org.fullrank.probe.Features;
import org.fullrank.probe.Knn;
import org.fullrank.probe.KnnProtocol;
import org.fullrank.probe.Pca;

/// Measures what online rules learn in one pass over a stream. The benchmark compares the kNN accuracy (k =
/// 20, cosine) of online features with that of the raw input, of PCA and of random projections with the same
/// width. The figures are means and standard deviations over three seeds. The streams are made from the data
/// sets ECG5000, BasicMotions and Fashion-MNIST as described in `docs/explanation/results.md`. All inputs are
/// standardized by the mean and the deviation of the training items. No rule sees a label. Every rule has the
/// same learning rate.
///
/// ```
/// bench/run StreamBench TIME_SERIES_FOLDER FASHION_MNIST_FOLDER
/// ```
public final class StreamBench {
    private static final long[] SEEDS = {1, 2, 3};
    /// Learning rate times the mean of x'x, which is the number of inputs after standardizing: 0.03. With
    /// 0.1 the rules with the printed decorrelation diverge.
    private static final double STEP = 0.03;

    private StreamBench() {}

    public static void main(String[] arguments) throws Exception {
        Threads.use(1);
        Path series = Path.of(arguments[0]);
        Path images = Path.of(arguments[1]);
        System.out.println("| stream | features | width | kNN, % | standard deviation over seeds |");
        System.out.println("| --- | --- | --- | --- | --- |");
        evaluate(
                StreamData.windows(
                        "BasicMotions",
                        series.resolve("BasicMotions_TRAIN.ts"),
                        series.resolve("BasicMotions_TEST.ts"),
                        20,
                        2),
                16);
        evaluate(StreamData.halves("ECG5000", series.resolve("ECG5000_TRAIN.ts"), 40, 5), 8);
        evaluate(StreamData.drifting("Fashion-MNIST", images, 4), 64);
    }

    private static void evaluate(StreamData data, int width) {
        row(data, "raw input", data.inputs(), seed -> x -> x);
        Pca pca = Pca.fit(data.train(), width);
        Features train = pca.transform(data.train());
        Features test = pca.transform(data.test());
        print(data, "PCA", width, new double[] {accuracy(train, test)});
        row(data, "random projection", width, seed -> projection(data.inputs(), width, seed));
        for (Learner learner : learners(data, width)) {
            row(data, learner.name, width, seed -> {
                OnlineRule rule = learner.rule.apply(seed);
                data.learn(rule, seed);
                return x -> rule.transform(x).clone();
            });
        }
    }

    private record Learner(String name, LongFunction<OnlineRule> rule) {}

    private static List<Learner> learners(StreamData data, int width) {
        int inputs = data.inputs();
        double rate = STEP / inputs;
        List<Learner> learners = new ArrayList<>();
        for (RuleName name : RuleName.values()) {
            if (name != RuleName.LOG_HEBB) { // all its units learn the same
                learners.add(new Learner(
                        name.label(),
                        seed -> name.builder(inputs, width)
                                .learningRate(rate)
                                .seed(seed)
                                .build()));
            }
        }
        learners.add(new Learner(
                "lpl, decorrelation 10",
                seed -> LatentPredictive.builder(inputs, width)
                        .decorrelation(Decorrelation.CORRECTED, Population.OTHERS, 10)
                        .learningRate(rate)
                        .seed(seed)
                        .build()));
        return learners;
    }

    private interface Transform {
        float[] of(float[] x);
    }

    private static void row(StreamData data, String name, int width, LongFunction<Transform> transforms) {
        double[] accuracies = new double[SEEDS.length];
        for (int run = 0; run < SEEDS.length; run++) {
            try {
                Transform transform = transforms.apply(SEEDS[run]);
                accuracies[run] = accuracy(
                        transformed(data.train(), width, transform), transformed(data.test(), width, transform));
            } catch (IllegalStateException e) {
                System.out.printf("| %s | %s | %d | diverged | |%n", data.name(), name, width);
                return;
            }
        }
        print(data, name, width, accuracies);
    }

    private static Features transformed(Features features, int width, Transform transform) {
        float[] values = new float[features.rows() * width];
        for (int row = 0; row < features.rows(); row++) {
            int at = row * features.width();
            float[] z = transform.of(Arrays.copyOfRange(features.values(), at, at + features.width()));
            System.arraycopy(z, 0, values, row * width, width);
        }
        return features.with(values, width);
    }

    private static Transform projection(int inputs, int width, long seed) {
        var random = new Random(seed);
        float[][] directions = new float[width][inputs];
        for (float[] direction : directions) {
            for (int j = 0; j < inputs; j++) {
                direction[j] = (float) random.nextGaussian();
            }
        }
        return x -> {
            float[] z = new float[width];
            for (int i = 0; i < width; i++) {
                for (int j = 0; j < inputs; j++) {
                    z[i] += directions[i][j] * x[j];
                }
            }
            return z;
        };
    }

    private static double accuracy(Features train, Features test) {
        return 100 * Knn.evaluate(train, test, KnnProtocol.defaults()).share();
    }

    private static void print(StreamData data, String name, int width, double[] accuracies) {
        double mean = Timing.mean(accuracies);
        double square =
                Arrays.stream(accuracies).map(a -> (a - mean) * (a - mean)).sum();
        String spread = accuracies.length < 2 ? "none" : "%.1f".formatted(Math.sqrt(square / (accuracies.length - 1)));
        System.out.printf(Locale.ROOT, "| %s | %s | %d | %.1f | %s |%n", data.name(), name, width, mean, spread);
    }
}
