package org.fullrank.compare;

import java.util.function.Function;
import org.fullrank.train.Trainer;
import org.fullrank.train.TrainingListener;

/// Runs the trainings of a comparison and receives its progress.
public interface ComparisonListener {
    /// Runs one training with its own listener.
    ///
    /// @return what `training` returns
    Trainer.Ending train(Cell cell, Function<TrainingListener, Trainer.Ending> training);

    /// Receives one line about progress.
    void note(String line);

    /// Whether the user wants to stop. It is called after each training.
    boolean stopRequested();
}
