package org.fullrank.data;

import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.utils.CloseShieldFilterInputStream;
import org.fullrank.file.Inputs;

/// The files in a `.tar`, with or without gzip, read as a stream. Nothing is unpacked. A hard or symbolic
/// link stands for the file that it names. Links are visited after all other files.
///
/// @param root the archive
/// @param gzip whether the archive is compressed
record TarTree(Path root, boolean gzip) implements Tree {
    /// Largest number of links that lead from one to the next. More links form a loop.
    private static final int MOST_LINKS = 40;

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
        Map<String, String> links = new LinkedHashMap<>();
        Set<String> files = new HashSet<>();
        boolean whole = walk((path, entry, tar) -> {
            if (entry.isLink() || entry.isSymbolicLink()) {
                String target = plain(entry.getLinkName());
                links.put(path, entry.isLink() ? target : beside(path, target));
                return true;
            }
            files.add(path);
            return visitor.file(new Entry(path, entry.getRealSize(), () -> new CloseShieldFilterInputStream(tar)));
        });
        if (whole && !links.isEmpty()) {
            follow(links, files, visitor);
        }
    }

    /// Visits each link under its own name, in a second pass over the archive.
    private void follow(Map<String, String> links, Set<String> files, Visitor visitor) throws IOException {
        Map<String, List<String>> names = new HashMap<>();
        for (Map.Entry<String, String> link : links.entrySet()) {
            String target = link.getValue();
            for (int i = 0; i < MOST_LINKS && links.containsKey(target); i++) {
                target = links.get(target);
            }
            if (files.contains(target)) {
                names.computeIfAbsent(target, _ -> new ArrayList<>()).add(link.getKey());
            } else {
                visitor.unread(link.getKey(), "it is a link to " + link.getValue() + ", which the archive lacks");
            }
        }
        walk((path, entry, tar) -> {
            List<String> wanted = names.remove(path);
            if (wanted != null && entry.getRealSize() <= ImagePacker.MAX_ENCODED_BYTES) {
                byte[] content = tar.readAllBytes();
                for (String link : wanted) {
                    if (!visitor.file(new Entry(link, content.length, () -> new ByteArrayInputStream(content)))) {
                        return false;
                    }
                }
            } else if (wanted != null) {
                for (String link : wanted) {
                    visitor.unread(link, "it is a link to a file of " + entry.getRealSize() + " bytes");
                }
            }
            return !names.isEmpty();
        });
    }

    private interface Step {
        /// Returns false to stop.
        boolean entry(String path, TarArchiveEntry entry, TarArchiveInputStream tar) throws IOException;
    }

    /// Visits files and links one by one.
    ///
    /// @return whether the end was reached
    /// @throws IOException when the archive is cut off
    private boolean walk(Step step) throws IOException {
        try (var raw = new Tail(Inputs.open(root));
                var tar = new TarArchiveInputStream(raw)) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                boolean link = entry.isLink() || entry.isSymbolicLink();
                if (plain(entry.getName()).isEmpty()) {
                    throw new IOException("corrupted tar header: a file without a name");
                }
                if ((link || entry.isFile()) && !step.entry(plain(entry.getName()), entry, tar)) {
                    return false;
                }
            }
            raw.requireEndMark();
            return true;
        } catch (IllegalArgumentException e) {
            throw new IOException("corrupted tar header: " + e.getMessage(), e);
        }
    }

    private static String plain(String name) {
        String path = name.replace('\\', '/');
        return path.startsWith("./") ? path.substring(2) : path;
    }

    /// The target of a symbolic link, which is relative to the folder of the link.
    private static String beside(String link, String target) {
        Path folder = Path.of("/" + link).getParent();
        return folder == null
                ? target
                : folder.resolve(target).normalize().toString().substring(1);
    }

    /// Keeps the last block. A complete archive ends with a block of zeros.
    private static final class Tail extends FilterInputStream {
        private static final int BLOCK = 512;
        private long count;
        private long zeros; // at the end so far, at most [#BLOCK] of each reading

        Tail(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            int value = super.read();
            if (value >= 0) {
                count++;
                zeros = value == 0 ? zeros + 1 : 0;
            }
            return value;
        }

        @Override
        public int read(byte[] into, int from, int length) throws IOException {
            int read = super.read(into, from, length);
            int last = Math.min(BLOCK, Math.max(0, read)); // more zeros than a block say nothing more
            int some = 0;
            while (some < last && into[from + read - 1 - some] == 0) {
                some++;
            }
            zeros = some == last ? zeros + some : some;
            count += Math.max(0, read);
            return read;
        }

        @Override
        public long skip(long bytes) throws IOException {
            long skipped = super.skip(bytes);
            count += skipped;
            zeros = 0;
            return skipped;
        }

        @Override
        public boolean markSupported() {
            return false;
        }

        void requireEndMark() throws IOException {
            if (count % BLOCK != 0 || zeros < BLOCK) {
                throw new IOException("it is cut off: the two empty blocks at the end of a tar are missing");
            }
        }
    }

    @Override
    public String stamp() throws IOException {
        return new Stamp().file(root).text();
    }
}
