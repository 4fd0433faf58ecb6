package org.fullrank.run;

import org.fullrank.data.DataSpec;
import org.fullrank.engine.InputException;
import org.fullrank.method.MethodSpec;
import org.fullrank.net.EncoderSpec;
import org.fullrank.optim.OptimizerSpec;
import org.fullrank.optim.ScheduleSpec;
import org.fullrank.view.ViewSpec;

/// Everything that determines a run.
///
/// @param name the run folder is called after it
/// @param about one line for the list of recipes
/// @param seed the key of all randomness
public record Recipe(
        String name,
        String about,
        long seed,
        DataSpec data,
        ViewSpec views,
        EncoderSpec encoder,
        MethodSpec method,
        OptimizerSpec optimizer,
        ScheduleSpec schedule,
        TrainSpec train,
        MonitorSpec monitor,
        CheckpointSpec checkpoints) {
    public Recipe {
        if (name.isBlank()) {
            throw new InputException("name: found nothing, expected a short name for the recipe");
        }
    }
}
