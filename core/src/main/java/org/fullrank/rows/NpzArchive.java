package org.fullrank.rows;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.fullrank.engine.InputException;
import org.fullrank.file.Npy;
import org.fullrank.file.NpyText;
import org.fullrank.text.Numbers;
import org.jspecify.annotations.Nullable;

/// The arrays of an `.npz` file. An `.npz` file is a zip of `.npy` files, compressed or not. An array in C
/// order is unpacked while it is read. An array in Fortran order is first unpacked to a temporary file.
record NpzArchive(Path file) implements Archive {
    /// An archive with more entries is refused, because it is not a set of arrays.
    private static final int MOST_ENTRIES = 10_000;

    private static final String ENDING = ".npy";
    private static final int PIECE = 1 << 16;

    /// Largest possible compression ratio of Deflate. If a header claims a higher ratio, it is wrong.
    private static final long MOST_EXPANSION = 1032;

    /// Names of the arrays, and of the entries that cannot be read as arrays.
    private record Contents(SequencedMap<String, List<Long>> shapes, List<String> others) {}

    private interface Work<T extends @Nullable Object> {
        T get() throws IOException;
    }

    @Override
    public String name() {
        return "NumPy archive " + file;
    }

    @Override
    public SequencedMap<String, List<Long>> shapes() {
        return contents().shapes;
    }

    @Override
    public List<String> others() {
        return contents().others;
    }

    private Contents contents() {
        return guarded(() -> {
            try (var zip = new ZipFile(file.toFile())) {
                requireFew(zip);
                var contents = new Contents(new LinkedHashMap<>(), new ArrayList<>());
                for (ZipEntry entry : zip.stream().toList()) {
                    add(zip, entry, contents);
                }
                return contents;
            }
        });
    }

    private void add(ZipFile zip, ZipEntry entry, Contents contents) throws IOException {
        String name = entry.getName();
        if (!name.endsWith(ENDING)) {
            contents.others.add(name);
            return;
        }
        String array = name.substring(0, name.length() - ENDING.length());
        try (InputStream in = zip.getInputStream(entry)) {
            String header = Npy.headerText(in, name(), most(entry));
            if (NpyText.matches(header)) {
                contents.others.add(array + " (texts)");
            } else {
                contents.shapes.put(
                        array, Npy.header(header, name(), most(entry)).shape());
            }
        } catch (InputException e) {
            contents.others.add(array + " (no plain numbers)"); // such as pickled objects
        }
    }

    @Override
    public String @Nullable [] texts() {
        return guarded(() -> {
            try (var zip = new ZipFile(file.toFile())) {
                List<String> arrays = zip.stream()
                        .map(ZipEntry::getName)
                        .filter(name -> name.endsWith(ENDING))
                        .map(name -> name.substring(0, name.length() - ENDING.length()))
                        .toList();
                for (String name : Archive.labelNames(arrays)) {
                    ZipEntry entry = Objects.requireNonNull(zip.getEntry(name + ENDING));
                    String subject = "%s, array %s".formatted(name(), name);
                    try (InputStream in = zip.getInputStream(entry)) {
                        String header = Npy.headerText(in, subject, most(entry));
                        if (NpyText.matches(header)) {
                            return NpyText.of(header, subject, most(entry)).read(in);
                        }
                    }
                }
                return null;
            }
        });
    }

    @Override
    public RowStream open(String array, boolean vector) {
        String name = "%s, array %s".formatted(name(), array);
        return guarded(() -> {
            var zip = new ZipFile(file.toFile());
            try {
                ZipEntry entry = Objects.requireNonNull(zip.getEntry(array + ENDING));
                InputStream in = zip.getInputStream(entry);
                Npy.Header header = Npy.header(in, name, most(entry));
                ArrayLayout layout = ArrayLayout.of(name, Cells.of(header), header.shape(), header.fortran(), vector);
                if (!layout.fortran()) {
                    return ArrayRows.byRows(layout, new Unpacked(zip, in));
                }
                try (zip) {
                    return ArrayRows.byColumns(layout, spilled(layout, in), 0);
                }
            } catch (RuntimeException | IOException e) {
                zip.close();
                throw e;
            }
        });
    }

    /// A temporary file with the numbers. It is deleted when it is closed.
    private static FileChannel spilled(ArrayLayout layout, InputStream in) throws IOException {
        Path temporary = Files.createTempFile("fullrank", ENDING);
        FileChannel channel = FileChannel.open(
                temporary, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.DELETE_ON_CLOSE);
        try {
            Path folder = temporary.toAbsolutePath().getParent();
            long free = Files.getFileStore(Objects.requireNonNull(folder)).getUsableSpace();
            if (free < layout.bytes()) {
                throw new InputException("%s: is in Fortran order and unpacks to %s in %s, which has %s free; %s"
                        .formatted(
                                layout.name(),
                                Numbers.bytes(layout.bytes()),
                                folder,
                                Numbers.bytes(free),
                                "save it with numpy.ascontiguousarray"));
            }
            byte[] piece = new byte[PIECE];
            for (long left = layout.bytes(); left > 0; ) {
                int count = in.read(piece, 0, (int) Math.min(PIECE, left));
                if (count < 0) {
                    throw new EOFException();
                }
                channel.write(ByteBuffer.wrap(piece, 0, count));
                left -= count;
            }
            return channel;
        } catch (RuntimeException | IOException e) {
            channel.close();
            throw e;
        }
    }

    private void requireFew(ZipFile zip) {
        if (zip.size() > MOST_ENTRIES) {
            throw new InputException("%s: found %d entries, expected at most %d; save embeddings in one array"
                    .formatted(name(), zip.size(), MOST_ENTRIES));
        }
    }

    private long most(ZipEntry entry) throws IOException {
        return Math.min(entry.getSize(), Files.size(file) * MOST_EXPANSION);
    }

    private <T extends @Nullable Object> T guarded(Work<T> work) {
        try {
            return work.get();
        } catch (EOFException e) {
            throw new InputException(name() + ": ends early, expected whole arrays; get the file again", e);
        } catch (IOException | IllegalArgumentException e) { // the latter for names that are not UTF-8
            throw new InputException(
                    "%s: cannot be read (%s), expected a zip of .npy files; save it with numpy.savez"
                            .formatted(name(), e.getMessage()),
                    e);
        }
    }

    /// The bytes of an entry. Closing them closes the archive.
    private record Unpacked(ZipFile zip, InputStream in, byte[] piece) implements ReadableByteChannel {
        Unpacked(ZipFile zip, InputStream in) {
            this(zip, in, new byte[PIECE]);
        }

        @Override
        public int read(ByteBuffer into) throws IOException {
            int count = in.read(piece, 0, Math.min(PIECE, into.remaining()));
            if (count > 0) {
                into.put(piece, 0, count);
            }
            return count;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() throws IOException {
            zip.close();
        }
    }
}
