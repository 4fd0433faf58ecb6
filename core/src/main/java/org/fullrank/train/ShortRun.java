package org.fullrank.train;

import java.util.ArrayList;
import java.util.List;
import org.fullrank.run.Recipe;
import org.fullrank.text.Numbers;

/// Says what a run is too short for.
final class ShortRun {
    /// Steps after which the running statistics of batch norms have settled. With two views there are two
    /// updates a step, so the initial statistics then have a weight of `0.9^40`, 1.5 %.
    static final int SETTLED = 20;

    private ShortRun() {}

    /// One line for each part of the recipe that needs more steps.
    ///
    /// @param fresh whether the network is at its initial values
    static List<String> warnings(Recipe recipe, long stepsPerEpoch, long totalSteps, boolean fresh) {
        var warnings = new ArrayList<String>();
        double warmup = recipe.schedule().warmup(stepsPerEpoch);
        if (warmup >= totalSteps) {
            warnings.add(("warning: the warm-up of %s covers the whole run of %s, so the learning rate never"
                            + " reaches its full value; use --set schedule.%s or more train.epochs")
                    .formatted(
                            Numbers.count(Math.round(warmup), "step"),
                            Numbers.count(totalSteps, "step"),
                            recipe.schedule().shorterWarmup(stepsPerEpoch, totalSteps)));
        }
        if (fresh && totalSteps < SETTLED && MethodBuilder.hasBatchNorm(recipe)) {
            warnings.add(
                    ("warning: a run of %s is too short for the running statistics of batch norms: embeddings may look"
                                    + " collapsed, in checks and verdicts too; %d steps settle them, so use more train.epochs")
                            .formatted(Numbers.count(totalSteps, "step"), SETTLED));
        }
        return warnings;
    }
}
