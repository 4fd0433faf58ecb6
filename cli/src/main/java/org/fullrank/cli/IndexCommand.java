package org.fullrank.cli;

import java.nio.file.Path;
import java.util.List;
import org.fullrank.engine.Threads;
import org.fullrank.search.IndexSettings;
import org.fullrank.search.VectorIndex;
import org.fullrank.text.Numbers;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Builds an index of embeddings, or deletes rows of one.
@Command(
        name = "index",
        sortOptions = false,
        description = "Builds an index of embeddings on disk for fullrank search.",
        footer = {
            "",
            "RUN is a run folder: its encoder embeds a data set. FILE contains a matrix [N, D]: .npy, .npz,"
                    + " .safetensors, .csv, .parquet, .fbin or JSON lines. Names and classes are read as fullrank embed"
                    + " writes them.",
            "Rows are scaled to length 1, because a search compares by cosine. The command prints recall@10: the"
                    + " share of the true nearest neighbors that searches find.",
            "With 8 or 4 bits, a search reads a quantized copy of the vectors, which needs less memory. The folder"
                    + " becomes larger, because the best candidates are compared again in full.",
            "docs/how-to/search.md has more.",
            "",
            "Examples:",
            "  fullrank index runs/mine --out idx",
            "  fullrank index embeddings.npy --out idx --bits 4",
            "  fullrank index idx --delete photos/old.jpg --delete '#17'"
        })
final class IndexCommand extends Job {
    @Parameters(
            paramLabel = "RUN|FILE",
            description = "A run folder or a file of embeddings. With --delete, the folder of an index.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    Path subject;

    @Option(names = "--out", paramLabel = "DIR", description = "The folder of the index. Required without --delete.")
    @Nullable
    Path out;

    @Option(names = "--data", paramLabel = "PATH", description = "Data that the run embeds. Default: its own data.")
    @Nullable
    String data;

    @Option(
            names = "--split",
            paramLabel = "SPLIT",
            description = "train, validation, test or unlabeled. Default: train.")
    @Nullable
    String split;

    @Option(
            names = "--best",
            description = "Uses the checkpoint with the best score during training instead of the latest checkpoint.")
    boolean best;

    @Option(
            names = "--bits",
            paramLabel = "N",
            defaultValue = "" + IndexSettings.BITS,
            description =
                    "32, 8 or 4 bits for each number of the vectors that are searched. Default:" + " ${DEFAULT-VALUE}.")
    int bits;

    @Option(
            names = "--neighbors",
            paramLabel = "N",
            defaultValue = "" + IndexSettings.NEIGHBORS,
            description = "Links of a row in the graph. More links raise the recall, the time and the size."
                    + " Default: ${DEFAULT-VALUE}.")
    int neighbors;

    @Option(
            names = "--beam",
            paramLabel = "N",
            defaultValue = "" + IndexSettings.BEAM,
            description = "Candidates that are kept while a row is linked. More candidates raise the recall and the"
                    + " time of the build. Default: ${DEFAULT-VALUE}.")
    int beam;

    @Option(
            names = "--threads",
            paramLabel = "N",
            defaultValue = "0",
            description = "Threads of the build. With 1, each build gives the same index. Default: all processors.")
    int threads;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "0",
            description = "Seed of the rotation before a quantization, and of the rows whose recall is measured."
                    + " Default: ${DEFAULT-VALUE}.")
    long seed;

    @Option(names = "--force", description = "Replaces an index in DIR. Nothing else is ever replaced.")
    boolean force;

    @Option(
            names = "--delete",
            paramLabel = "NAME",
            description = "Deletes a row of an index: its name, or its number as '#17'. You can give this option"
                    + " several times.")
    List<String> deleted = List.of();

    @Option(names = "--json", description = "Prints the result as one JSON object.")
    boolean json;

    @Override
    void work() {
        SearchOutput.quiet();
        if (!deleted.isEmpty()) {
            delete();
            return;
        }
        if (out == null) {
            throw conflict("--out: found none, expected a folder for the index; add --out idx");
        }
        requireFolder("--out", out);
        var settings = new IndexSettings(bits, neighbors, beam, seed, Threads.resolve(threads));
        Threads.use(settings.threads());
        new IndexWork(this).build(out, settings);
    }

    private void delete() {
        if (out != null || isGiven("--data") || isGiven("--split")) {
            throw conflict("--delete: found options of a build too, expected only the folder of an index; leave them"
                    + " out");
        }
        int count = VectorIndex.delete(subject, deleted);
        int left;
        try (VectorIndex index = VectorIndex.open(subject)) {
            left = index.rows();
        }
        if (json) {
            out().println(new Json()
                    .put("folder", subject.toString())
                    .put("deleted", count)
                    .put("rows", left));
        } else {
            out().println("%s: deleted %s; %,d left".formatted(subject, Numbers.count(count, "row"), left));
        }
    }
}
