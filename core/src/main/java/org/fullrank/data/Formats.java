package org.fullrank.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.fullrank.engine.InputException;

/// Finds out what a path holds by looking at the content; names only decide between formats that look alike.
final class Formats {
    private static final int HEAD_BYTES = 512;

    private Formats() {}

    /// The source for a path.
    ///
    /// @throws InputException when nothing is there, or nothing that can be read
    static Source detect(DataSpec spec) throws IOException {
        if (spec.path().equals(ShapesSource.NAME)) {
            return ShapesSource.standard();
        }
        Path path = Path.of(spec.path());
        if (!Files.exists(path)) {
            throw new InputException("data path " + path + " does not exist, expected a file, a folder or the name "
                    + ShapesSource.NAME + "; correct --data");
        }
        if (Files.isDirectory(path)) {
            return folder(path, spec);
        }
        if (!Files.isRegularFile(path)) {
            throw new InputException(
                    "data path " + path + " is a device or a pipe, expected a file or a folder; correct --data");
        }
        return file(path, spec);
    }

    private static Source folder(Path path, DataSpec spec) throws IOException {
        var tree = new FolderTree(path);
        List<Path> idx = new ArrayList<>();
        tree.each(entry -> {
            Path file = path.resolve(entry.path());
            if (entry.path().indexOf('/') >= 0 || entry.hidden() || ImageSource.named(entry.name())) {
                return true;
            }
            if (IdxSource.matches(Inputs.head(file, 4))) {
                idx.add(file);
            }
            return true;
        });
        return idx.isEmpty() ? new ImageSource(tree, spec) : IdxSource.ofFiles(path, idx);
    }

    private static Source file(Path path, DataSpec spec) throws IOException {
        byte[] head = Inputs.head(path, HEAD_BYTES);
        if (IdxSource.matches(head)) {
            return IdxSource.ofFile(path);
        }
        if (isTar(head)) {
            return new ImageSource(new TarTree(path, Inputs.isGzip(path)), spec);
        }
        if (head.length >= 4 && head[0] == 'P' && head[1] == 'K') {
            return new ImageSource(new ZipTree(path), spec);
        }
        throw new InputException("data path " + path + " is of no known format; see the list of formats in the manual");
    }

    private static boolean isTar(byte[] head) {
        return head.length >= 262
                && head[257] == 'u'
                && head[258] == 's'
                && head[259] == 't'
                && head[260] == 'a'
                && head[261] == 'r';
    }
}
