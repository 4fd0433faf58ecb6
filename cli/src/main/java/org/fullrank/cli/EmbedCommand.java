package org.fullrank.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.fullrank.data.Split;
import org.fullrank.engine.InputException;
import org.fullrank.file.CsvWriter;
import org.fullrank.file.Npy;
import org.fullrank.probe.Features;
import org.fullrank.trained.Trained;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Embeds a data set with the encoder of a run.
@Command(
        name = "embed",
        sortOptions = false,
        description = "Embeds a data set with the encoder of a run and writes the embeddings.",
        footer = {
            "",
            "A .npy file contains float32 [items, width]; the labels are written to FILE_labels.npy. A .csv file has"
                    + " one row per item and the class in its last column.",
            "",
            "Examples:",
            "  fullrank embed runs/mine --out embeddings.npy",
            "  fullrank embed runs/mine --data photos/ --split test --out test.csv"
        })
final class EmbedCommand extends Job {
    @Parameters(paramLabel = "RUN", description = "Run folder.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path run;

    @Option(names = "--data", paramLabel = "PATH", description = "Data to embed. Default: the data of the run.")
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
            description = "Uses the checkpoint with the best score during training instead of the latest.")
    private boolean best;

    @Option(names = "--json", description = "Prints the result as one JSON object.")
    private boolean json;

    @Override
    void work() {
        boolean csv = out.toString().toLowerCase(Locale.ROOT).endsWith(".csv");
        requireWritable(csv);
        Split wanted = Split.named("--split", split);
        Features features;
        try (Trained trained = Trained.open(run, new Trained.Reading(data, best))) {
            features = trained.embed(wanted);
        }
        if (csv) {
            writeCsv(features);
        } else {
            writeNpy(features);
        }
        report(features);
    }

    private void requireWritable(boolean csv) {
        if (!csv && !out.toString().toLowerCase(Locale.ROOT).endsWith(".npy")) {
            throw new InputException("--out %s: found no known ending, expected .npy or .csv".formatted(out));
        }
        requireFolder("--out", out);
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

    private void writeNpy(Features features) {
        Npy.write(out, features.values(), features.width());
        if (features.classes() != null) {
            String name = String.valueOf(out.getFileName());
            String stem = name.substring(0, name.length() - ".npy".length());
            Npy.write(out.resolveSibling(stem + "_labels.npy"), features.labels());
        }
    }

    private void writeCsv(Features features) {
        CsvWriter.write(out, csv -> {
            List<String> header = new ArrayList<>();
            for (int d = 0; d < features.width(); d++) {
                header.add("e" + d);
            }
            if (features.classes() != null) {
                header.add("class");
            }
            csv.row(header);
            for (int row = 0; row < features.rows(); row++) {
                csv.row(cells(features, row));
            }
        });
    }

    private static List<String> cells(Features features, int row) {
        List<String> cells = new ArrayList<>();
        for (int d = 0; d < features.width(); d++) {
            cells.add(Float.toString(features.values()[row * features.width() + d]));
        }
        if (features.classes() != null) {
            cells.add(features.names().get(features.labels()[row]));
        }
        return cells;
    }
}
