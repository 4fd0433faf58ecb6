package org.fullrank.data;

import java.io.File;
import java.io.IOException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import org.fullrank.engine.InputException;
import org.fullrank.file.Inputs;

/// The files below a folder, sorted by path. Symbolic links are followed.
final class FolderTree implements Tree {
    private final Path root;
    private final List<Listed> files = new ArrayList<>();

    private record Listed(String path, long size, long time) {}

    /// Lists the folder.
    ///
    /// @throws InputException when symbolic links form a loop or a folder below cannot be read
    FolderTree(Path root) throws IOException {
        this.root = root;
        Files.walkFileTree(root, EnumSet.of(FileVisitOption.FOLLOW_LINKS), Integer.MAX_VALUE, new Lister());
        files.sort(Comparator.comparing(Listed::path));
    }

    @Override
    public String kind() {
        return "folder";
    }

    @Override
    public Path root() {
        return root;
    }

    @Override
    public boolean randomAccess() {
        return true;
    }

    int size() {
        return files.size();
    }

    @Override
    public void each(Visitor visitor) throws IOException {
        for (Listed file : files) {
            Path path = root.resolve(file.path());
            if (!visitor.file(new Entry(file.path(), file.size(), () -> Files.newInputStream(path)))) {
                return;
            }
        }
    }

    @Override
    public String stamp() {
        var stamp = new Stamp();
        files.forEach(file -> stamp.file(file.path(), file.size(), file.time()));
        return stamp.text();
    }

    /// Collects regular files and broken links; devices and pipes are ignored.
    private final class Lister extends SimpleFileVisitor<Path> {
        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (attributes.isRegularFile() || attributes.isSymbolicLink()) {
                String path = root.relativize(file).toString().replace(File.separatorChar, '/');
                files.add(new Listed(
                        path, attributes.size(), attributes.lastModifiedTime().toMillis()));
            }
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException e) {
            if (e instanceof FileSystemLoopException) {
                throw new InputException(
                        "data folder " + root + ": " + file
                                + " is a symbolic link to a folder above it, expected a tree; remove the link",
                        e);
            }
            throw new InputException(
                    "data folder " + root + ": " + file + " cannot be read (" + Inputs.reason(e)
                            + "); correct its permissions or remove it",
                    e);
        }
    }
}
