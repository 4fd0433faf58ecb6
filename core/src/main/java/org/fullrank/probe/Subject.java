package org.fullrank.probe;

import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.function.Function;
import org.fullrank.data.Dataset;
import org.fullrank.data.Items;
import org.fullrank.data.TrainTest;
import org.fullrank.method.Method;
import org.fullrank.net.EncoderSpec;
import org.fullrank.view.ViewGenerator;
import org.fullrank.view.ViewSpec;

/// The input of an evaluation: the network of a run, its data, and its baselines.
public interface Subject {
    /// The data to measure on.
    Dataset data();

    /// The trained network.
    Method method();

    /// A new copy of the network at its initial weights; the caller closes it.
    Method initial();

    /// Whether training led from the initial weights to the network. If not, these weights are no baseline.
    boolean isTrained();

    /// The encoder's settings.
    EncoderSpec encoder();

    /// Makes the views as in training.
    ViewGenerator views();

    /// The settings of these views.
    ViewSpec viewSpec();

    /// Makes other views of some items.
    ViewGenerator views(Items items, ViewSpec spec, long seed);

    /// The seed of the training.
    long seed();

    /// The checkpoint from which the network was read.
    Path checkpoint();

    /// Number of steps that the network was trained for.
    long step();

    /// Opens every checkpoint of the run, one after the other.
    void eachCheckpoint(Consumer<Subject> use);

    /// Opens another run in the same way, on the same kind of data.
    ///
    /// @throws org.fullrank.engine.InputException when there is no such run
    <T> T other(Path run, Function<Subject, T> use);

    /// Reports progress in one line.
    void note(String progress);

    /// The items that probes are fitted and tested on.
    ///
    /// @throws org.fullrank.engine.InputException when the data have no labels
    default TrainTest items() {
        return data().forEvaluation();
    }

    /// Where the features come from, for the text of a protocol.
    ///
    /// @throws org.fullrank.engine.InputException when the data have no labels
    default EvaluatedData source() {
        return EvaluatedData.of(data());
    }

    /// The representations `[N, D]` of some items, in their order.
    default Features embed(Items items) {
        return embed(method(), items);
    }

    /// The same for another network of this kind.
    default Features embed(Method by, Items items) {
        return Embedder.embed(by, views().on(items), items);
    }
}
