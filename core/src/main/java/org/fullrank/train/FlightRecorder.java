package org.fullrank.train;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.Scope;
import org.fullrank.run.RunFolder;

/// Keeps in memory the state of a training from a few steps ago, and the results of the steps since then.
/// With this record, the steps before a non-finite number can be replayed.
final class FlightRecorder implements AutoCloseable {
    private final Learner learner;
    private final int every;
    private final List<Tensor> copies = new ArrayList<>();
    private final List<Double> losses = new ArrayList<>();
    private final List<Double> gradients = new ArrayList<>();
    private long snapshot = -1;

    /// @param every steps between two snapshots; with 0, nothing is kept
    FlightRecorder(Learner learner, int every) {
        this.learner = learner;
        this.every = every;
    }

    /// Call it before a step. It takes a snapshot if one is due and the weights are finite.
    ///
    /// @return whether it took a snapshot, so that a replay starts at this step
    boolean before(long step) {
        if (every == 0 || snapshot >= 0 && step - snapshot < every) {
            return false;
        }
        if (snapshot >= 0 && !learner.hasFiniteWeights()) {
            return false; // the step that broke them lies behind the older one, which a replay needs
        }
        List<Tensor> state = learner.state().toList();
        try (var scope = Scope.withoutGradients()) {
            if (copies.isEmpty()) {
                state.forEach(t -> copies.add(scope.keep(t.clone())));
            }
            for (int i = 0; i < state.size(); i++) {
                copies.get(i).copy_(state.get(i));
            }
        }
        snapshot = step;
        losses.clear();
        gradients.clear();
        return true;
    }

    /// Call it after the gradients of a step, finite or not.
    void learned(double loss, double gradientNorm) {
        if (every > 0) {
            losses.add(loss);
            gradients.add(gradientNorm);
        }
    }

    /// Writes the folder `flight/`. Afterwards the network has the state of the snapshot.
    ///
    /// @param step number of steps done when the error was found
    /// @param threads number of threads of libtorch
    /// @return whether there was something to write
    boolean write(RunFolder folder, long step, String found, int threads) {
        if (snapshot < 0) {
            return false;
        }
        List<Tensor> state = learner.state().toList();
        try (var scope = Scope.withoutGradients()) {
            for (int i = 0; i < state.size(); i++) {
                state.get(i).copy_(copies.get(i));
            }
        }
        var flight = new Flight(
                step,
                snapshot,
                found,
                learner.device(),
                learner.method().setting().precision(),
                threads,
                losses,
                gradients,
                batches(snapshot + losses.size()));
        flight.save(folder, learner);
        return true;
    }

    private List<Flight.Batch> batches(long end) {
        var batches = new ArrayList<Flight.Batch>();
        for (long step = Math.max(snapshot, end - Flight.BATCHES); step < end; step++) {
            batches.add(new Flight.Batch(
                    step,
                    learner.epoch(step),
                    Arrays.stream(learner.items(step)).boxed().toList()));
        }
        return batches;
    }

    @Override
    public void close() {
        copies.forEach(Tensor::close);
    }
}
