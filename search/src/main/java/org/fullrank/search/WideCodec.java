package org.fullrank.search;

import java.io.IOException;
import java.util.concurrent.ExecutorService;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.KnnVectorsReader;
import org.apache.lucene.codecs.KnnVectorsWriter;
import org.apache.lucene.codecs.lucene104.Lucene104Codec;
import org.apache.lucene.codecs.lucene104.Lucene104HnswScalarQuantizedVectorsFormat;
import org.apache.lucene.codecs.lucene99.Lucene99HnswVectorsFormat;
import org.apache.lucene.index.SegmentReadState;
import org.apache.lucene.index.SegmentWriteState;
import org.apache.lucene.util.quantization.QuantizedByteVectorValues.ScalarEncoding;
import org.jspecify.annotations.Nullable;

/// Lucene's codec with vectors of up to [#MOST_COLUMNS] numbers, where Lucene itself stops at 1024. The files
/// have the names and the layout of Lucene's own formats, so that Lucene reads them without this class.
final class WideCodec extends Lucene104Codec {
    /// The widest embeddings in use have 4096 numbers. The matrix of the rotation has 256 MiB at this width.
    static final int MOST_COLUMNS = 8192;

    private static final int NO_GRAPH = Integer.MAX_VALUE;

    private final KnnVectorsFormat format;

    private WideCodec(KnnVectorsFormat format) {
        this.format = new Wide(format);
    }

    /// Vectors without a graph, for a part of an index that is merged later.
    static WideCodec spool() {
        return new WideCodec(
                new Lucene99HnswVectorsFormat(IndexSettings.NEIGHBORS, IndexSettings.BEAM, 1, null, NO_GRAPH));
    }

    /// Vectors with their graph.
    ///
    /// @param workers as many threads as the settings say; null for one
    static WideCodec graph(IndexSettings settings, @Nullable ExecutorService workers) {
        int threads = workers == null ? 1 : settings.threads();
        return new WideCodec(
                settings.quantized()
                        ? new Lucene104HnswScalarQuantizedVectorsFormat(
                                encoding(settings.bits()), settings.neighbors(), settings.beam(), threads, workers)
                        : new Lucene99HnswVectorsFormat(settings.neighbors(), settings.beam(), threads, workers));
    }

    private static ScalarEncoding encoding(int bits) {
        return bits == 8 ? ScalarEncoding.UNSIGNED_BYTE : ScalarEncoding.PACKED_NIBBLE;
    }

    @Override
    public KnnVectorsFormat getKnnVectorsFormatForField(String field) {
        return format;
    }

    /// A format of Lucene under its own name, with another limit.
    private static final class Wide extends KnnVectorsFormat {
        private final KnnVectorsFormat format;

        Wide(KnnVectorsFormat format) {
            super(format.getName());
            this.format = format;
        }

        @Override
        public KnnVectorsWriter fieldsWriter(SegmentWriteState state) throws IOException {
            return format.fieldsWriter(state);
        }

        @Override
        public KnnVectorsReader fieldsReader(SegmentReadState state) throws IOException {
            return format.fieldsReader(state);
        }

        @Override
        public int getMaxDimensions(String field) {
            return MOST_COLUMNS;
        }
    }
}
