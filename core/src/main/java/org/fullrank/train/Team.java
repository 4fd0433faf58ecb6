package org.fullrank.train;

import org.fullrank.engine.InputException;
import org.fullrank.engine.WorkerGroup;
import org.fullrank.method.RowShare;
import org.fullrank.run.Recipe;

/// The workers that train together.
///
/// @param workers the group that computes each batch together
/// @param onThisMachine how many of them share the processors of this machine
public record Team(WorkerGroup workers, int onThisMachine) {
    /// A training without other workers.
    public static Team single() {
        return new Team(WorkerGroup.single(), 1);
    }

    /// Checks that each chunk of a batch has a row for each worker, before anything is written.
    ///
    /// @param workers number of workers
    /// @throws InputException with the largest number that fits
    public static void requireRows(Recipe recipe, int workers) {
        new RowShare(recipe.train().batch(), recipe.train().chunks(), workers);
    }

    /// The threads of each worker on this machine.
    ///
    /// @param threads of the whole machine
    int threads(int threads) {
        return Math.max(1, threads / onThisMachine);
    }
}
