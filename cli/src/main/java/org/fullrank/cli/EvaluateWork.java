package org.fullrank.cli;

import java.nio.file.Path;
import org.fullrank.data.Dataset;
import org.fullrank.probe.Evaluation;
import org.fullrank.run.RunFolder;
import org.fullrank.train.Trained;

/// The work of `evaluate`.
record EvaluateWork(Evaluate command) {
    void run() {
        try (RunFolder folder = RunFolder.open(command.run)) {
            Path checkpoint = Located.checkpoint(folder, command.best);
            try (Dataset data = Dataset.open(Located.data(folder, command.data));
                    Trained trained = Trained.open(folder, data, checkpoint)) {
                command.err().println("evaluating %s, step %d".formatted(checkpoint, trained.step()));
                Evaluation evaluation = trained.evaluate();
                if (command.json) {
                    command.out()
                            .println(new Json()
                                    .put("run", folder.path().toString())
                                    .put("checkpoint", checkpoint.toString())
                                    .put("step", trained.step())
                                    .put("evaluation", evaluation.toMap()));
                } else {
                    command.out().println(evaluation.text().stripTrailing());
                }
            }
        }
    }
}
