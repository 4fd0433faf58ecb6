package org.fullrank.file;

import de.siegmar.fastcsv.writer.LineDelimiter;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.fullrank.engine.JobException;

/// Writes CSV, to a file atomically. A cell is put in quotation marks if it contains a comma, a quotation
/// mark or a line break.
public final class CsvWriter {
    private final de.siegmar.fastcsv.writer.CsvWriter rows;

    private CsvWriter(de.siegmar.fastcsv.writer.CsvWriter rows) {
        this.rows = rows;
    }

    /// Writes a file.
    ///
    /// @param body calls [#row] for the header and each row
    /// @throws JobException when the file cannot be written
    public static void write(Path file, Consumer<CsvWriter> body) {
        AtomicFile.write(file, channel -> emit(Channels.newWriter(channel, StandardCharsets.UTF_8), body));
    }

    /// Prints to a writer that stays open.
    ///
    /// @param body calls [#row] for the header and each row
    public static void print(PrintWriter to, Consumer<CsvWriter> body) {
        try {
            emit(to, body);
        } catch (IOException e) {
            throw new UncheckedIOException(e); // a PrintWriter throws none
        }
    }

    private static void emit(Writer to, Consumer<CsvWriter> body) throws IOException {
        var csv = de.siegmar.fastcsv.writer.CsvWriter.builder()
                .lineDelimiter(LineDelimiter.LF)
                .build(to);
        body.accept(new CsvWriter(csv));
        csv.flush();
    }

    /// Writes one row.
    public void row(Iterable<String> cells) {
        rows.writeRecord(cells);
    }
}
