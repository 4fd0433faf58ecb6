package org.fullrank.data;

import dev.hardwood.internal.compression.Decompressor;
import dev.hardwood.internal.compression.DecompressorFactory;
import dev.hardwood.internal.reader.HardwoodContextImpl;
import dev.hardwood.metadata.CompressionCodec;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.ByteBuffer;
import org.apache.commons.compress.compressors.snappy.SnappyCompressorInputStream;

/// Decompresses the pages of Parquet files for the library Hardwood, and checks them first.
///
/// Hardwood 1.0.1 gives a page of Snappy to native code that writes as many bytes as the page says, whatever the
/// buffer holds: a damaged file overwrites memory. It has no setting for another decompressor, so this class is
/// put into the field of its context.
final class ParquetPages extends DecompressorFactory {
    /// A copy in Snappy is at most 64 bytes for two.
    private static final int MOST_EXPANSION = 64;

    private ParquetPages() {
        super(null);
    }

    /// A context that decompresses with this class; the caller closes it.
    static HardwoodContextImpl context() {
        HardwoodContextImpl context = HardwoodContextImpl.create();
        try {
            Field factory = HardwoodContextImpl.class.getDeclaredField("decompressorFactory");
            factory.setAccessible(true);
            factory.set(context, new ParquetPages());
        } catch (ReflectiveOperationException e) {
            context.close();
            throw new IllegalStateException("another version of hardwood-core is on the class path, expected 1.0.1", e);
        }
        return context;
    }

    @Override
    public Decompressor getDecompressor(CompressionCodec codec) {
        return codec == CompressionCodec.SNAPPY ? new Snappy() : super.getDecompressor(codec);
    }

    private static final class Snappy implements Decompressor {
        @Override
        public byte[] decompress(ByteBuffer compressed, int size) throws IOException {
            byte[] page = new byte[compressed.remaining()];
            compressed.duplicate().get(page);
            if (size < 0 || size > (long) MOST_EXPANSION * page.length) {
                throw new IOException("a page of %d bytes claims %d".formatted(page.length, size));
            }
            try (var in = new SnappyCompressorInputStream(new ByteArrayInputStream(page))) {
                byte[] content = in.getSize() == size ? in.readNBytes(size) : new byte[0];
                if (content.length != size) {
                    throw new IOException(
                            "a page of Snappy has not the %d bytes that its header claims".formatted(size));
                }
                return content;
            } catch (RuntimeException e) {
                throw new IOException("a page of Snappy is damaged", e);
            }
        }

        @Override
        public String getName() {
            return "SNAPPY";
        }
    }
}
