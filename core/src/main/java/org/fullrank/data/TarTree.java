package org.fullrank.data;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.utils.CloseShieldFilterInputStream;
import org.fullrank.file.Inputs;

/// The files in a `.tar`, compressed with gzip or not. It is read as a stream and not unpacked.
///
/// @param root the archive
/// @param gzip whether it is compressed
record TarTree(Path root, boolean gzip) implements Tree {
    @Override
    public String kind() {
        return gzip ? "tar.gz" : "tar";
    }

    @Override
    public boolean randomAccess() {
        return false;
    }

    @Override
    public void each(Visitor visitor) throws IOException {
        try (InputStream raw = Inputs.open(root);
                var tar = new TarArchiveInputStream(raw)) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                if (!entry.isFile() || entry.isSparse() || entry.isLink() || entry.isSymbolicLink()) {
                    continue;
                }
                String path = entry.getName().replace('\\', '/');
                path = path.startsWith("./") ? path.substring(2) : path;
                if (!visitor.file(new Entry(path, entry.getSize(), () -> new CloseShieldFilterInputStream(tar)))) {
                    return;
                }
            }
        } catch (IllegalArgumentException e) {
            throw new IOException("corrupted tar header: " + e.getMessage(), e);
        }
    }

    @Override
    public String stamp() throws IOException {
        return new Stamp().file(root).text();
    }
}
