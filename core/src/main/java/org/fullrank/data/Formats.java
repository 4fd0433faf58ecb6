package org.fullrank.data;

import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.fullrank.engine.InputException;
import org.fullrank.file.Inputs;
import org.fullrank.file.Npy;
import org.fullrank.image.ImageFormat;
import org.jspecify.annotations.Nullable;

/// Recognizes the format of a path by its content. File names only decide between formats that look alike.
final class Formats {
    private static final int HEAD_BYTES = 512;

    private static final String KNOWN = "a folder or archive (.tar, .tar.gz, .zip) of images, shards of a"
            + " WebDataset, Parquet of images, IDX, CIFAR or STL-10 binaries, .npy, .npz, .ts or CSV";

    private Formats() {}

    /// The source for a path.
    ///
    /// @throws InputException when the path does not exist, or contains nothing that can be read
    static DataSource detect(DataSpec spec) throws IOException {
        if (spec.path().equals(ShapesSource.NAME)) {
            return ShapesSource.standard();
        }
        Path path = path(spec.path());
        if (!Files.exists(path)) {
            throw new InputException("data path " + path + " does not exist, expected a file, a folder or the name "
                    + ShapesSource.NAME + "; correct --data");
        }
        if (Files.isDirectory(path)) {
            var folder = new FolderTree(path);
            return folder(folder, spec)
                    .orElseThrow(() -> unknown(
                            path, folder.size() == 0 ? "no files" : folder.size() + " files of no known format"));
        }
        if (!Files.isRegularFile(path)) {
            throw new InputException(
                    "data path " + path + " is a device or a pipe, expected a file or a folder; correct --data");
        }
        return file(path, spec);
    }

    private static Path path(String text) {
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            throw new InputException("data path '" + text.replaceAll("\\p{Cntrl}", "?")
                    + "' is no path of this system, expected a file, a folder or the name " + ShapesSource.NAME
                    + "; correct --data");
        }
    }

    private static DataSource file(Path path, DataSpec spec) throws IOException {
        byte[] head = Inputs.head(path, HEAD_BYTES);
        if (head.length == 0) {
            throw unknown(path, "no bytes");
        }
        if (IdxSource.matches(head)) {
            return IdxSource.ofFile(path);
        }
        if (Npy.matches(head)) {
            return NumpySource.of(new FileTree(path), spec);
        }
        if (ParquetSource.matches(head)) {
            return ParquetSource.ofFile(path, spec);
        }
        if (isTar(head)) {
            return tree(new TarTree(path, Inputs.isGzip(path)), spec)
                    .orElseThrow(() -> unknown(path, "an archive without files of a known format"));
        }
        if (head.length >= 4 && head[0] == 'P' && head[1] == 'K') {
            return tree(new ZipTree(path), spec)
                    .orElseThrow(() -> unknown(path, "an archive without files of a known format"));
        }
        if (ImageFormat.of(head).isPresent()) {
            throw unknown(path, "a single image");
        }
        if (StlSource.matches(path.getFileName().toString())) {
            return new StlSource(new FileTree(path));
        }
        if (CifarSource.matches(path.getFileName().toString(), Files.size(path))) {
            return new CifarSource(
                    new FileTree(path), CifarSource.classesOf(path.getFileName().toString(), length(path)));
        }
        if (!isText(head)) {
            throw unknown(path, "binary data that begin with " + hex(head));
        }
        return SeriesSource.named(path.getFileName().toString())
                ? SeriesSource.ofFile(path)
                : new CsvSource(Map.of(Split.TRAIN, path), spec, null);
    }

    /// The source for a folder. If the folder contains Parquet files or shards of a WebDataset, they are the
    /// source. Otherwise the other files decide.
    private static Optional<DataSource> folder(FolderTree folder, DataSpec spec) throws IOException {
        List<String> parquet = new ArrayList<>();
        List<String> tars = new ArrayList<>();
        List<String> images = new ArrayList<>();
        folder.each(entry -> {
            List<String> kind = ParquetSource.named(entry.name())
                    ? parquet
                    : ShardNames.isTar(entry.name()) ? tars : ImageSource.named(entry.name()) ? images : null;
            if (kind != null && !entry.hidden()) {
                kind.add(entry.path());
            }
            return true;
        });
        List<String> shards = parquet.isEmpty()
                ? tars.stream().filter(ShardNames::isSurelyShard).toList()
                : parquet;
        if (!shards.isEmpty() && !images.isEmpty()) {
            throw new InputException(
                    "data path %s holds the image %s and the shard %s, expected images or shards; give the folder of one"
                            .formatted(folder.root(), images.getFirst(), shards.getFirst()));
        }
        if (!parquet.isEmpty()) {
            return Optional.of(new ParquetSource(folder.root(), ShardNames.splits(folder.root(), parquet), spec));
        }
        Optional<DataSource> other = shards.isEmpty() ? tree(folder, spec) : Optional.empty();
        return other.isPresent() || tars.isEmpty() || !tars.stream().allMatch(ShardNames::isShard)
                ? other
                : Optional.of(
                        new ImageSource(new ShardTree(folder.root(), ShardNames.splits(folder.root(), tars)), spec));
    }

    /// The source for a folder or an archive. The first file with a known format decides.
    private static Optional<DataSource> tree(Tree tree, DataSpec spec) throws IOException {
        List<DataSource> found = new ArrayList<>();
        List<Path> idx = new ArrayList<>();
        List<Path> series = new ArrayList<>();
        Map<Split, Path> tables = new EnumMap<>(Split.class);
        tree.each(entry -> {
            if (entry.hidden()) {
                return true;
            }
            if (tree instanceof FolderTree && SeriesSource.named(entry.name())) {
                series.add(tree.root().resolve(entry.path()));
                return true;
            }
            DataSource source = entry(tree, entry, spec, idx, tables);
            if (source != null) {
                found.add(source);
            }
            return source == null;
        });
        if (!idx.isEmpty()) {
            return Optional.of(IdxSource.ofFiles(tree.root(), idx));
        }
        if (!found.isEmpty()) {
            return Optional.of(found.getFirst());
        }
        if (!tables.isEmpty()) {
            return Optional.of(new CsvSource(tables, spec, null));
        }
        return series.isEmpty() ? Optional.empty() : Optional.of(SeriesSource.ofFolder(tree.root(), series));
    }

    /// The source for the format of this file; null if this file does not decide the format. IDX and CSV
    /// files are only collected here.
    private static @Nullable DataSource entry(
            Tree tree, Tree.Entry entry, DataSpec spec, List<Path> idx, Map<Split, Path> tables) throws IOException {
        if (ImageSource.named(entry.name())) {
            return new ImageSource(tree, spec);
        }
        if (StlSource.matches(entry.name())) {
            return new StlSource(tree);
        }
        if (NumpySource.named(entry.name())) {
            return NumpySource.of(tree, spec);
        }
        byte[] head = head(entry);
        if (ImageFormat.of(head).isPresent()) {
            return new ImageSource(tree, spec);
        }
        boolean inFolder = tree instanceof FolderTree;
        if (inFolder && IdxSource.matches(head)) {
            idx.add(tree.root().resolve(entry.path()));
        } else if (CifarSource.matches(entry.name(), entry.size())) {
            long size = inFolder ? length(tree.root().resolve(entry.path())) : entry.size();
            return new CifarSource(tree, CifarSource.classesOf(entry.name(), size));
        } else if (inFolder && entry.name().toLowerCase(Locale.ROOT).matches(".*\\.csv(\\.gz)?")) {
            String stem = entry.name().substring(0, entry.name().indexOf('.'));
            Split.ofFolder(stem)
                    .ifPresent(split -> tables.put(split, tree.root().resolve(entry.path())));
        }
        return null;
    }

    private static byte[] head(Tree.Entry entry) throws IOException {
        try (InputStream in = Inputs.decompressed(entry.content().open())) {
            return in.readNBytes(16);
        } catch (NoSuchFileException | AccessDeniedException e) {
            return new byte[0];
        }
    }

    /// Length of the content in bytes. For gzip it is read from the last four bytes of the file.
    private static long length(Path file) throws IOException {
        long size = Files.size(file);
        if (!Inputs.isGzip(file) || size < 18) {
            return size;
        }
        try (var access = new RandomAccessFile(file.toFile(), "r")) {
            access.seek(size - 4);
            return Integer.toUnsignedLong(Integer.reverseBytes(access.readInt()));
        }
    }

    private static boolean isTar(byte[] head) {
        return head.length >= 262
                && head[257] == 'u'
                && head[258] == 's'
                && head[259] == 't'
                && head[260] == 'a'
                && head[261] == 'r';
    }

    private static boolean isText(byte[] head) {
        for (byte b : head) {
            if (b >= 0 && b < ' ' && b != '\n' && b != '\r' && b != '\t') {
                return false;
            }
        }
        return true;
    }

    private static String hex(byte[] head) {
        return HexFormat.ofDelimiter(" ").formatHex(head, 0, Math.min(8, head.length));
    }

    private static InputException unknown(Path path, String found) {
        return new InputException(
                "data path " + path + " holds " + found + ", expected " + KNOWN + "; give another path");
    }
}
