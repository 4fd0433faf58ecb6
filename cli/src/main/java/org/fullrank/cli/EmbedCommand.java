package org.fullrank.cli;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.fullrank.data.Labels;
import org.fullrank.data.Split;
import org.fullrank.engine.InputException;
import org.fullrank.file.AtomicFile;
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
            "A .npy file holds float32 [items, width]. The class of each row is written to FILE_labels.npy (-1 means"
                    + " no label), and the path of each image to FILE_names.txt. A .csv file has one row per item. Its"
                    + " first column is the path of the image, and its last column is the class. The rows are in the"
                    + " order of the paths.",
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
            description = "The output file. The name of the file must end in .npy or .csv.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path out;

    @Option(
            names = "--best",
            description = "Uses the checkpoint with the best score during training instead of the latest checkpoint.")
    private boolean best;

    @Option(names = "--json", description = "Prints the result as one JSON object.")
    private boolean json;

    @Override
    void work() {
        boolean csv = out.toString().toLowerCase(Locale.ROOT).endsWith(".csv");
        requireWritable(csv);
        Split wanted = Split.named("--split", split);
        Features features;
        List<String> names;
        try (Trained trained = Trained.open(run, new Trained.Reading(data, best), err()::println)) {
            features = trained.embed(wanted);
            names = trained.data().names(wanted);
        }
        if (csv) {
            writeCsv(features, names);
        } else {
            writeNpy(features, names);
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

    private void writeNpy(Features features, List<String> names) {
        Npy.write(out, features.values(), features.width());
        String name = String.valueOf(out.getFileName());
        String stem = name.substring(0, name.length() - ".npy".length());
        if (!names.isEmpty()) {
            AtomicFile.write(
                    out.resolveSibling(stem + "_names.txt"),
                    channel -> AtomicFile.writeAll(
                            channel,
                            ByteBuffer.wrap((String.join("\n", names) + "\n").getBytes(StandardCharsets.UTF_8))));
        }
        if (features.classes() != null) {
            Npy.write(out.resolveSibling(stem + "_labels.npy"), features.classes());
        }
    }

    private void writeCsv(Features features, List<String> names) {
        CsvWriter.write(out, csv -> {
            List<String> header = new ArrayList<>();
            if (!names.isEmpty()) {
                header.add("path");
            }
            for (int d = 0; d < features.width(); d++) {
                header.add("e" + d);
            }
            if (features.classes() != null) {
                header.add("class");
            }
            csv.row(header);
            for (int row = 0; row < features.rows(); row++) {
                csv.row(cells(features, names, row));
            }
        });
    }

    private static List<String> cells(Features features, List<String> names, int row) {
        List<String> cells = new ArrayList<>();
        if (!names.isEmpty()) {
            cells.add(names.get(row));
        }
        for (int d = 0; d < features.width(); d++) {
            cells.add(Float.toString(features.values()[row * features.width() + d]));
        }
        if (features.classes() != null) {
            int label = features.classes()[row];
            cells.add(label == Labels.UNLABELED ? "" : features.names().get(label));
        }
        return cells;
    }
}
