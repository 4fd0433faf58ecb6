package org.fullrank.train;

import java.util.function.BooleanSupplier;
import org.fullrank.data.Dataset;
import org.fullrank.engine.NativeErrors;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Threads;
import org.fullrank.run.Recipe;

/// The training loop of a worker other than worker 0. It computes its rows of each batch and makes the same
/// steps as worker 0, whose [Trainer] decides, checks and writes. A follower reads and writes no run folder.
public final class Follower implements AutoCloseable {
    private final Learner learner;
    private final Lockstep lockstep;
    private long step;

    /// @param recipe of worker 0
    /// @param data the same as on worker 0
    /// @throws org.fullrank.engine.InputException when the data do not fit the recipe
    public Follower(Recipe recipe, Dataset data, Team team) {
        int threads = team.threads(Threads.resolve(recipe.train().threads()));
        learner = new Learner(recipe, data, threads, team.workers());
        lockstep = new Lockstep(team.workers());
    }

    /// Trains until worker 0 ends the training.
    ///
    /// @param stopRequested whether the user of this worker wants to stop; asked before each step
    /// @return the end that worker 0 has recorded
    /// @throws org.fullrank.engine.JobException when another worker has ended, or libtorch fails
    public Trainer.Ending run(BooleanSupplier stopRequested) {
        return NativeErrors.guard(() -> "training, step " + (step + 1), () -> {
            double[] begin = lockstep.begin(learner, 0, 0);
            step = (long) begin[0];
            Threads.use((int) begin[1]);
            Trainer.Ending ending = lockstep.next(stopRequested.getAsBoolean());
            while (ending == null) {
                lockstep.shareEachEpoch(learner, step);
                try (var scope = Scope.open()) {
                    learner.gradients(step);
                    learner.move(step);
                }
                step++;
                ending = lockstep.next(stopRequested.getAsBoolean());
            }
            return ending;
        });
    }

    @Override
    public void close() {
        learner.close();
    }
}
