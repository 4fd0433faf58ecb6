package org.fullrank.cli;

import java.nio.file.Path;
import java.util.List;
import org.fullrank.data.Split;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Natives;
import org.fullrank.export.EmbeddingFormat;
import org.fullrank.probe.Features;
import org.fullrank.text.Numbers;
import org.fullrank.trained.Trained;
import org.fullrank.trained.TrainedEncoder;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Embeds a data set with the encoder of a run.
@Command(
        name = "embed",
        sortOptions = false,
        description = "Embeds a data set or single images with the encoder of a run and writes the embeddings.",
        footer = {
            "",
            "The ending of FILE gives the format:",
            "  .npy             float32 [items, width], for NumPy",
            "  .fbin            the same for DiskANN",
            "  .csv             a row for each item: path, numbers, class",
            "  .parquet         the columns path, embedding (a list of floats) and class",
            "  .jsonl, .ndjson  a JSON object on each line: path, class, embedding",
            "Beside photos.npy or photos.fbin, photos_names.txt has the paths, and photos_labels.npy the classes (-1"
                    + " means no label). The rows are in the order of the paths.",
            "",
            "With --image, the rows are in the order of the options, and no packed file is written. Without --out, the"
                    + " rows are printed as CSV.",
            "",
            "Examples:",
            "  fullrank embed runs/mine --out embeddings.npy",
            "  fullrank embed runs/mine --data photos/ --split test --out test.csv",
            "  fullrank embed runs/mine --out photos.ndjson --bulk photos",
            "  fullrank embed runs/mine --image query.jpg"
        })
final class EmbedCommand extends Job {
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
            description = "The output file. The name of the file must end in .npy, .csv, .parquet, .jsonl, .ndjson or"
                    + " .fbin. Required without --image.")
    private @Nullable Path out;

    @Option(
            names = "--bulk",
            paramLabel = "INDEX",
            description =
                    "Writes an .ndjson or .jsonl file for the _bulk requests of Elasticsearch and OpenSearch, which"
                            + " load it into this index. The path of an image becomes its _id.")
    private @Nullable String bulk;

    @Mixin
    private final EncoderOptions options = new EncoderOptions();

    @Override
    void work() {
        if (!images.isEmpty()) {
            embedImages();
            return;
        }
        if (out == null) {
            throw conflict("--out: found none, expected a file for the embeddings; add --out embeddings.npy");
        }
        requireWritable(out);
        Split wanted = split == null ? Split.TRAIN : Split.named("--split", split);
        Natives.loadEarly();
        Features features;
        try (Trained trained = Trained.open(options.run, new Trained.Reading(data, options.best), err()::println)) {
            var subject = "the %s split".formatted(wanted.label());
            EmbeddingNote.print(err(), subject, options.run, trained.checkpoint(), trained.step());
            features = trained.embed(wanted);
        }
        write(out, features);
    }

    private void embedImages() {
        if (data != null || split != null) {
            throw conflict("--image: found %s too, expected single images or a data set; leave one of the two out"
                    .formatted(data != null ? "--data" : "--split"));
        }
        if (out == null && options.json) {
            throw conflict("--json: found no --out, which --json describes; add --out embeddings.npy");
        }
        if (out != null) {
            requireWritable(out);
        } else if (bulk != null) {
            throw conflict("--bulk: found no --out, expected a file for the _bulk lines; add --out photos.ndjson");
        }
        List<String> paths = images.stream().map(Path::toString).toList();
        Features features;
        try (TrainedEncoder encoder = TrainedEncoder.open(options.run, options.best, err()::println)) {
            List<float[]> rows = images.stream().map(encoder::embed).toList();
            int width = rows.getFirst().length;
            float[] values = new float[Math.multiplyExact(rows.size(), width)];
            for (int row = 0; row < rows.size(); row++) {
                System.arraycopy(rows.get(row), 0, values, row * width, width);
            }
            features = Features.unlabeled(values, width).withPaths(paths);
            var subject = Numbers.count(images.size(), "image");
            EmbeddingNote.print(err(), subject, options.run, encoder.checkpoint(), encoder.step());
        }
        if (out == null) {
            EmbeddingFormat.printCsv(out(), features);
        } else {
            write(out, features);
        }
    }

    private void requireWritable(Path file) {
        EmbeddingFormat format = EmbeddingFormat.of("--out", file);
        if (bulk != null) {
            EmbeddingFormat.requireIndex("--bulk", bulk);
        }
        InputException.when(
                bulk != null && format != EmbeddingFormat.JSON_LINES,
                "--bulk: found --out %s, expected a file that ends in .ndjson or .jsonl; rename it",
                file);
        requireFolder("--out", file);
    }

    private void write(Path file, Features features) {
        if (bulk != null) {
            EmbeddingFormat.writeBulk(file, features, bulk);
        } else {
            EmbeddingFormat.of("--out", file).write(file, features);
        }
        if (options.json) {
            out().println(new Json()
                    .put("file", file.toString())
                    .put("items", features.rows())
                    .put("width", features.width())
                    .put("classes", features.names()));
        } else {
            out().println("%s: %d embeddings of width %d".formatted(file, features.rows(), features.width()));
        }
    }
}
