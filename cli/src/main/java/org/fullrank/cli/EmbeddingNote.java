package org.fullrank.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import org.fullrank.run.UnfinishedRun;

/// Says which checkpoint an embedding uses.
final class EmbeddingNote {
    private EmbeddingNote() {}

    /// Prints the checkpoint, and a warning if the training of the run has not finished.
    ///
    /// @param subject what is embedded, such as `the train split`
    /// @param step of the checkpoint
    static void print(PrintWriter err, String subject, Path run, Path checkpoint, long step) {
        err.println("encoder for %s: %s, step %d".formatted(subject, checkpoint, step));
        UnfinishedRun.warning(run, step).ifPresent(err::println);
    }
}
