package org.fullrank.search;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.stream.IntStream;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.PostingsEnum;
import org.apache.lucene.index.SortedDocValues;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.TermsEnum;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.KnnFloatVectorQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.store.AlreadyClosedException;
import org.apache.lucene.store.MMapDirectory;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.BytesRef;
import org.apache.lucene.util.VectorUtil;
import org.fullrank.engine.InputException;
import org.fullrank.engine.JobException;
import org.jspecify.annotations.Nullable;

/// The vectors, names and classes in the files of an index, mapped into memory. Row i is document i of the only
/// segment. The vectors are those that were indexed, scaled to length 1 and rotated. Threads may share it.
final class StoredVectors implements AutoCloseable {
    static final String VECTOR = "vector";
    static final String NAME = "name";
    static final String LABEL = "label";

    /// Number of candidates that a search keeps (ef of the paper), if not more rows are wanted.
    static final int BEAM = 100;

    /// Number of quantized candidates that are compared again in full, for each row that is wanted.
    static final int RESCORED = 2;

    private final Path folder;
    private final DirectoryReader reader;
    private final LeafReader leaf;
    private final IndexSearcher searcher;
    private final @Nullable Bits liveRows;
    private final boolean quantized;

    private StoredVectors(Path folder, DirectoryReader reader, boolean quantized) {
        this.folder = folder;
        this.reader = reader;
        this.quantized = quantized;
        leaf = reader.leaves().getFirst().reader();
        liveRows = leaf.getLiveDocs();
        searcher = new IndexSearcher(reader);
        searcher.setQueryCache(null); // a cached filter is not faster here, and would hold memory
    }

    /// @throws InputException when the files are damaged or do not belong to the card
    static StoredVectors open(Path folder, IndexCard card) {
        try {
            DirectoryReader reader = DirectoryReader.open(new MMapDirectory(folder));
            try {
                if (reader.leaves().size() != 1 || reader.maxDoc() != card.rows()) {
                    throw new CorruptIndexException(
                            "%d parts of %d rows".formatted(reader.leaves().size(), reader.maxDoc()), IndexCard.FILE);
                }
                return new StoredVectors(folder, reader, card.settings().quantized());
            } catch (RuntimeException | IOException e) {
                reader.close();
                throw e;
            }
        } catch (IOException | IllegalArgumentException e) { // the latter for a version that Lucene does not know
            throw new InputException(
                    "index %s: its files are damaged or of another version (%s); build it again"
                            .formatted(folder, firstLine(e)),
                    e);
        }
    }

    /// Numbers of a vector, D.
    int width() {
        return leaf.getFieldInfos().fieldInfo(VECTOR).getVectorDimension();
    }

    /// Rows, including deleted ones.
    int size() {
        return leaf.maxDoc();
    }

    /// Rows that are not deleted.
    int live() {
        return leaf.numDocs();
    }

    boolean isLive(int row) {
        return liveRows == null || liveRows.get(row);
    }

    /// The rows that are not deleted, ascending.
    int[] liveRows() {
        return IntStream.range(0, size()).filter(this::isLive).toArray();
    }

    /// The nearest rows by the graph.
    ///
    /// @param query a stored vector, or another one of length 1, rotated
    TopRows nearest(float[] query, int k, RowFilter filter) {
        return reading(() -> {
            long wanted = Math.min(size(), (long) k + filter.without().size());
            long rescored = quantized ? RESCORED * wanted : wanted;
            int candidates = (int) Math.min(size(), Math.max(BEAM, rescored));
            Query ofClass = filter.label() == null ? null : new TermQuery(new Term(LABEL, filter.label()));
            var search = new KnnFloatVectorQuery(VECTOR, query, candidates, ofClass);
            FloatVectorValues vectors = vectors();
            var top = new TopRows(k);
            int compared = (int) (quantized ? candidates : wanted); // without quantization, the order is right
            for (ScoreDoc found : searcher.search(search, compared).scoreDocs) {
                if (!filter.without().contains(found.doc)) {
                    top.offer(found.doc, cosine(query, vectors.vectorValue(found.doc)));
                }
            }
            return top;
        });
    }

    /// The nearest rows among all rows, each of which is compared.
    TopRows exact(float[] query, int k, RowFilter filter) {
        return reading(() -> {
            FloatVectorValues vectors = vectors();
            SortedDocValues labels = filter.label() == null ? null : leaf.getSortedDocValues(LABEL);
            int wanted = labels == null ? -1 : labels.lookupTerm(new BytesRef(String.valueOf(filter.label())));
            var top = new TopRows(k);
            for (int row = 0; row < size(); row++) {
                boolean in = labels == null || (labels.advanceExact(row) && labels.ordValue() == wanted);
                if (in && isLive(row) && !filter.without().contains(row)) {
                    top.offer(row, cosine(query, vectors.vectorValue(row)));
                }
            }
            return top;
        });
    }

    /// A copy of a stored vector `[D]`.
    float[] vector(int row) {
        return reading(() -> vectors().vectorValue(row).clone());
    }

    /// Copies stored vectors `[count, D]`.
    float[] vectors(int first, int count) {
        return reading(() -> {
            FloatVectorValues vectors = vectors();
            int columns = vectors.dimension();
            float[] block = new float[Math.multiplyExact(count, columns)];
            for (int i = 0; i < count; i++) {
                System.arraycopy(vectors.vectorValue(first + i), 0, block, i * columns, columns);
            }
            return block;
        });
    }

    /// The name of a row; null if it has none.
    @Nullable
    String name(int row) {
        return reading(() -> {
            BinaryDocValues names = leaf.getBinaryDocValues(NAME);
            return names != null && names.advanceExact(row)
                    ? names.binaryValue().utf8ToString()
                    : null;
        });
    }

    /// The class of a row; null if it has none.
    @Nullable
    String label(int row) {
        return reading(() -> {
            SortedDocValues labels = leaf.getSortedDocValues(LABEL);
            return labels != null && labels.advanceExact(row)
                    ? labels.lookupOrd(labels.ordValue()).utf8ToString()
                    : null;
        });
    }

    /// The rows of this name that are not deleted, ascending.
    List<Integer> named(String name) {
        return reading(() -> {
            List<Integer> rows = new ArrayList<>();
            PostingsEnum found = leaf.postings(new Term(NAME, name), PostingsEnum.NONE);
            while (found != null && found.nextDoc() != DocIdSetIterator.NO_MORE_DOCS) {
                if (isLive(found.docID())) {
                    rows.add(found.docID());
                }
            }
            return rows;
        });
    }

    /// Names, in order of their bytes; some may belong to deleted rows.
    List<String> names(int most) {
        return terms(NAME, most).sequencedKeySet().stream().toList();
    }

    /// The classes with their numbers of rows, including deleted ones, in order of their bytes.
    SequencedMap<String, Integer> labels() {
        return terms(LABEL, Integer.MAX_VALUE);
    }

    private SequencedMap<String, Integer> terms(String field, int most) {
        return reading(() -> {
            SequencedMap<String, Integer> found = new LinkedHashMap<>();
            TermsEnum terms = leaf.terms(field) == null
                    ? TermsEnum.EMPTY
                    : leaf.terms(field).iterator();
            for (BytesRef term = terms.next(); term != null && found.size() < most; term = terms.next()) {
                found.put(term.utf8ToString(), terms.docFreq());
            }
            return found;
        });
    }

    private FloatVectorValues vectors() throws IOException {
        return leaf.getFloatVectorValues(VECTOR); // each call makes one, because it is not for several threads
    }

    static float cosine(float[] a, float[] b) {
        return Math.clamp(VectorUtil.dotProduct(a, b), -1f, 1f);
    }

    /// A step that reads files.
    private interface Reading<T extends @Nullable Object> {
        T read() throws IOException;
    }

    private <T extends @Nullable Object> T reading(Reading<T> step) {
        try {
            return step.read();
        } catch (AlreadyClosedException e) {
            throw new InputException("index %s: it is closed; open it again".formatted(folder), e);
        } catch (IOException e) {
            throw new JobException("index %s: cannot be read (%s); build it again".formatted(folder, firstLine(e)), e);
        }
    }

    private static String firstLine(Exception e) {
        return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    }

    @Override
    public void close() {
        try {
            reader.close();
            reader.directory().close();
        } catch (IOException e) {
            throw new JobException("index %s: cannot be closed (%s)".formatted(folder, firstLine(e)), e);
        }
    }
}
