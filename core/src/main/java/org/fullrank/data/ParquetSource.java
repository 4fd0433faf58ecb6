package org.fullrank.data;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import org.fullrank.engine.InputException;
import org.fullrank.file.Inputs;
import org.jspecify.annotations.Nullable;

/// Parquet files of images, see [ParquetImages]. The source is one file, or a folder of shards.
///
/// @param root the file, or the folder
/// @param shards the split of each file by its path in the folder, in the order of reading
record ParquetSource(Path root, SequencedMap<String, Split> shards, DataSpec spec) implements DataSource {
    /// A single file is always the training split, whatever its name is.
    static ParquetSource ofFile(Path file, DataSpec spec) {
        return new ParquetSource(file, new LinkedHashMap<>(Map.of("", Split.TRAIN)), spec);
    }

    /// Whether this is the name of a Parquet file.
    static boolean named(String name) {
        return name.toLowerCase(Locale.ROOT).endsWith(".parquet");
    }

    /// Whether the first bytes of a file are those of Parquet.
    static boolean matches(byte[] head) {
        return head.length >= 4 && head[0] == 'P' && head[1] == 'A' && head[2] == 'R' && head[3] == '1';
    }

    @Override
    public String format() {
        return "Parquet of images";
    }

    @Override
    public String stamp() throws IOException {
        var stamp = new Stamp();
        for (String shard : shards.keySet()) {
            stamp.text(shard).file(root.resolve(shard));
        }
        return stamp.text();
    }

    @Override
    public void pack(PackWriter out) throws IOException {
        var rows = new HashMap<String, Row>();
        List<String> names = null;
        List<String> packed;
        ShardNames.missing(shards.keySet()).forEach(out::note);
        try (var images = new ImagePacker(out, spec, root)) {
            for (Map.Entry<String, Split> shard : shards.entrySet()) {
                names = read(shard.getKey(), shard.getValue(), names, images, rows, out);
            }
            packed = images.finish();
        }
        Labels labels = names == null || names.isEmpty() ? numbered(packed, rows, out) : named(packed, rows, names);
        if (labels != null) {
            out.classNames(labels.names());
        }
        out.distribute((i, path) ->
                new PackWriter.Placed(row(rows, path).split, labels == null ? Labels.UNLABELED : labels.classes()[i]));
    }

    /// @param label as in the file; empty for none
    private record Row(Split split, String label) {}

    /// Reads the rows of a shard. The name of an image consists of the shard and the row.
    ///
    /// @param known class names of the earlier shards; null for the first shard
    /// @return class names of this shard
    private List<String> read(
            String shard,
            Split split,
            @Nullable List<String> known,
            ImagePacker images,
            Map<String, Row> rows,
            PackWriter out)
            throws IOException {
        Path file = root.resolve(shard);
        try (var parquet = new ParquetImages(file, spec.labelColumn())) {
            parquet.notes().forEach(note -> out.note(shard.isEmpty() ? note : shard + ": " + note));
            if (known != null && !known.equals(parquet.classNames())) {
                throw new InputException(
                        "data path %s: %s has other names of classes than the files before, expected one list; give one data set"
                                .formatted(root, shard));
            }
            parquet.each((row, bytes, label) -> {
                String path = "%s%s%08d".formatted(shard, shard.isEmpty() ? "" : "/", row);
                rows.put(path, new Row(split, label));
                if (bytes == null) {
                    images.refuse(path, "the row has no image");
                } else if (bytes.length > ImagePacker.MAX_ENCODED_BYTES) {
                    images.refuse(
                            path,
                            "it has " + bytes.length + " bytes, expected at most " + ImagePacker.MAX_ENCODED_BYTES);
                } else {
                    images.decode(path, true, () -> bytes);
                }
            });
            return parquet.classNames();
        } catch (PackWriter.WriteException e) {
            throw e;
        } catch (IOException e) {
            throw shard.isEmpty() ? e : new IOException(shard + ": " + Inputs.reason(e), e);
        }
    }

    private static Row row(Map<String, Row> rows, String path) {
        return Objects.requireNonNull(rows.get(path));
    }

    private @Nullable Labels numbered(List<String> packed, Map<String, Row> rows, PackWriter out) {
        var numbers = new ClassNumbers("data path " + root);
        packed.forEach(path -> numbers.add(row(rows, path).label));
        Labels labels = numbers.labels();
        if (labels != null) {
            numbers.notes().forEach(out::note);
        }
        return labels;
    }

    /// Labels are indices of class names; -1 means no label.
    private Labels named(List<String> packed, Map<String, Row> rows, List<String> names) {
        int[] classes = new int[packed.size()];
        for (int i = 0; i < classes.length; i++) {
            String label = row(rows, packed.get(i)).label;
            if (label.isEmpty() || label.equals("-1")) {
                classes[i] = Labels.UNLABELED;
            } else if (label.matches("\\d{1,9}") && Integer.parseInt(label) < names.size()) {
                classes[i] = Integer.parseInt(label);
            } else {
                throw new InputException(
                        "data path %s has the label %s in row %s, expected 0 to %d, one for each name in its metadata; correct it"
                                .formatted(root, ParquetFile.plain(label), packed.get(i), names.size() - 1));
            }
        }
        return new Labels(classes, names);
    }
}
