package org.fullrank.cli;

import java.nio.file.Path;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.data.Dataset;
import org.fullrank.diagnose.DiagnosisText;
import org.fullrank.file.NpyMatrix;
import org.fullrank.page.RunPage;
import org.fullrank.probe.ProbeTable;
import org.fullrank.run.RunFolder;
import org.fullrank.run.RunStatus;
import org.fullrank.spectral.FeatureMap;
import org.fullrank.spectral.SpectralReport;
import org.fullrank.text.Table;
import org.fullrank.train.SpectralFit;
import org.fullrank.trained.TrainedRun;
import org.jspecify.annotations.Nullable;

/// What `fullrank spectral` writes and prints. With `--json` everything becomes one object, which [#end]
/// prints.
final class SpectralOutput {
    private final SpectralCommand command;
    private final Json json = new Json();

    SpectralOutput(SpectralCommand command) {
        this.command = command;
    }

    void warn(String line) {
        command.err().println("warning: " + line);
    }

    /// Writes the embeddings `[N, k]` and their inner products where the user asked for them.
    void write(Tensor embeddings) {
        Path file = command.embeddings();
        Path gram = command.gram;
        if (file != null) {
            NpyMatrix.write(file, embeddings);
        }
        if (gram != null) {
            NpyMatrix.write(gram, embeddings.matmul(embeddings.t()));
        }
    }

    /// @param features of the map; null for embeddings without a map
    void print(SpectralReport report, int samples, @Nullable FeatureMap features) {
        report.warnings().forEach(this::warn);
        String kernel = features == null ? "none" : features.kernel().text();
        if (command.json) {
            json.put("objective", command.objective)
                    .put("kernel", kernel)
                    .put("samples", samples)
                    .put("features", features == null ? 0 : features.width());
            report.toMap().forEach(json::put);
            return;
        }
        var table = new Table();
        table.row("loss", report.loss());
        table.row("dimensions", report.kept());
        table.row("gap", report.gap());
        if (features == null) {
            table.row("residual", report.residual());
        } else {
            table.row("rank", report.rank());
            table.row("condition", report.condition());
            table.row("trace error", report.traceError());
        }
        double[] lengths = report.lengths();
        for (int i = 0; i < lengths.length; i++) {
            table.row("length " + (i + 1), lengths[i]);
        }
        command.out().print(table);
        command.out().println("%d samples, %s, kernel %s".formatted(samples, command.objective, kernel));
    }

    /// Writes a run whose encoder is the map, and measures it as any run at its end.
    void run(SpectralFit fit, Dataset data, Path path) {
        TrainedRun.Outcome outcome;
        try (RunFolder folder = RunFolder.create(path, fit.recipe())) {
            fit.write(folder);
            outcome = TrainedRun.finish(folder, data, RunStatus.FINISHED, command.err()::println);
        }
        command.err().println("report: " + RunPage.write(path));
        ProbeTable evaluation = outcome.evaluation();
        if (command.json) {
            json.put("run", path.toString()).put("evaluation", evaluation == null ? null : evaluation.toMap());
            return;
        }
        command.out().println();
        if (evaluation != null) {
            command.out().println(evaluation.text());
        }
        command.out().print(DiagnosisText.verdicts(outcome.diagnoses()));
        command.out().println("run folder " + path);
    }

    void end() {
        if (command.json) {
            command.out().println(json);
        }
    }
}
