package org.fullrank.run;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.fullrank.diagnose.Measure;
import org.fullrank.diagnose.Vitals;
import org.jspecify.annotations.Nullable;

/// The keys of `metrics.jsonl`: the meaning of each key, and how keys of earlier versions are read.
/// `docs/reference/measures.md` has a row for each.
public final class MetricKeys {
    /// One key, or a family of keys.
    ///
    /// @param pattern the key; capital letters stand for a name, as in `loss.TERM`
    /// @param scale the range of its values, with the unit
    /// @param meaning one line
    public record Key(String pattern, String scale, String meaning) {}

    /// Keys of the training itself.
    public static final List<Key> TRAINING = List.of(
            new Key("step", "count", "steps done so far, 1 after the first"),
            new Key("epoch", "count", "epochs begun so far, 0 in the first"),
            new Key("event", "text", "`started` on the first line; how the run ended, on the last line"),
            new Key("steps", "count", "steps of the whole training, on the line `started`"),
            new Key("message", "text", "why the run ended, on its last line"),
            new Key("loss", "scale of the objective", "the weighted sum that training minimizes"),
            new Key(
                    "loss.TERM",
                    "scale of the term",
                    "a term of the loss before its weight; `loss.NAME.TERM` of a layer"),
            new Key("gradient.norm", "0 to infinity", "length of the gradient of all parameters"),
            new Key("learning.rate", "0 to infinity", "learning rate of the step"),
            new Key("knn", "0 to 1", "accuracy of nearest neighbors at a check, where there are labels"),
            new Key("block.NAME.knn", "0 to 1", "accuracy of nearest neighbors on the pooled output of a block"),
            new Key("block.NAME.loss", "scale of the objective", "layer-local learning: loss of one block"),
            new Key("block.NAME.TERM", "scale of the term", "layer-local learning: a term of the loss of one block"),
            new Key("predictor.largest", "0 to infinity", "self-distillation: largest singular value of the predictor"),
            new Key("predictor.smallest", "0 to infinity", "smallest singular value of the predictor"),
            new Key(
                    "predictor.participation",
                    "1 to D",
                    "participation ratio of the squared singular values of the predictor"),
            new Key("predictor.asymmetry", "0 to 2", "how far the predictor is from a symmetric matrix"),
            new Key(
                    "predictor.alignment",
                    "-1 to 1",
                    "mean cosine of W u and u over the eigenvectors u of the correlation of the input: 1 = shared"),
            new Key(
                    "correlation.largest",
                    "0 to infinity",
                    "largest eigenvalue of the correlation that sets the predictor"),
            new Key("correlation.smallest", "0 to infinity", "smallest eigenvalue of this correlation"),
            new Key(
                    "correlation.participation",
                    "1 to D",
                    "participation ratio of the eigenvalues of this correlation"),
            new Key(
                    "target.lag",
                    "0 to infinity",
                    "distance of the EMA target from the online network, divided by the length of the online network"),
            new Key("time.seconds", "s", "time since the run began, without pauses between resumes"),
            new Key("time.imagesPerSecond", "1/s", "samples (not views) per second since the previous record"),
            new Key("time.monitorSeconds", "s", "duration of the check of this line"),
            new Key("time.at", "s since 1970", "when the line was written"));

    /// Measures of an embedding at some places.
    ///
    /// @param places in the order of the log
    /// @param when one line
    public record Places(List<String> places, List<Measure> measures, String when) {}

    /// The places in the log with measures of an embedding.
    public static final List<Places> MEASURED = List.of(
            new Places(
                    List.of("representation", "embedding", "block.NAME"),
                    Vitals.CHECK,
                    "at a check, on items without augmentation, from the validation split or kept out of the kNN bank"),
            new Places(
                    List.of("batch.embedding"),
                    Vitals.BATCH,
                    "with each record, on the first view of the training batch"),
            new Places(
                    List.of("batch.block.NAME"),
                    Vitals.LAYER,
                    "with each record, on the pooled output of each block that the method acts on, same batch"));

    private static final Pattern LAYER_STD = Pattern.compile("batch\\.block\\..+\\.std");
    private static final String SHARE = ".rank.share";

    private MetricKeys() {}

    /// The current name of a key from an earlier version. No key ever changes its meaning. A measure with
    /// another formula or scale has another key.
    ///
    /// @param line whether the line of the key also has a given other key
    /// @return null if the scale is unknown: a `std` from a version without shares of rank
    public static @Nullable String current(String key, Predicate<String> line) {
        if (key.equals("batch.std")) {
            return Measure.STD_RAW.at("batch.embedding");
        }
        if (key.equals("batch.rankme")) {
            return Measure.RANKME.at("batch.embedding");
        }
        if (LAYER_STD.matcher(key).matches()) {
            return key + ".raw";
        }
        if (key.endsWith(SHARE)) {
            return Measure.RANKME_CENTERED_SHARE.at(key.substring(0, key.length() - SHARE.length()));
        }
        boolean checked =
                key.equals("representation.std") || key.equals("embedding.std") || key.matches("block\\..+\\.std");
        if (checked) {
            String place = key.substring(0, key.length() - ".std".length());
            return line.test(place + SHARE) || line.test(Measure.RANKME_CENTERED_SHARE.at(place)) ? key : null;
        }
        return key;
    }

    /// The values of a line by their current keys.
    static SequencedMap<String, Double> current(SequencedMap<String, Double> values) {
        var current = new LinkedHashMap<String, Double>();
        values.forEach((key, value) -> {
            String name = current(key, values::containsKey);
            if (name != null) {
                current.put(name, value);
            }
        });
        return current;
    }

    /// The missing measures of a run of an earlier version, in one line; empty if nothing is missing.
    ///
    /// @param lines the values with their original keys
    static String missing(Iterable<? extends SequencedMap<String, Double>> lines) {
        boolean old = false;
        boolean oldest = false;
        for (SequencedMap<String, Double> values : lines) {
            for (String key : values.keySet()) {
                String name = current(key, values::containsKey);
                old |= key.equals("batch.std");
                oldest |= name == null;
            }
        }
        return (old || oldest ? "an earlier version wrote part of metrics.jsonl" : "")
                + (old ? "; it did not measure batch.embedding.std, and its batch.std is batch.embedding.std.raw" : "")
                + (oldest ? "; its std of checks has another scale and is not shown" : "");
    }
}
