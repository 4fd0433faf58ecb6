package org.fullrank.train;

import java.nio.file.Path;
import java.util.List;
import org.fullrank.engine.ResidentSet;
import org.fullrank.net.ConvNet;
import org.fullrank.run.CheckpointSpec;
import org.fullrank.run.MetricRecord;
import org.fullrank.run.Recipe;
import org.fullrank.view.ImageViews;
import org.fullrank.view.ViewSpec;

/// Trains a small network on small images, in a JVM whose heap is all resident from the start, and prints
/// by how many MB the resident set grew after the warm-up.
final class SoakTraining {
    private SoakTraining() {}

    /// Images file, working folder, epochs, step that ends the warm-up.
    public static void main(String[] arguments) {
        Path folder = Path.of(arguments[1]);
        long warm = Long.parseLong(arguments[3]);
        Recipe base = SmallTraining.recipe(folder, Path.of(arguments[0]), Integer.parseInt(arguments[2]));
        Recipe recipe = SmallTraining.with(
                SmallTraining.with(
                        SmallTraining.with(base, ((ImageViews) ViewSpec.named("shapes")).withSize(16)),
                        new ConvNet(List.of(16, 32), 1, 1),
                        base.method()),
                new CheckpointSpec(0, 1, 2, true));
        long[] seen = {0, 0};
        SmallTraining.train(recipe, folder.resolve("run"), new SmallTraining.Watching() {
            @Override
            public void measured(MetricRecord record, long totalSteps) {
                if (record.step() == warm) {
                    seen[0] = ResidentSet.megabytes();
                }
                seen[1] = ResidentSet.megabytes();
            }
        });
        System.out.println("grown by " + (seen[1] - seen[0]) + " MB from " + seen[0]);
    }
}
