package org.fullrank.data;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;

/// The files of a folder or an archive.
sealed interface Tree permits FileTree, FolderTree, ShardTree, TarTree, ZipTree {
    /// `folder`, `tar`, `tar.gz`, `shards` or `zip`.
    String kind();

    Path root();

    /// Whether the content of an [Entry] may be opened at any time and from any thread. If not, the content
    /// may be opened only during the visit of the file.
    boolean randomAccess();

    /// Visits the files until the visitor stops. The order is sorted if access is random. Otherwise it is the
    /// stored order.
    void each(Visitor visitor) throws IOException;

    /// A short text with the names, sizes and times of the files.
    String stamp() throws IOException;

    /// The split and the class of each of these files, by their place.
    default List<Layout.Place> places(List<String> files) {
        Layout layout = Layout.of(files);
        return files.stream().map(layout::place).toList();
    }

    /// A file of the tree.
    ///
    /// @param path relative to the root, with `/`
    /// @param size number of bytes, according to the archive
    record Entry(String path, long size, Content content) {
        /// The last part of the path.
        String name() {
            return path.substring(path.lastIndexOf('/') + 1);
        }

        /// Whether the file is hidden from users: `.DS_Store`, `._x.jpg`, `__MACOSX/`.
        boolean hidden() {
            return path.startsWith(".") || path.contains("/.") || path.startsWith("__MACOSX/");
        }
    }

    /// Opens the bytes of a file; the caller closes them.
    interface Content {
        InputStream open() throws IOException;
    }

    /// Receives files.
    interface Visitor {
        /// Returns false to stop.
        boolean file(Entry entry) throws IOException;

        /// Notes a member of the tree that cannot be read as a file.
        default void unread(String path, String reason) throws IOException {}
    }
}
