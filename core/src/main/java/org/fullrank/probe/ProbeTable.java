package org.fullrank.probe;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.SequencedMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.fullrank.engine.InputException;
import org.fullrank.engine.JobException;
import org.jspecify.annotations.Nullable;

/// The accuracies of an encoder and of its baselines: the raw input, the principal components of the input,
/// random convolutions of time series, and the same encoder without training.
///
/// @param protocol what the numbers depend on
/// @param results one row for each kind of features; the trained encoder comes first
/// @param notMeasured one line for each baseline that could not be measured, with the reason
/// @param trained whether the encoder was trained, and not fitted by a closed form
public record ProbeTable(ProtocolText protocol, List<Result> results, List<String> notMeasured, boolean trained)
        implements ProtocolResult {
    /// Name of the trained encoder's row.
    public static final String ENCODER = "encoder";
    /// Name of the raw input's row.
    public static final String RAW = "raw input";
    /// Name of the row of [RandomConvolutions].
    public static final String CONVOLUTIONS = "random convolutions";
    /// Name of the row of the encoder at its initial weights.
    public static final String UNTRAINED = "untrained encoder";
    /// Name of the row of a classifier that always answers the most frequent class of the train split.
    public static final String LARGEST_CLASS = "largest class";

    /// If the most frequent class has more than this multiple of an equal share of the test items, it has a row.
    /// With equal classes, the row would only repeat their number.
    private static final double UNEQUAL = 1.2;

    public ProbeTable {
        results = List.copyOf(results);
        notMeasured = List.copyOf(notMeasured);
    }

    /// The baselines of an encoder.
    public enum Baseline {
        /// The input itself, its principal components, and for time series its random convolutions.
        RAW,
        /// The same encoder at its initial weights.
        UNTRAINED
    }

    /// The results of the probes on one kind of features.
    ///
    /// @param features name of the features
    /// @param width features of an item; 0 for [#LARGEST_CLASS]
    /// @param knn null if the protocol leaves it out
    /// @param linear null if the protocol leaves it out
    public record Result(
            String features, int width, @Nullable Accuracy knn, Linear.@Nullable Outcome linear) {
        /// The results for JSON: names, counts, shares and intervals.
        public SequencedMap<String, Object> toMap() {
            var map = new LinkedHashMap<String, Object>();
            map.put("features", features);
            map.put("width", width);
            if (knn != null) {
                map.put("knn", ProbeTable.toMap(knn));
            }
            if (linear != null) {
                map.put("linear", ProbeTable.toMap(linear));
            }
            return map;
        }
    }

    /// The features to evaluate. All of them describe the same items.
    ///
    /// @param encoder features of the trained encoder
    /// @param untrained features of the same encoder at its initial weights; if null, this row is left out
    /// @param raw the input itself; if null, the rows of the raw input and of its principal components are
    ///     left out
    /// @param convolutions computes random convolutions of time series; if null, this row is left out
    public record Subjects(
            Splits encoder,
            @Nullable Splits untrained,
            @Nullable Splits raw,
            @Nullable Supplier<Splits> convolutions) {
        public Subjects {
            if (untrained != null) {
                encoder.requireSameItems(untrained, "untrained");
            }
            if (raw != null) {
                encoder.requireSameItems(raw, "raw");
            }
        }

        /// The features of items that are not time series.
        public Subjects(Splits encoder, @Nullable Splits untrained, @Nullable Splits raw) {
            this(encoder, untrained, raw, null);
        }
    }

    /// Runs the probes of `protocol` on all subjects. If a baseline cannot be measured, for example because
    /// squares of the raw input overflow, it is named and left out.
    ///
    /// @throws InputException when labels are missing or of a single class, or when the bank is smaller than
    ///     k
    public static ProbeTable of(Subjects subjects, Protocol protocol) {
        return of(subjects, protocol, line -> {});
    }

    /// The same.
    ///
    /// @param progress gets a line for each subject
    static ProbeTable of(Subjects subjects, Protocol protocol, Consumer<String> progress) {
        var results = new ArrayList<Result>();
        var failed = new ArrayList<String>();
        progress.accept(evaluating(ENCODER));
        results.add(probe(ENCODER, subjects.encoder, protocol));
        var baselines = new LinkedHashMap<String, Supplier<List<Result>>>();
        Splits raw = subjects.raw;
        if (raw != null) {
            int width = subjects.encoder.train().width();
            baselines.put(RAW, () -> List.of(probe(RAW, raw, protocol)));
            baselines.put("PCA", () -> components(raw, width, protocol));
        }
        Supplier<Splits> convolutions = subjects.convolutions;
        if (convolutions != null) {
            baselines.put(CONVOLUTIONS, () -> List.of(probe(CONVOLUTIONS, convolutions.get(), protocol)));
        }
        Splits untrained = subjects.untrained;
        if (untrained != null) {
            baselines.put(UNTRAINED, () -> List.of(probe(UNTRAINED, untrained, protocol)));
        }
        baselines.forEach((name, baseline) -> {
            progress.accept(evaluating(name));
            attempt(name, failed, () -> results.addAll(baseline.get()));
        });
        if (results.size() > 1) { // a part of the baselines, which may be left out
            addLargestClass(results, subjects.encoder, protocol);
        }
        return new ProbeTable(protocol.asText(), results, failed, true);
    }

    private static void addLargestClass(List<Result> results, Splits splits, Protocol protocol) {
        int[] train = splits.train().labels();
        int[] test = splits.test().labels();
        int classes = splits.train().names().size();
        int[] counts = new int[classes];
        for (int label : train) {
            counts[label]++;
        }
        int largest = IntStream.range(0, classes)
                .boxed()
                .max(Comparator.comparingInt(c -> counts[c]))
                .orElseThrow();
        int[] always = new int[test.length];
        Arrays.fill(always, largest);
        Accuracy accuracy = Accuracy.of(always, test);
        if (accuracy.share() * classes > UNEQUAL) {
            var outcome = new Linear.Outcome(accuracy, 0, true, 0, 0); // nothing is fitted
            results.add(new Result(
                    LARGEST_CLASS,
                    0,
                    protocol.knn() == null ? null : accuracy,
                    protocol.linear() == null ? null : outcome));
        }
    }

    private static String evaluating(String subject) {
        return "evaluating: %s ...".formatted(subject);
    }

    /// The same of an encoder that is not trained.
    ///
    /// @param missing one line for each baseline that it does not have
    ProbeTable ofClosedForm(List<String> missing) {
        List<String> lines = new ArrayList<>(notMeasured);
        lines.addAll(missing);
        return new ProbeTable(protocol, results, lines, false);
    }

    private static void attempt(String name, List<String> failed, Runnable baseline) {
        try {
            baseline.run();
        } catch (InputException | JobException e) { // the latter from the engine, as for an overflow in PCA
            failed.add("%s: not measured: %s".formatted(name, e.getMessage()));
        }
    }

    /// The row of that name.
    ///
    /// @throws InputException when there is none
    public Result result(String features) {
        return results.stream()
                .filter(r -> r.features.equals(features))
                .findFirst()
                .orElseThrow(() ->
                        new InputException("evaluation: found no row %s, expected one of %s; name one of them"
                                .formatted(
                                        features,
                                        results.stream().map(Result::features).toList())));
    }

    @Override
    public String table() {
        var text = new StringBuilder(
                String.format(Locale.ROOT, "%-20s %6s  %-22s  %s%n", "accuracy", "width", "kNN", "linear"));
        for (Result r : results) {
            text.append(String.format(
                    Locale.ROOT,
                    "%-20s %6s  %-22s  %s%n",
                    r.features,
                    r.width == 0 ? "-" : r.width,
                    r.knn == null ? "-" : r.knn,
                    r.linear == null ? "-" : r.linear));
        }
        notMeasured.forEach(line -> text.append(line).append(System.lineSeparator()));
        return text.toString();
    }

    @Override
    public String interpretation() {
        return Interpretation.of(results, trained);
    }

    @Override
    public String intervals() {
        return " (95 % intervals)";
    }

    @Override
    public SequencedMap<String, Object> values() {
        var map = new LinkedHashMap<String, Object>();
        map.put("results", results.stream().map(Result::toMap).toList());
        if (!notMeasured.isEmpty()) {
            map.put("notMeasured", notMeasured);
        }
        return map;
    }

    private static List<Result> components(Splits raw, int encoderWidth, Protocol protocol) {
        var widths = new TreeSet<>(protocol.pcaWidths());
        widths.add(encoderWidth);
        // There cannot be more components than the input has. The largest possible number replaces larger ones.
        int widest = Pca.widest(raw.train());
        var possible = new TreeSet<Integer>();
        widths.forEach(w -> possible.add(Math.min(w, widest)));
        Pca pca = Pca.fit(raw.train(), possible.last());
        var results = new ArrayList<Result>();
        for (int width : possible) {
            Pca cut = pca.first(width);
            results.add(
                    probe("PCA-" + width, new Splits(cut.transform(raw.train()), cut.transform(raw.test())), protocol));
        }
        return results;
    }

    /// Runs the probes of `protocol` on one kind of features.
    ///
    /// @throws InputException as [#of]
    public static Result probe(String name, Splits splits, Protocol protocol) {
        requireLabels(splits);
        Features train = splits.train();
        KnnProtocol knn = protocol.knn();
        LinearProtocol linear = protocol.linear();
        return new Result(
                name,
                train.width(),
                knn == null ? null : Knn.evaluate(train, splits.test(), knn),
                linear == null ? null : Linear.evaluate(train, splits.test(), linear));
    }

    private static void requireLabels(Splits splits) {
        int[] labels = splits.train().labels();
        splits.test().labels();
        Linear.requireTwoClasses(labels);
    }

    static SequencedMap<String, Object> toMap(Linear.Outcome linear) {
        SequencedMap<String, Object> fit = toMap(linear.accuracy());
        fit.put("iterations", linear.iterations());
        fit.put("converged", linear.converged());
        fit.put("gradientShare", linear.gradientShare());
        fit.put("loss", linear.loss());
        return fit;
    }

    static SequencedMap<String, Object> toMap(Accuracy accuracy) {
        var map = new LinkedHashMap<String, Object>();
        map.put("correct", accuracy.correct());
        map.put("total", accuracy.total());
        map.put("accuracy", accuracy.share());
        map.put("lower", accuracy.lower());
        map.put("upper", accuracy.upper());
        return map;
    }
}
