package org.fullrank.search;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.lucene.document.BinaryDocValuesField;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.document.SortedDocValuesField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.CodecReader;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.NoMergePolicy;
import org.apache.lucene.index.SerialMergeScheduler;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.store.MMapDirectory;
import org.apache.lucene.util.BytesRef;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.data.Labels;
import org.fullrank.engine.InputException;
import org.fullrank.engine.JobException;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.text.Numbers;

/// Builds an index in these steps:
///
/// 1. The rows are read in blocks, scaled and rotated, and written as segments without a graph.
/// 2. The segments are merged into one with its graph. So the memory holds the graph but not the vectors.
/// 3. The recall is measured, and the card is written.
/// 4. The folder is moved to its place.
final class IndexBuild {
    private static final String SPOOL = "spool";

    /// Memory for rows before they are written as a segment.
    private static final double SEGMENT_MIB = 128;

    /// Rows that are rotated at once.
    private static final int ROTATED = 4096;

    /// Lucene's limit of an indexed text.
    private static final int LONGEST_TEXT = 32_766;

    private final VectorSource source;
    private final IndexSettings settings;
    private final RandomRotation rotation;
    private int rows;
    private double seconds;

    /// Replaced in tests.
    double segmentMib = SEGMENT_MIB;

    /// Segments that were merged.
    int parts;

    /// @param rotation of the vectors before they are quantized
    IndexBuild(VectorSource source, IndexSettings settings, RandomRotation rotation) {
        this.source = source;
        this.settings = settings;
        this.rotation = rotation;
    }

    static IndexReport run(
            VectorSource source, Path folder, IndexSettings settings, boolean replace, Consumer<String> progress) {
        int width = source.rows().width();
        InputException.when(
                width > WideCodec.MOST_COLUMNS,
                "%s: found vectors of width %d, expected at most %d; reduce them first, as with fullrank spectral",
                source.rows().name(),
                width,
                WideCodec.MOST_COLUMNS);
        source.rows().rows().ifPresent(source::requireRows);
        try (FreshFolder fresh = FreshFolder.beside(folder, replace)) {
            var rotation = settings.quantized() ? RandomRotation.of(width, settings.seed()) : RandomRotation.none();
            var build = new IndexBuild(source, settings, rotation);
            IndexCard card = build.into(fresh.path(), progress);
            long bytes = bytes(fresh.path());
            fresh.publish();
            return new IndexReport(folder, card, bytes, build.seconds);
        } catch (IOException e) {
            throw new JobException(
                    "index %s: cannot be written (%s); make its folder writable, or free space"
                            .formatted(folder, e.getMessage()),
                    e);
        }
    }

    /// Writes the files of the index into a folder.
    IndexCard into(Path folder, Consumer<String> progress) throws IOException {
        long start = System.nanoTime();
        Path spool = folder.resolve(SPOOL);
        spool(spool);
        progress.accept("read %s of width %d; linking them"
                .formatted(Numbers.count(rows, "row"), source.rows().width()));
        merge(spool, folder, progress);
        FreshFolder.delete(spool);
        if (settings.quantized()) {
            rotation.write(folder.resolve(VectorIndex.ROTATION));
        }
        seconds = (System.nanoTime() - start) / 1e9;
        progress.accept("the graph is complete; measuring its recall");
        IndexCard card = measured(folder);
        card.write(folder);
        return card;
    }

    private void spool(Path folder) throws IOException {
        var config = new IndexWriterConfig()
                .setCodec(WideCodec.spool())
                .setMergePolicy(NoMergePolicy.INSTANCE)
                .setRAMBufferSizeMB(segmentMib)
                .setUseCompoundFile(true); // a process may open few files only
        try (var directory = new MMapDirectory(folder);
                var writer = new IndexWriter(directory, config)) {
            for (float[] block = next(); block.length > 0; block = next()) {
                add(writer, block);
            }
        }
        InputException.when(
                rows == 0,
                "%s: found 0 rows, expected at least 1; give another file",
                source.rows().name());
        source.requireRows(rows);
    }

    /// The next rows `[B, D]`; empty after the last one.
    private float[] next() {
        try (var scope = Scope.withoutGradients()) {
            Tensor block = source.rows().next();
            return block == null ? new float[0] : Tensors.floats(block);
        }
    }

    private void add(IndexWriter writer, float[] block) throws IOException {
        int columns = source.rows().width();
        UnitVectors.scale(source.rows().name(), rows, block, columns);
        int step = Math.multiplyExact(ROTATED, columns);
        for (int first = 0; first < block.length; first += Math.min(step, block.length - first)) {
            float[] rotated =
                    rotation.rotateRows(Arrays.copyOfRange(block, first, first + Math.min(step, block.length - first)));
            for (int from = 0; from < rotated.length; from += columns) {
                writer.addDocument(document(Arrays.copyOfRange(rotated, from, from + columns)));
                InputException.when(
                        ++rows == IndexWriter.MAX_DOCS,
                        "%s: found %d rows or more, expected fewer; split it",
                        source.rows().name(),
                        rows);
            }
        }
    }

    private Document document(float[] vector) {
        var document = new Document();
        document.add(new KnnFloatVectorField(StoredVectors.VECTOR, vector, VectorSimilarityFunction.DOT_PRODUCT));
        List<String> names = source.names();
        if (!names.isEmpty()) {
            source.requireRows(Math.max(rows + 1, names.size()));
            BytesRef name = text("name", names.get(rows));
            document.add(new StringField(StoredVectors.NAME, name, Field.Store.NO));
            document.add(new BinaryDocValuesField(StoredVectors.NAME, name));
        }
        Labels labels = source.labels();
        if (labels != null) {
            source.requireRows(Math.max(rows + 1, labels.classes().length));
            int label = labels.classes()[rows];
            if (label != Labels.UNLABELED) {
                BytesRef text = text("class", labels.names().get(label));
                document.add(new StringField(StoredVectors.LABEL, text, Field.Store.NO));
                document.add(new SortedDocValuesField(StoredVectors.LABEL, text));
            }
        }
        return document;
    }

    private BytesRef text(String what, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        InputException.when(
                bytes.length > LONGEST_TEXT,
                "%s: found a %s of %d bytes in row %d, expected at most %d; shorten it",
                source.rows().name(),
                what,
                bytes.length,
                rows,
                LONGEST_TEXT);
        return new BytesRef(bytes);
    }

    private void merge(Path from, Path to, Consumer<String> progress) throws IOException {
        ExecutorService workers = settings.threads() == 1 ? null : Executors.newFixedThreadPool(settings.threads());
        try {
            var config = new IndexWriterConfig()
                    .setCodec(WideCodec.graph(settings, workers))
                    .setMergeScheduler(new SerialMergeScheduler())
                    .setInfoStream(new LinkProgress(rows, progress))
                    .setUseCompoundFile(false);
            config.getMergePolicy().setNoCFSRatio(0);
            try (var spooled = new MMapDirectory(from);
                    var reader = DirectoryReader.open(spooled);
                    var directory = new MMapDirectory(to);
                    var writer = new IndexWriter(directory, config)) {
                parts = reader.leaves().size();
                writer.addIndexes(reader.leaves().stream()
                        .map(leaf -> (CodecReader) leaf.reader())
                        .toArray(CodecReader[]::new));
            }
        } finally {
            if (workers != null) {
                workers.shutdownNow();
            }
        }
    }

    private IndexCard measured(Path folder) {
        var card = new IndexCard(rows, source.rows().width(), settings, source.source(), Recall.UNKNOWN);
        try (VectorIndex index = VectorIndex.open(folder, card)) {
            return card.with(RecallMeasurement.of(index));
        }
    }

    private static long bytes(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            long bytes = 0;
            for (Path file : files.toList()) {
                bytes += Files.size(file);
            }
            return bytes;
        }
    }
}
