package org.fullrank.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "diagnose",
        sortOptions = false,
        description =
                "Tells whether embeddings have collapsed, how, and what to change: those of a run, or of any file.",
        footer = {
            "",
            "A file is a matrix [N, D] with a row for each item: .npy, .npz, .csv or .safetensors. It is read block by"
                    + " block and may be larger than the memory.",
            "Of a run, up to 2000 items are embedded that it did not learn from, where there are such.",
            "",
            "Exit code: 0 whatever the verdict, 3 on a collapse with --fail-on collapse, 1 the job failed, 2 the"
                    + " arguments or the input are wrong.",
            "",
            "Examples:",
            "  fullrank diagnose runs/mine",
            "  fullrank diagnose z.npy --labels y.npy",
            "  fullrank diagnose view1.npy --second view2.npy --page diagnosis.html",
            "  fullrank diagnose z.npy --fail-on collapse --json > diagnosis.json"
        })
final class Diagnose extends Job {
    /// What `--fail-on` can be given.
    enum FailOn {
        COLLAPSE
    }

    @Parameters(
            paramLabel = "RUN|FILE",
            arity = "1..*",
            description = "Run folders, or files of embeddings; each is examined by itself.")
    List<Path> subjects = new ArrayList<>();

    @Option(
            names = "--labels",
            paramLabel = "FILE",
            description = "The class of each row: .npy of whole numbers, a column of a .csv, or .txt with one on each"
                    + " line. Default: what the file of embeddings has itself, such as labels or y of an .npz.")
    @Nullable
    Path labels;

    @Option(
            names = "--second",
            paramLabel = "FILE",
            description = "Embeddings of another view of the same items, row by row.")
    @Nullable
    Path second;

    @Option(
            names = "--key",
            paramLabel = "NAME",
            description = "The array of an .npz or .safetensors. Default: embeddings, z, x, or the only matrix.")
    @Nullable
    String key;

    @Option(
            names = "--second-key",
            paramLabel = "NAME",
            description = "The array of the file of --second. Default: that of --key.")
    @Nullable
    String secondKey;

    @Option(
            names = "--label-column",
            paramLabel = "COLUMN",
            description = "The label column of a .csv, of --labels where it is given: its name, or its position from 1,"
                    + " or from the end as -1. Default: the one named label, class, target or y, or the only one"
                    + " with text.")
    @Nullable
    String labelColumn;

    @Option(
            names = "--places",
            paramLabel = "LIST",
            split = ",",
            description = "Where a run is examined: representation, embedding (behind the projector), names of blocks."
                    + " Default: representation,embedding.")
    List<String> places = new ArrayList<>();

    @Option(
            names = "--data",
            paramLabel = "PATH",
            description = "What is shown to the encoder of a run. Default: the data of the run.")
    @Nullable
    String data;

    @Option(
            names = "--split",
            paramLabel = "NAME",
            description = "The split of the data that is shown. Default: test, or validation, or train, whichever comes"
                    + " first.")
    @Nullable
    String split;

    @Option(
            names = "--best",
            description = "Takes the checkpoint with the best score while training instead of the latest one.")
    boolean best;

    @Option(
            names = "--page",
            paramLabel = "FILE",
            description = "Writes the diagnoses with plots as one HTML file that needs nothing else.")
    @Nullable
    Path page;

    @Option(
            names = "--fail-on",
            paramLabel = "WHAT",
            description = "Ends with exit code 3 when a verdict is of that kind; there is one: collapse.")
    @Nullable
    FailOn failOn;

    @Option(names = "--json", description = "Prints the diagnoses as one JSON object.")
    boolean json;

    @Override
    void work() {
        if (new DiagnoseWork(this).run() && failOn == FailOn.COLLAPSE) {
            collapsed();
        }
    }
}
