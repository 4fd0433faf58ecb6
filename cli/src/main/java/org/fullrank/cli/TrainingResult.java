package org.fullrank.cli;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.fullrank.diagnose.Diagnosis;
import org.fullrank.diagnose.DiagnosisText;
import org.fullrank.diagnose.Verdict;
import org.fullrank.run.Runs;
import org.fullrank.train.Trainer;
import org.fullrank.trained.TrainedRun;

/// What `pretrain` prints at the end of a training.
///
/// @param run its folder
record TrainingResult(Path run, Trainer.Ending ending, TrainedRun.Outcome outcome) {
    /// One JSON object.
    Json json() {
        var evaluation = outcome.evaluation();
        return new Json()
                .put("run", run.toString())
                .put("status", ending.status().label())
                .put("step", ending.step())
                .put("message", ending.message())
                .put("metrics", Runs.summary(run).values())
                .put("verdicts", verdicts(outcome.diagnoses()))
                .put("evaluation", evaluation == null ? null : evaluation.toMap());
    }

    /// The accuracies, the verdicts and the end, with line ends.
    String text() {
        var text = new StringBuilder();
        var evaluation = outcome.evaluation();
        if (evaluation != null) {
            text.append(evaluation.text()).append(System.lineSeparator());
        }
        text.append(DiagnosisText.verdicts(outcome.diagnoses()));
        String why = ending.message().isEmpty() ? "" : " (" + ending.message() + ")";
        return text.append(ending.status().label())
                .append(" after step ")
                .append(ending.step())
                .append(why)
                .append(": ")
                .append(run)
                .append(System.lineSeparator())
                .toString();
    }

    private static SequencedMap<String, Object> verdicts(List<Diagnosis> diagnoses) {
        var byPlace = new LinkedHashMap<String, Object>();
        for (Diagnosis diagnosis : diagnoses) {
            byPlace.put(
                    diagnosis.subject(),
                    diagnosis.verdicts().stream().map(Verdict::toMap).toList());
        }
        return byPlace;
    }
}
