package org.fullrank.search;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.fullrank.engine.InputException;
import org.fullrank.engine.JobException;

/// A folder that is written beside its final place and then moved there. So a build that fails or is killed
/// leaves no half index under the name. The rest of a killed build is removed by the next one.
final class FreshFolder implements AutoCloseable {
    private static final String LOCK = "build.lock";

    private final Path target;
    private final Path part;
    private final FileChannel lock;
    private boolean published;

    private FreshFolder(Path target, Path part, FileChannel lock) {
        this.target = target;
        this.part = part;
        this.lock = lock;
    }

    /// Begins a folder.
    ///
    /// @param target its final place
    /// @param replace whether an index there is replaced
    /// @throws InputException when something is there that is not an index, or an index that must not be
    ///     replaced, or when another process builds there
    /// @throws JobException when the folder cannot be written
    static FreshFolder beside(Path target, boolean replace) {
        Path place = target.toAbsolutePath().normalize();
        restore(target, place);
        requireReplaceable(target, replace);
        Path part = place.resolveSibling("." + place.getFileName() + ".part");
        try {
            Files.createDirectories(part);
            FileChannel lock =
                    FileChannel.open(part.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (!tryLock(lock)) {
                lock.close();
                throw new InputException(
                        "index %s: found another process that builds it, expected none; wait for it".formatted(target));
            }
            clean(part);
            return new FreshFolder(place, part, lock);
        } catch (IOException e) {
            throw unwritable(target, e);
        }
    }

    /// The folder to write into.
    Path path() {
        return part;
    }

    /// Moves the folder to its final place.
    void publish() {
        try {
            Path old = old(target);
            if (Files.exists(target)) {
                delete(old);
                Files.move(target, old, StandardCopyOption.ATOMIC_MOVE);
            }
            Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
            published = true;
            Files.deleteIfExists(target.resolve(LOCK)); // held until here, so that no other build begins in between
            lock.close();
            delete(old);
        } catch (IOException e) {
            throw unwritable(target, e);
        }
    }

    /// Removes the folder if it was not published.
    @Override
    public void close() {
        try {
            lock.close();
            if (!published) {
                delete(part);
            }
        } catch (IOException e) {
            throw unwritable(target, e);
        }
    }

    /// Where an index is while it is replaced.
    private static Path old(Path place) {
        return place.resolveSibling("." + place.getFileName() + ".old");
    }

    /// Brings back an index whose replacement was killed between the two moves.
    private static void restore(Path target, Path place) {
        try {
            if (!Files.exists(place) && Files.exists(old(place).resolve(IndexCard.FILE))) {
                Files.move(old(place), place, StandardCopyOption.ATOMIC_MOVE);
            }
        } catch (IOException e) {
            throw unwritable(target, e);
        }
    }

    static void requireReplaceable(Path target, boolean replace) {
        if (!Files.exists(target)) {
            return;
        }
        boolean index = Files.exists(target.resolve(IndexCard.FILE));
        InputException.unless(
                index,
                "index %s: found %s, expected nothing there or an older index; name another folder",
                target,
                Files.isDirectory(target) ? "a folder that is not an index" : "a file");
        InputException.unless(
                replace, "index %s: found an index, expected nothing there; replace it with --force", target);
    }

    @SuppressWarnings("try")
    private static boolean tryLock(FileChannel channel) throws IOException {
        try {
            FileLock lock = channel.tryLock(); // freed with its channel
            return lock != null;
        } catch (OverlappingFileLockException e) {
            return false;
        }
    }

    private static void clean(Path part) throws IOException {
        try (Stream<Path> files = Files.list(part)) {
            for (Path file : files.filter(file -> !file.endsWith(LOCK)).toList()) {
                delete(file);
            }
        }
    }

    /// Deletes a file or a folder with all that is in it, if it exists.
    static void delete(Path path) throws IOException {
        if (!Files.exists(path)) {
            return;
        }
        List<Path> all;
        try (Stream<Path> files = Files.walk(path)) {
            all = files.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path file : all) {
            Files.deleteIfExists(file);
        }
    }

    private static JobException unwritable(Path target, IOException e) {
        return new JobException(
                "index %s: cannot be written (%s); make its folder writable, or free space".formatted(target, e), e);
    }
}
