package org.fullrank.rows;

import java.io.EOFException;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.fullrank.engine.InputException;
import org.fullrank.file.Npy;

/// Reads one array in a `.npy` file.
final class NpyFile {
    private NpyFile() {}

    static RowStream matrix(Path file, Selection selection) {
        if (selection.key() != null) {
            throw new InputException(
                    "NumPy file %s: found one array without a name, expected an archive for --array %s;"
                                    .formatted(file, selection.key())
                            + " leave --array out");
        }
        return open(file, false);
    }

    /// @param vector whether `[N]` is read as `[N, 1]`
    static RowStream open(Path file, boolean vector) {
        String name = "NumPy file " + file;
        try {
            FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
            try {
                return open(name, channel, vector);
            } catch (RuntimeException | IOException e) {
                channel.close();
                throw e;
            }
        } catch (IOException e) {
            String reason = e instanceof EOFException ? "it ends within its header" : String.valueOf(e.getMessage());
            throw new InputException("%s: cannot be read (%s); check it or save it again".formatted(name, reason), e);
        }
    }

    private static RowStream open(String name, FileChannel channel, boolean vector) throws IOException {
        Npy.Header header = Npy.header(Channels.newInputStream(channel), name, channel.size());
        ArrayLayout layout = ArrayLayout.of(name, Cells.of(header), header.shape(), header.fortran(), vector);
        long found = channel.size() - channel.position();
        if (found < layout.bytes()) {
            throw new InputException("%s: found %d bytes of data, expected %d for shape %s; get the file again"
                    .formatted(name, found, layout.bytes(), header.shapeText()));
        }
        return layout.fortran()
                ? ArrayRows.byColumns(layout, channel, channel.position())
                : ArrayRows.byRows(layout, channel);
    }
}
