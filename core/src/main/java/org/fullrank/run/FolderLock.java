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
import java.util.concurrent.locks.LockSupport;
import org.fullrank.engine.InputException;
import org.fullrank.engine.JobException;

/// Prevents two processes from training in one folder. When the process that holds the lock ends, the
/// operating system frees the lock.
final class FolderLock implements AutoCloseable {
    static final String FILE = "run.lock";

    /// Folders that this process has locked. If a process closes any channel on a file, it loses its lock on
    /// this file. So these folders are never tested.
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    /// Number of attempts to take a lock. A test whether a folder is locked holds the lock for a moment, and
    /// a live page tests twice a second.
    private static final int TRIES = 5;

    private static final long TRY_AGAIN_NANOS = 20_000_000;

    private final Path key;
    private final FileChannel channel;

    private FolderLock(Path key, FileChannel channel) {
        this.key = key;
        this.channel = channel;
    }

    /// @throws InputException when another process holds the lock
    static FolderLock take(Path folder) {
        try {
            Path key = folder.toRealPath();
            if (!HELD.add(key)) {
                throw taken(folder);
            }
            FileChannel channel =
                    FileChannel.open(folder.resolve(FILE), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            for (int i = 0; i < TRIES && !Thread.currentThread().isInterrupted(); i++) {
                if (tryLock(channel, false)) {
                    return new FolderLock(key, channel);
                }
                LockSupport.parkNanos(TRY_AGAIN_NANOS);
            }
            HELD.remove(key);
            channel.close();
            throw taken(folder);
        } catch (IOException e) {
            throw new JobException("cannot lock %s: %s; make the folder writable".formatted(folder, e), e);
        }
    }

    /// Whether any process, including this one, trains in the folder.
    static boolean isTaken(Path folder) {
        Path file = folder.resolve(FILE);
        try {
            if (HELD.contains(folder.toRealPath())) {
                return true;
            }
            if (!Files.isReadable(file)) {
                return false;
            }
            // A shared lock, so that several tests do not mistake one another for a training. In this process only one
            // test runs at a time.
            synchronized (HELD) {
                try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
                    return !tryLock(channel, true);
                }
            }
        } catch (IOException e) {
            return false; // the folder vanished meanwhile: nobody trains there
        }
    }

    @SuppressWarnings("try")
    private static boolean tryLock(FileChannel channel, boolean shared) throws IOException {
        try {
            FileLock lock = channel.tryLock(0, Long.MAX_VALUE, shared);
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
