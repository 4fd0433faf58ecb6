package org.fullrank.cli;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Locale;
import org.fullrank.data.Split;
import org.fullrank.engine.InputException;
import org.fullrank.engine.JobException;
import org.fullrank.file.Npy;
import org.fullrank.probe.Features;
import org.fullrank.trained.Trained;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Writes the embeddings of a data set by the encoder of a run.
@Command(
        name = "embed",
        sortOptions = false,
        description = "Writes the embeddings of a data set by the encoder of a run.",
        footer = {
            "",
            "A .npy file holds float32 [items, width], its labels go to FILE_labels.npy; a .csv file has one row per"
                    + " item and the class in its last column.",
            "",
            "Examples:",
            "  fullrank embed runs/mine --out embeddings.npy",
            "  fullrank embed runs/mine --data photos/ --split test --out test.csv"
        })
final class Embed extends Job {
    @Parameters(paramLabel = "RUN", description = "Run folder.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path run;

    @Option(names = "--data", paramLabel = "PATH", description = "What to embed. Default: the data of the run.")
    private @Nullable String data;

    @Option(
            names = "--split",
            paramLabel = "SPLIT",
            defaultValue = "train",
            description = "train, validation, test or unlabeled. Default: ${DEFAULT-VALUE}.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private String split;

    @Option(
            names = "--out",
            paramLabel = "FILE",
            required = true,
            description = "File to write, ending in .npy or .csv.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path out;

    @Option(
            names = "--best",
            description = "Takes the checkpoint with the best score while training instead of the latest one.")
    private boolean best;

    @Option(names = "--json", description = "Prints the result as one JSON object.")
    private boolean json;

    @Override
    void work() {
        boolean csv = out.toString().toLowerCase(Locale.ROOT).endsWith(".csv");
        requireWritable(csv);
        Split wanted = Located.split(split);
        Features features;
        try (Trained trained = Trained.open(run, new Trained.Reading(data, best))) {
            features = trained.embed(wanted);
        }
        try {
            if (csv) {
                writeCsv(features);
            } else {
                writeNpy(features);
            }
        } catch (IOException e) {
            throw new JobException("cannot write %s: %s; free some space or name another file".formatted(out, e), e);
        }
        report(features);
    }

    private void requireWritable(boolean csv) {
        if (!csv && !out.toString().toLowerCase(Locale.ROOT).endsWith(".npy")) {
            throw new InputException("--out %s: found no known ending, expected .npy or .csv".formatted(out));
        }
        Path parent = out.toAbsolutePath().getParent();
        if (parent == null || !Files.isDirectory(parent)) {
            throw new InputException(
                    "--out %s: found no folder %s, expected one; make it first".formatted(out, parent));
        }
    }

    private void report(Features features) {
        if (json) {
            out().println(new Json()
                    .put("file", out.toString())
                    .put("items", features.rows())
                    .put("width", features.width())
                    .put("classes", features.names()));
        } else {
            out().println("%s: %d embeddings of width %d".formatted(out, features.rows(), features.width()));
        }
    }

    private void writeNpy(Features features) throws IOException {
        Npy.write(out, features.values(), features.width());
        if (features.classes() != null) {
            String name = String.valueOf(out.getFileName());
            String stem = name.substring(0, name.length() - ".npy".length());
            Npy.write(out.resolveSibling(stem + "_labels.npy"), features.labels());
        }
    }

    /// The file appears under its name when it is complete.
    private void writeCsv(Features features) throws IOException {
        Path next = out.resolveSibling(out.getFileName() + ".next");
        try (BufferedWriter csv = Files.newBufferedWriter(next)) {
            for (int d = 0; d < features.width(); d++) {
                csv.append(d == 0 ? "" : ",").append("e").append(String.valueOf(d));
            }
            csv.append(features.classes() == null ? "\n" : ",class\n");
            for (int row = 0; row < features.rows(); row++) {
                for (int d = 0; d < features.width(); d++) {
                    csv.append(d == 0 ? "" : ",").append(Float.toString(features.values()[row * features.width() + d]));
                }
                if (features.classes() != null) {
                    String label = features.names().get(features.labels()[row]);
                    csv.append(",\"").append(label.replace("\"", "\"\"")).append('"');
                }
                csv.append('\n');
            }
        }
        Files.move(next, out, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }
}
