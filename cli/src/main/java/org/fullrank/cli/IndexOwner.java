package org.fullrank.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.fullrank.engine.InputException;
import org.fullrank.search.IndexCard;
import org.fullrank.search.VectorIndex;
import org.fullrank.trained.TrainedEncoder;

/// Opens the index of a run.
final class IndexOwner {
    private IndexOwner() {}

    /// Opens an index for queries that an encoder embeds.
    ///
    /// @param notes gets a line if the index may hold embeddings of another encoder
    /// @throws InputException when the index is of another run
    static VectorIndex open(Path folder, Path run, TrainedEncoder encoder, PrintWriter notes) {
        VectorIndex index = VectorIndex.open(folder);
        IndexCard.Source source = index.card().source();
        String owner = source.run();
        if (owner == null) {
            notes.println("warning: index %s was built from %s; its vectors must be embeddings of %s"
                    .formatted(folder, source.text(), run));
        } else if (!isSame(Path.of(owner), run)) {
            index.close();
            throw new InputException("--index %s: found an index of run %s, expected one of run %s; build it again"
                    .formatted(folder, owner, run));
        } else {
            noteCheckpoint(source, encoder, notes);
        }
        return index;
    }

    /// Notes if the encoder embeds queries with another checkpoint than the one that the index was built with.
    static void noteCheckpoint(IndexCard.Source source, TrainedEncoder encoder, PrintWriter notes) {
        String checkpoint = String.valueOf(encoder.checkpoint().getFileName());
        if (!checkpoint.equals(source.checkpoint())) {
            notes.println(
                    "warning: the index was built with checkpoint %s, but queries are embedded with checkpoint %s; build the"
                                    .formatted(source.checkpoint(), checkpoint)
                            + " index again");
        }
    }

    /// Whether two paths lead to the same folder. A run that was moved has the same name.
    private static boolean isSame(Path owner, Path run) {
        try {
            return Files.exists(owner)
                    ? Files.isSameFile(owner, run)
                    : owner.getFileName()
                            .equals(run.toAbsolutePath().normalize().getFileName());
        } catch (IOException e) {
            return false;
        }
    }
}
