package org.fullrank.trained;

import java.util.List;
import org.fullrank.data.Items;
import org.fullrank.engine.InputException;
import org.fullrank.export.OnnxHead;
import org.fullrank.file.JsonFile;
import org.fullrank.probe.Embedder;
import org.fullrank.probe.Features;
import org.fullrank.probe.Linear;
import org.fullrank.probe.LinearProtocol;
import org.jspecify.annotations.Nullable;

/// The linear probe of a run as the output `logits` of a model. The class of an item is that of its largest
/// logit.
///
/// @param map fitted on the train split
/// @param classes their names, in the order of the logits
/// @param accuracy on the test split
/// @param items number of test items
public record ExportedClassifier(Linear.Map map, List<String> classes, double accuracy, int items) {
    /// Name of the output.
    public static final String OUTPUT = "logits";

    /// Fits the probe with its default protocol.
    ///
    /// @param trained with labels
    /// @param layer name of a block whose pooled output is the embedding; null: the representation
    /// @throws InputException when there are no labels, or only one class
    public static ExportedClassifier fit(Trained trained, @Nullable String layer) {
        InputException.when(
                trained.data().classNames().isEmpty(),
                "--classifier: found no labels, expected a class for each item; name labeled data with --calibrate PATH");
        Linear.Map map = Linear.map(features(trained, trained.items().train(), layer), LinearProtocol.defaults());
        Features test = features(trained, trained.items().test(), layer);
        return new ExportedClassifier(map, test.names(), map.accuracy(test), test.rows());
    }

    private static Features features(Trained trained, Items items, @Nullable String layer) {
        return Embedder.embed(
                        trained.method(), trained.views().on(items), items, layer == null ? List.of() : List.of(layer))
                .getLast();
    }

    /// The output of a model.
    OnnxHead head() {
        return new OnnxHead(
                OUTPUT,
                classes.size(),
                (graph, x) -> graph.linear(x, map.weightTensor(), map.biasTensor()),
                map::logits);
    }

    /// The names as a note of the model: a JSON array.
    String note() {
        return JsonFile.text(classes);
    }
}
