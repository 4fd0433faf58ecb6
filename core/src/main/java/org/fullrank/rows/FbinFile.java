package org.fullrank.rows;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.InputException;

/// Reads a `.fbin` file of DiskANN and the big-ann benchmarks: int32 N, int32 D and float32 `[N, D]`,
/// little-endian.
final class FbinFile {
    private static final int HEADER_BYTES = 8;

    private FbinFile() {}

    static RowStream open(Path file, Selection selection) {
        String name = "fbin file " + file;
        InputException.when(
                selection.key() != null,
                "%s: found one array without a name, expected an archive for --array %s; leave --array out",
                name,
                String.valueOf(selection.key()));
        try {
            FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
            try {
                return open(name, channel);
            } catch (RuntimeException | IOException e) {
                channel.close();
                throw e;
            }
        } catch (IOException e) {
            throw new InputException(
                    "%s: cannot be read (%s); check it or get it again".formatted(name, e.getMessage()), e);
        }
    }

    private static RowStream open(String name, FileChannel channel) throws IOException {
        ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        while (header.hasRemaining() && channel.read(header) >= 0) {}
        InputException.when(
                header.hasRemaining(),
                "%s: found %d bytes, expected at least the %d of a header; get the file again",
                name,
                header.position(),
                HEADER_BYTES);
        List<Long> shape =
                List.of(Integer.toUnsignedLong(header.getInt(0)), Integer.toUnsignedLong(header.getInt(Integer.BYTES)));
        Cells cells = new Cells(ScalarType.Float, Float.BYTES, ByteOrder.LITTLE_ENDIAN);
        ArrayLayout layout = ArrayLayout.of(name, cells, shape, false, false);
        long found = channel.size() - HEADER_BYTES;
        // the format has no magic number, so the size must be exact
        InputException.when(
                found != layout.bytes(),
                "%s: found %d bytes of data, expected %d for shape %s of float32; get the file again",
                name,
                found,
                layout.bytes(),
                shape);
        return ArrayRows.byRows(layout, channel);
    }
}
