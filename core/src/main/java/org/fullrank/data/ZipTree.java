package org.fullrank.data;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/// The files in a `.zip`, sorted by path. They are read in place.
///
/// @param root the archive
record ZipTree(Path root) implements Tree {
    @Override
    public String kind() {
        return "zip";
    }

    /// The archive is open only while it is visited.
    @Override
    public boolean randomAccess() {
        return false;
    }

    @Override
    public void each(Visitor visitor) throws IOException {
        try (var zip = new ZipFile(root.toFile())) {
            List<ZipEntry> entries = new ArrayList<>();
            zip.stream().filter(e -> !e.isDirectory()).forEach(entries::add);
            entries.sort(Comparator.comparing(ZipEntry::getName));
            for (ZipEntry entry : entries) {
                String path = entry.getName().replace('\\', '/');
                if (!visitor.file(new Entry(path, entry.getSize(), () -> zip.getInputStream(entry)))) {
                    return;
                }
            }
        } catch (IllegalArgumentException e) {
            throw new IOException("a name in it is not valid UTF-8", e);
        }
    }

    @Override
    public String stamp() throws IOException {
        return new Stamp().file(root).text();
    }
}
