package org.fullrank.compare;

import java.util.Locale;
import java.util.function.ToDoubleFunction;
import org.fullrank.diagnose.Measure;
import org.fullrank.stats.MeanAndSpread;
import org.jspecify.annotations.Nullable;

/// A number that a comparison reports for each training.
public enum ComparedMeasure {
    /// kNN accuracy on the test items, 0 to 1.
    KNN("kNN", "knn", 100, 1, o -> o.score().knnShare()),
    /// Accuracy of the linear probe, 0 to 1.
    LINEAR("linear", "linear", 100, 1, o -> o.score().linearShare()),
    /// RankMe of the representation, 1 to its width.
    RANK(
            "RankMe",
            Measure.RANKME.at("representation"),
            1,
            1,
            o -> o.health().representation().get(Measure.RANKME)),
    /// [Measure#STD] of the representation: 0 = a point, 1 = spread over the whole sphere.
    STD(
            "std",
            Measure.STD.at("representation"),
            1,
            3,
            o -> o.health().representation().get(Measure.STD)),
    /// RankMe of the embedding, which is the output of the projector.
    EMBEDDING_RANK(
            "embedding RankMe",
            Measure.RANKME.at("embedding"),
            1,
            1,
            o -> o.health().embedding().get(Measure.RANKME)),
    /// [Measure#STD] of the embedding.
    EMBEDDING_STD(
            "embedding std",
            Measure.STD.at("embedding"),
            1,
            3,
            o -> o.health().embedding().get(Measure.STD)),
    /// Wall-clock seconds per epoch.
    SECONDS("s/epoch", "secondsPerEpoch", 1, 2, TrainingOutcome.Measured::secondsPerEpoch);

    private final String title;
    private final String key;
    private final int scale;
    private final int digits;
    private final ToDoubleFunction<TrainingOutcome.Measured> value;

    ComparedMeasure(String title, String key, int scale, int digits, ToDoubleFunction<TrainingOutcome.Measured> value) {
        this.title = title;
        this.key = key;
        this.scale = scale;
        this.digits = digits;
        this.value = value;
    }

    /// The name for the head of a column.
    public String title() {
        return title + (scale == 100 ? " %" : "");
    }

    /// For JSON.
    public String key() {
        return key;
    }

    public double of(TrainingOutcome.Measured outcome) {
        return value.applyAsDouble(outcome);
    }

    /// The value in the unit of the table: an accuracy in percent.
    double shown(TrainingOutcome.Measured outcome) {
        return scale * of(outcome);
    }

    /// The accuracy of a baseline, 0 to 1; null for a measure that baselines do not have.
    @Nullable
    ToDoubleFunction<Score> score() {
        return switch (this) {
            case KNN -> Score::knnShare;
            case LINEAR -> Score::linearShare;
            case RANK, STD, EMBEDDING_RANK, EMBEDDING_STD, SECONDS -> null;
        };
    }

    /// `85.5 ± 0.3`: the mean and the sample standard deviation. If there is only one seed, only the mean.
    String text(MeanAndSpread spread) {
        if (spread.n() == 0) {
            return "-";
        }
        String mean = number(spread.mean());
        return spread.n() == 1 ? mean : mean + " ± " + number(spread.std());
    }

    String number(double x) {
        return String.format(Locale.ROOT, "%." + digits + "f", scale * x);
    }
}
