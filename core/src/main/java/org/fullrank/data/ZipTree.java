package org.fullrank.data;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/// The files in a `.zip`, sorted by path. The files are read without unpacking the archive.
///
/// @param root the archive
record ZipTree(Path root) implements Tree {
    private static final Charset DOS = Charset.forName("IBM437");

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
        try (var zip = open()) {
            List<ZipEntry> entries = new ArrayList<>();
            zip.stream().filter(e -> !e.isDirectory()).forEach(entries::add);
            entries.sort(Comparator.comparing(ZipEntry::getName));
            for (ZipEntry entry : entries) {
                String path = entry.getName().replace('\\', '/');
                if (!visitor.file(new Entry(path, entry.getSize(), () -> new Member(zip, entry)))) {
                    return;
                }
            }
        }
    }

    /// Names are in UTF-8, or else in the code page of DOS, which old programs use.
    private ZipFile open() throws IOException {
        try {
            return new ZipFile(root.toFile());
        } catch (ZipException notUtf8) {
            try {
                return new ZipFile(root.toFile(), DOS);
            } catch (ZipException damaged) {
                throw notUtf8;
            }
        }
    }

    /// A member whose checksum is checked at its end. The JDK's class does not check it.
    private static final class Member extends CheckedInputStream {
        private final ZipEntry entry;

        Member(ZipFile zip, ZipEntry entry) throws IOException {
            super(zip.getInputStream(entry), new CRC32());
            this.entry = entry;
        }

        @Override
        public int read() throws IOException {
            return ended(super.read());
        }

        @Override
        public int read(byte[] into, int from, int length) throws IOException {
            return ended(super.read(into, from, length));
        }

        private int ended(int read) throws IOException {
            if (read < 0
                    && entry.getCrc() >= 0
                    && entry.getCrc() != getChecksum().getValue()) {
                throw new ZipException(entry.getName() + " has not the checksum that the archive has for it");
            }
            return read;
        }
    }

    @Override
    public String stamp() throws IOException {
        return new Stamp().file(root).text();
    }
}
