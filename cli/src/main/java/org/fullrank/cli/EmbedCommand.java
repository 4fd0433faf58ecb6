package org.fullrank.cli;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.fullrank.data.Labels;
import org.fullrank.data.Split;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Natives;
import org.fullrank.file.AtomicFile;
import org.fullrank.file.CsvWriter;
import org.fullrank.file.Npy;
import org.fullrank.probe.Features;
import org.fullrank.trained.Trained;
import org.fullrank.trained.TrainedEncoder;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Embeds a data set with the encoder of a run.
@Command(
        name = "embed",
        sortOptions = false,
        description = "Embeds a data set or single images with the encoder of a run and writes the embeddings.",
        footer = {
            "",
            "A .npy file holds float32 [items, width]. The class of each row is written to FILE_labels.npy (-1 means"
                    + " no label), and the path of each image to FILE_names.txt. A .csv file has one row per item. Its"
                    + " first column is the path of the image, and its last column is the class. The rows are in the"
                    + " order of the paths.",
            "",
            "With --image, the rows are in the order of the options, and no packed file is written. Without --out, the"
                    + " rows are printed as CSV.",
            "",
            "Examples:",
            "  fullrank embed runs/mine --out embeddings.npy",
            "  fullrank embed runs/mine --data photos/ --split test --out test.csv",
            "  fullrank embed runs/mine --image query.jpg"
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
            description = "train, validation, test or unlabeled. Default: train.")
    private @Nullable String split;

    @Option(
            names = "--image",
            paramLabel = "FILE",
            description = "An image to embed in place of a data set. Give the option again for each further image.")
    private List<Path> images = List.of();

    @Option(
            names = "--out",
            paramLabel = "FILE",
            description = "The output file. The name of the file must end in .npy or .csv. Required without --image.")
    private @Nullable Path out;

    @Option(
            names = "--best",
            description = "Uses the checkpoint with the best score during training instead of the latest checkpoint.")
    private boolean best;

    @Option(names = "--json", description = "Prints the result as one JSON object.")
    private boolean json;

    @Override
    void work() {
        if (!images.isEmpty()) {
            embedImages();
            return;
        }
        if (out == null) {
            throw conflict("--out: found none, expected a file for the embeddings; add --out embeddings.npy");
        }
        boolean csv = requireWritable(out);
        Split wanted = split == null ? Split.TRAIN : Split.named("--split", split);
        Natives.loadEarly();
        Features features;
        List<String> names;
        try (Trained trained = Trained.open(run, new Trained.Reading(data, best), err()::println)) {
            features = trained.embed(wanted);
            names = trained.data().names(wanted);
        }
        write(out, csv, features, names);
    }

    private void embedImages() {
        if (data != null || split != null) {
            throw conflict("--image: found %s too, expected single images or a data set; leave one of the two out"
                    .formatted(data != null ? "--data" : "--split"));
        }
        if (out == null && json) {
            throw conflict("--json: found no --out, which --json describes; add --out embeddings.npy");
        }
        boolean csv = out == null || requireWritable(out);
        List<String> names = images.stream().map(Path::toString).toList();
        Features features;
        try (TrainedEncoder encoder = TrainedEncoder.open(run, best, err()::println)) {
            List<float[]> rows = images.stream().map(encoder::embed).toList();
            int width = rows.getFirst().length;
            float[] values = new float[Math.multiplyExact(rows.size(), width)];
            for (int row = 0; row < rows.size(); row++) {
                System.arraycopy(rows.get(row), 0, values, row * width, width);
            }
            features = Features.unlabeled(values, width);
        }
        if (out == null) {
            CsvWriter.print(out(), rows(features, names));
        } else {
            write(out, csv, features, names);
        }
    }

    /// Whether the output is CSV.
    private boolean requireWritable(Path file) {
        String name = file.toString().toLowerCase(Locale.ROOT);
        if (!name.endsWith(".csv") && !name.endsWith(".npy")) {
            throw new InputException("--out %s: found no known ending, expected .npy or .csv".formatted(file));
        }
        requireFolder("--out", file);
        return name.endsWith(".csv");
    }

    private void write(Path file, boolean csv, Features features, List<String> names) {
        if (csv) {
            CsvWriter.write(file, rows(features, names));
        } else {
            writeNpy(file, features, names);
        }
        if (json) {
            out().println(new Json()
                    .put("file", file.toString())
                    .put("items", features.rows())
                    .put("width", features.width())
                    .put("classes", features.names()));
        } else {
            out().println("%s: %d embeddings of width %d".formatted(file, features.rows(), features.width()));
        }
    }

    private static void writeNpy(Path file, Features features, List<String> names) {
        Npy.write(file, features.values(), features.width());
        String name = String.valueOf(file.getFileName());
        String stem = name.substring(0, name.length() - ".npy".length());
        if (!names.isEmpty()) {
            AtomicFile.write(
                    file.resolveSibling(stem + "_names.txt"),
                    channel -> AtomicFile.writeAll(
                            channel,
                            ByteBuffer.wrap((String.join("\n", names) + "\n").getBytes(StandardCharsets.UTF_8))));
        }
        if (features.classes() != null) {
            Npy.write(file.resolveSibling(stem + "_labels.npy"), features.classes());
        }
    }

    /// The header and a row for each item.
    private static Consumer<CsvWriter> rows(Features features, List<String> names) {
        return csv -> {
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
        };
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
