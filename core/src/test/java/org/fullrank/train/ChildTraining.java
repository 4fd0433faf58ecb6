package org.fullrank.train;

import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;
import org.fullrank.data.Dataset;
import org.fullrank.run.Recipe;
import org.fullrank.run.RunFolder;

/// Trains in the run folder that it is told, in a JVM that is there to be killed: it never does its last step.
final class ChildTraining {
    private ChildTraining() {}

    public static void main(String[] arguments) {
        long steps = Long.parseLong(arguments[1]);
        try (var folder = RunFolder.resume(Path.of(arguments[0]))) {
            Recipe recipe = folder.config(Recipe.class);
            try (var data = Dataset.open(recipe.data());
                    var trainer = Trainer.resume(recipe, data, folder, waitingBefore(steps))) {
                trainer.run();
            }
        }
    }

    private static TrainingListener waitingBefore(long lastStep) {
        return new SmallTraining.Watching() {
            private long step;

            @Override
            public void measured(org.fullrank.run.MetricRecord record, long totalSteps) {
                step = record.step();
            }

            @Override
            public boolean stopRequested() {
                while (step + 1 >= lastStep) {
                    LockSupport.parkNanos(1_000_000_000);
                }
                return false;
            }
        };
    }
}
