package org.fullrank.data;

import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import dev.hardwood.internal.compression.Decompressor;
import dev.hardwood.internal.compression.DecompressorFactory;
import dev.hardwood.metadata.CompressionCodec;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.compressors.snappy.SnappyCompressorInputStream;

/// Decompresses the pages of Parquet files as streams. So a page needs memory for the bytes that it really
/// has, not for the bytes that its header claims.
///
/// The decompressors of Hardwood 1.0.1 allocate as many bytes as the header of a page claims. The Snappy
/// decompressor is native code. This decompressor writes past the end of the buffer if the page contains more
/// than its header claims.
final class ParquetCodecs extends DecompressorFactory {
    /// The compressions that can be read.
    static final Set<CompressionCodec> KNOWN = Collections.unmodifiableSet(EnumSet.of(
            CompressionCodec.UNCOMPRESSED, CompressionCodec.SNAPPY, CompressionCodec.GZIP, CompressionCodec.ZSTD));

    /// Pages up to this size may have any compression ratio. The pages of black images have a very high one.
    private static final int FREE_BYTES = 1 << 27;

    private static final int MOST_EXPANSION = 64; // of larger pages
    private static final int LEAST_WINDOW = 1 << 16; // what most writers of Snappy look back
    private static final int MOST_WINDOW = 1 << 22;

    ParquetCodecs() {
        super(null); // no pool of libdeflate, which only some machines have
    }

    @Override
    public Decompressor getDecompressor(CompressionCodec codec) {
        return new Decompressor() {
            @Override
            public byte[] decompress(ByteBuffer compressed, int size) throws IOException {
                return page(codec, compressed, size);
            }

            @Override
            public String getName() {
                return codec.name();
            }
        };
    }

    /// The content of a page.
    ///
    /// @param size the number of bytes that its header claims
    /// @throws IOException when it has another size
    static byte[] page(CompressionCodec codec, ByteBuffer compressed, int size) throws IOException {
        byte[] raw = new byte[compressed.remaining()];
        compressed.duplicate().get(raw);
        if (size < 0 || size > FREE_BYTES && size / MOST_EXPANSION > raw.length) {
            throw new IOException("a page of %d bytes claims %d".formatted(raw.length, size));
        }
        try (InputStream in = open(codec, raw, size)) {
            byte[] content = in.readNBytes(size);
            if (content.length == size && in.read() < 0) {
                return content;
            }
        } catch (RuntimeException e) {
            throw new IOException("a page of %d bytes is damaged".formatted(raw.length), e);
        }
        throw new IOException("a page of %d bytes has not the %d that its header claims".formatted(raw.length, size));
    }

    private static InputStream open(CompressionCodec codec, byte[] raw, int size) throws IOException {
        var in = new ByteArrayInputStream(raw);
        return switch (codec) {
            case UNCOMPRESSED -> in;
            case SNAPPY -> new SnappyCompressorInputStream(in, Math.clamp(size, LEAST_WINDOW, MOST_WINDOW));
            case GZIP -> new GZIPInputStream(in);
            case ZSTD -> new ZstdInputStreamNoFinalizer(in);
            case BROTLI, LZ4, LZ4_RAW, LZO -> throw new IOException("a page is compressed with " + codec);
        };
    }
}
