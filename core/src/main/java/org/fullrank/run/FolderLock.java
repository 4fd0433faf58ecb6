package org.fullrank.run;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.fullrank.engine.InputException;
import org.fullrank.engine.JobException;

/// Keeps two processes from training in one folder. The operating system frees the lock when its process dies.
final class FolderLock implements AutoCloseable {
    static final String FILE = "run.lock";

    /// Closing any channel on a file drops this process's lock on it, so folders held by this process are never probed.
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private final Path key;
    private final FileChannel channel;

    private FolderLock(Path key, FileChannel channel) {
        this.key = key;
        this.channel = channel;
    }

    /// @throws InputException when the folder is taken
    static FolderLock take(Path folder) {
        try {
            Path key = folder.toRealPath();
            if (!HELD.add(key)) {
                throw taken(folder);
            }
            FileChannel channel =
                    FileChannel.open(folder.resolve(FILE), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (tryLock(channel)) {
                return new FolderLock(key, channel);
            }
            HELD.remove(key);
            channel.close();
            throw taken(folder);
        } catch (IOException e) {
            throw new JobException("cannot lock %s: %s; make the folder writable".formatted(folder, e), e);
        }
    }

    /// Whether some process, this one included, trains in the folder.
    static boolean isTaken(Path folder) {
        Path file = folder.resolve(FILE);
        try {
            if (HELD.contains(folder.toRealPath())) {
                return true;
            }
            if (!Files.isWritable(file)) {
                return false;
            }
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                return !tryLock(channel);
            }
        } catch (IOException e) {
            return false; // the folder vanished meanwhile: nobody trains there
        }
    }

    @SuppressWarnings("try")
    private static boolean tryLock(FileChannel channel) throws IOException {
        try {
            FileLock lock = channel.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException e) {
            return false;
        }
    }

    private static InputException taken(Path folder) {
        return new InputException(
                "run folder %s: found another process training in it, expected none; wait for it,".formatted(folder)
                        + " stop it, or choose another folder with --out");
    }

    @Override
    public void close() {
        HELD.remove(key);
        try {
            channel.close();
        } catch (IOException e) {
            throw new JobException("cannot release the lock of " + key + ": " + e, e);
        }
    }
}
