package org.fullrank.probe;

import java.util.SequencedMap;
import org.fullrank.data.Dataset;
import org.fullrank.data.TrainTest;
import org.fullrank.engine.InputException;

/// The data of evaluated features: everything that affects an accuracy, except the settings of the probes.
///
/// @param data fingerprint of the data set; it does not depend on the location and the names of the files
/// @param trainRows number of train items, which the probes are fitted on
/// @param testSplit name of the split that is classified
/// @param testRows number of test items
/// @param classes number of classes
/// @param rawInput what the raw input is, which is a baseline, see [RawInput#describe]
/// @param reading how features are read from the encoder
public record EvaluatedData(
        String data, int trainRows, String testSplit, int testRows, int classes, String rawInput, Reading reading) {
    public EvaluatedData {
        if (trainRows < 1 || testRows < 1 || classes < 1) {
            throw new InputException(
                    "evaluation: found %d train rows, %d test rows, %d classes, expected at least 1 of each;"
                                    .formatted(trainRows, testRows, classes)
                            + " check the splits");
        }
    }

    /// The same for images or vectors.
    public EvaluatedData(String data, int trainRows, String testSplit, int testRows, int classes, Reading reading) {
        this(data, trainRows, testSplit, testRows, classes, RawInput.IMAGES, reading);
    }

    /// How features are read from an encoder.
    ///
    /// @param layer layer whose output is the features
    /// @param view input of the encoder
    /// @param batchNorm statistics that its norms use
    /// @param precision number format of its forward pass
    public record Reading(String layer, String view, String batchNorm, String precision) {
        /// The encoder's output before the projector, as in most papers.
        public static final String LAYER = "encoder output";
        /// One plain view without augmentation.
        public static final String VIEW = "plain, no augmentation";
        /// Statistics from training, so an item's features do not depend on the other items in its batch.
        public static final String BATCH_NORM = "eval mode, running statistics";
        /// float32.
        public static final String PRECISION = "fp32";

        /// [#LAYER], [#VIEW], [#BATCH_NORM] and [#PRECISION].
        public static Reading defaults() {
            return new Reading(LAYER, VIEW, BATCH_NORM, PRECISION);
        }

        /// The same with another layer.
        public Reading withLayer(String layer) {
            return new Reading(layer, view, batchNorm, precision);
        }

        /// The same with another view.
        public Reading withView(String view) {
            return new Reading(layer, view, batchNorm, precision);
        }

        /// The same with another precision.
        public Reading withPrecision(String precision) {
            return new Reading(layer, view, batchNorm, precision);
        }
    }

    /// The items that probes are fitted and tested on. They are fitted on the train split. They are tested on
    /// the test split. If there is none, they are tested on the validation split. If there is neither, they
    /// are tested on a held-out share of the train split.
    ///
    /// @throws InputException when the data have no labels
    public static EvaluatedData of(Dataset data) {
        return of(data, data.forEvaluation());
    }

    /// The same for given items of `data`.
    public static EvaluatedData of(Dataset data, TrainTest items) {
        return new EvaluatedData(
                data.fingerprint(),
                items.train().size(),
                items.protocol(),
                items.test().size(),
                data.classNames().size(),
                RawInput.describe(items.train()),
                Reading.defaults());
    }

    /// The source with two splits, read by [Reading#defaults].
    public static EvaluatedData of(String data, Features train, String testSplit, Features test) {
        return new EvaluatedData(
                data, train.rows(), testSplit, test.rows(), train.names().size(), Reading.defaults());
    }

    /// The same source, read in another way.
    public EvaluatedData with(Reading reading) {
        return new EvaluatedData(data, trainRows, testSplit, testRows, classes, rawInput, reading);
    }

    void describe(SequencedMap<String, String> to) {
        to.put("data", data);
        to.put("fitted on", "train, %d items, %d classes".formatted(trainRows, classes));
        describeRest(to);
    }

    /// A source for measures that fit nothing.
    void describeAsked(SequencedMap<String, String> to) {
        to.put("data", data);
        to.put("classes", Integer.toString(classes));
        describeRest(to);
    }

    private void describeRest(SequencedMap<String, String> to) {
        to.put("asked", "%s, %d items".formatted(testSplit, testRows));
        to.put("layer", reading.layer);
        to.put("view", reading.view);
        to.put("batch norm", reading.batchNorm);
        to.put("precision", reading.precision);
    }
}
