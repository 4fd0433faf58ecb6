package org.fullrank.trained;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.fullrank.data.Dataset;
import org.fullrank.data.Split;
import org.fullrank.diagnose.Diagnosis;
import org.fullrank.engine.InputException;
import org.fullrank.engine.JobException;
import org.fullrank.probe.ProbeTable;
import org.fullrank.probe.Probes;
import org.fullrank.run.EvaluationFile;
import org.fullrank.run.RunFolder;
import org.fullrank.run.RunStatus;
import org.fullrank.train.Checkpoints;
import org.jspecify.annotations.Nullable;

/// Adds the diagnosis, pictures and accuracies to the folder of a run whose training has ended.
public final class TrainedRun {
    private final Trained trained;
    private final Consumer<String> notes;

    private TrainedRun(Trained trained, Consumer<String> notes) {
        this.trained = trained;
        this.notes = notes;
    }

    /// The results for a trained network.
    ///
    /// @param diagnoses diagnoses of its places, as in `diagnosis.json`; empty if it could not be diagnosed
    /// @param evaluation the accuracies; null after a collapse, without labels, or if the data do not allow
    ///     an evaluation
    public record Outcome(
            List<Diagnosis> diagnoses, @Nullable ProbeTable evaluation) {
        public Outcome {
            diagnoses = List.copyOf(diagnoses);
        }
    }

    /// Diagnoses the network, draws its pictures, and, unless it has collapsed, evaluates it. If a part
    /// fails, it becomes a note instead of an error, because the training itself is finished and saved.
    ///
    /// @param data of the run
    /// @param notes receives one line for each part that is left out
    public static Outcome finish(RunFolder folder, Dataset data, RunStatus status, Consumer<String> notes) {
        try (Trained trained = Trained.open(folder, data, Checkpoints.latest(folder.checkpoints(), notes))) {
            trained.tell(notes);
            var run = new TrainedRun(trained, notes);
            var diagnoses = new ArrayList<Diagnosis>();
            notes.accept("diagnosing ...");
            run.attempt("not diagnosed", () -> diagnoses.addAll(trained.diagnose(folder)));
            notes.accept("drawing the map and the pictures ...");
            run.attempt("no pictures", () -> trained.draw(folder.path()));
            return new Outcome(diagnoses, status == RunStatus.COLLAPSED ? null : run.evaluate(folder, data));
        }
    }

    private void attempt(String otherwise, Runnable part) {
        try {
            part.run();
        } catch (InputException | JobException e) {
            notes.accept(otherwise + ": " + e.getMessage());
        }
    }

    private @Nullable ProbeTable evaluate(RunFolder folder, Dataset data) {
        if (!data.splits().contains(Split.TRAIN) || data.items(Split.TRAIN).labels() == null) {
            notes.accept("the data have no labels: no accuracy to measure");
            return null;
        }
        try {
            ProbeTable evaluation = Probes.defaults().run(trained);
            var subject = new EvaluationFile.Subject(trained.checkpoint(), trained.step());
            EvaluationFile.put(folder.path(), EvaluationFile.PROBES, subject, evaluation.toMap());
            return evaluation;
        } catch (InputException e) {
            notes.accept("not evaluated: " + e.getMessage());
            return null;
        }
    }
}
