package org.fullrank.run;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.function.DoubleFunction;
import org.fullrank.diagnose.Measure;
import org.fullrank.text.Numbers;
import org.fullrank.text.Table;

/// One row of the list of runs.
///
/// @param recipe name of the recipe, `?` when `config.yaml` cannot be read
/// @param step number of steps done at the last record; 0 without records
/// @param message why the run ended; empty if there is no message
/// @param values the latest value of every metric
/// @param losses the loss of each record, oldest first, thinned to at most [#MOST_LOSSES]
/// @param time how long it takes
public record RunSummary(
        Path path,
        String recipe,
        RunStatus status,
        long step,
        int epoch,
        String message,
        SequencedMap<String, Double> values,
        List<Double> losses,
        RunTime time) {
    /// A small curve of the loss has no more pixels.
    static final int MOST_LOSSES = 60;

    /// Significant digits of a rank in the table, such as 12.3 dimensions.
    private static final int RANK_DIGITS = 3;

    /// Runs as a table for people, with the most important figures of each.
    public static String table(List<RunSummary> runs) {
        var table =
                new Table().row("run", "recipe", "status", "epoch", "step", "loss", "RankMe", "online kNN", "message");
        for (RunSummary run : runs) {
            table.row(
                    run.path,
                    run.recipe,
                    run.status.label(),
                    run.step == 0 ? "-" : run.epoch + 1,
                    run.step,
                    run.figure("loss", Numbers::number),
                    run.figure(Measure.RANKME.at("embedding"), rank -> Numbers.number(rank, RANK_DIGITS)),
                    run.figure("knn", Numbers::percent),
                    run.message);
        }
        return table.toString();
    }

    private String figure(String key, DoubleFunction<String> format) {
        Double value = values.get(key);
        return value == null ? "-" : format.apply(value);
    }

    /// The summary for JSON.
    public SequencedMap<String, Object> toMap() {
        var map = new LinkedHashMap<String, Object>();
        map.put("run", path.toString());
        map.put("recipe", recipe);
        map.put("status", status.label());
        map.put("step", step);
        map.put("epoch", epoch);
        map.put("message", message);
        map.putAll(time.toMap());
        map.put("metrics", values);
        return map;
    }
}
