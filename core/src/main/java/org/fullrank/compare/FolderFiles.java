package org.fullrank.compare;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.fullrank.engine.JobException;

/// Lets several processes share the folder of a comparison. Only one process at a time writes the files that
/// belong to all runs.
final class FolderFiles {
    private static final String LOCK = "compare.lock";

    private FolderFiles() {}

    /// Runs `body` while no other process runs one. If necessary, it waits.
    @SuppressWarnings("try")
    static void locked(Path folder, Runnable body) {
        Path file = folder.resolve(LOCK);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock lock = channel.lock()) {
            body.run();
        } catch (IOException e) {
            throw new JobException("cannot lock %s: %s; make the folder writable".formatted(file, e), e);
        }
    }
}
