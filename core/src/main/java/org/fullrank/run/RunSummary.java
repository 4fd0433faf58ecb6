package org.fullrank.run;

import java.nio.file.Path;
import java.util.SequencedMap;

/// One row of the list of runs.
///
/// @param recipe name of the recipe, `?` when `config.yaml` cannot be read
/// @param step steps done at the last record, 0 without records
/// @param message why the run ended, empty when there is nothing to say
/// @param values the latest value of every metric
public record RunSummary(
        Path path,
        String recipe,
        RunStatus status,
        long step,
        int epoch,
        String message,
        SequencedMap<String, Double> values) {}
