package org.fullrank.trained;

import java.util.List;
import org.fullrank.data.Items;
import org.fullrank.engine.InputException;
import org.fullrank.export.OnnxOutput;
import org.fullrank.file.JsonFile;
import org.fullrank.probe.Accuracy;
import org.fullrank.probe.Embedder;
import org.fullrank.probe.Features;
import org.fullrank.probe.Linear;
import org.fullrank.probe.LinearProtocol;
import org.jspecify.annotations.Nullable;

/// A linear probe that is exported as the output `logits` of a model. The predicted class of an item is the class
/// with the largest logit.
///
/// @param probe the linear map, fitted on the train split
/// @param layer the block whose pooled output the probe reads; null: the representation
/// @param classes names of the classes, in the order of the logits
/// @param accuracy accuracy on the test split of an evaluation
/// @param items number of items of this split
public record ExportedClassifier(
        Linear.Affine probe, @Nullable String layer, List<String> classes, double accuracy, int items) {
    /// Name of the output.
    public static final String OUTPUT = "logits";

    /// Fits the probe with its default protocol.
    ///
    /// @param trained a run with labels
    /// @param layer name of a block whose pooled output is the embedding; null: the representation
    /// @throws InputException when there are no labels, or only one class
    public static ExportedClassifier fit(Trained trained, @Nullable String layer) {
        InputException.when(
                trained.data().classNames().isEmpty(),
                "--classifier: found no labels, expected a class for each item; name labeled data with --calibrate PATH");
        Features train = features(trained, trained.items().train(), layer);
        Features test = features(trained, trained.items().test(), layer);
        train.requireLike(test, "--classifier");
        Linear.Affine probe = Linear.affine(train, LinearProtocol.defaults());
        double accuracy = Accuracy.of(probe.classes(test), test.labels()).share();
        return new ExportedClassifier(probe, layer, train.names(), accuracy, test.rows());
    }

    /// The representations of items, or the pooled outputs of a block.
    static Features features(Trained trained, Items items, @Nullable String layer) {
        return Embedder.embed(
                        trained.method(), trained.views().on(items), items, layer == null ? List.of() : List.of(layer))
                .getLast();
    }

    /// The output `logits` of a model.
    OnnxOutput head() {
        return new OnnxOutput(
                OUTPUT,
                classes.size(),
                (graph, x) -> graph.linear(x, probe.weightTensor(), probe.biasTensor()),
                probe::logits);
    }

    /// The class names as the metadata entry `classes`: a JSON array.
    String note() {
        return JsonFile.text(classes);
    }
}
