package org.fullrank.train;

import java.util.Locale;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.engine.WorkerGroup;
import org.fullrank.run.RunStatus;
import org.fullrank.train.Trainer.Ending;
import org.jspecify.annotations.Nullable;

/// Keeps the workers of a training in step. Worker 0 decides, because only it has the checks, the records and
/// the checkpoints. Before each step, the workers exchange whether somebody wants to stop, and worker 0 tells
/// whether the training goes on.
final class Lockstep {
    private static final int NUMBERS = 2;

    private final WorkerGroup workers;
    /// Whether a worker was lost. Then there is nobody to talk to.
    private boolean isBroken;

    Lockstep(WorkerGroup workers) {
        this.workers = workers;
    }

    /// The wishes of all workers, and the decision of worker 0.
    ///
    /// @param stop whether some user wants to stop
    /// @param end whether the training ends here
    private record Word(boolean stop, boolean end) {}

    private Word exchange(boolean stop, boolean end) {
        try (var scope = Scope.withoutGradients()) {
            Tensor word = Tensors.of(new double[] {stop ? 1 : 0, end ? 1 : 0}, NUMBERS);
            isBroken = true;
            workers.sum(word);
            isBroken = false;
            double[] sums = Tensors.doubles(word);
            return new Word(sums[0] > 0, sums[1] > 0);
        }
    }

    /// Gives the others the state and the step at which the training begins. Called once by every worker.
    ///
    /// @param learner gets the state of worker 0
    /// @return step and threads of worker 0
    double[] begin(Learner learner, long step, int threads) {
        double[] begin = workers.broadcast(step, threads);
        share(learner);
        return begin;
    }

    /// Gives the others the state of worker 0 at the begin of each epoch. On processors of one kind, they have it
    /// already, bit by bit. Different processors round differently, so the weights would drift apart. Every worker
    /// calls it before each step.
    void shareEachEpoch(Learner learner, long step) {
        if (step % learner.stepsPerEpoch() == 0) {
            share(learner);
        }
    }

    private void share(Learner learner) {
        if (!workers.isSingle()) {
            isBroken = true;
            learner.state().filter(t -> t.numel() > 0).forEach(workers::broadcast);
            isBroken = false;
        }
    }

    /// Worker 0 calls it before each step.
    ///
    /// @param requested whether its user wants to stop
    /// @return whether some user wants to stop
    boolean stop(boolean requested) {
        return workers.isSingle() ? requested : exchange(requested, false).stop();
    }

    /// Worker 0 calls it once, between two steps, when it has written everything.
    void end(Ending ending) {
        if (!workers.isSingle() && !isBroken) {
            exchange(false, true);
            workers.broadcast("%s %d %s".formatted(ending.status().name(), ending.step(), ending.message()));
        }
    }

    /// The other workers call it before each step.
    ///
    /// @param requested whether the user of this worker wants to stop
    /// @return the end of the training; null if there is another step
    @Nullable
    Ending next(boolean requested) {
        Word word = exchange(requested, false);
        while (word.stop() && !word.end()) { // worker 0 writes its checkpoint
            word = exchange(false, false);
        }
        if (!word.end()) {
            return null;
        }
        String[] told = workers.broadcast("").split(" ", 3);
        return new Ending(Long.parseLong(told[1]), RunStatus.valueOf(told[0].toUpperCase(Locale.ROOT)), told[2]);
    }
}
