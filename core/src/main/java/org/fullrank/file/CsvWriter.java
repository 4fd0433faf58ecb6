package org.fullrank.file;

import de.siegmar.fastcsv.writer.LineDelimiter;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.fullrank.engine.JobException;

/// Writes a CSV file atomically. A cell is put in quotation marks if it contains a comma, a quotation mark or
/// a line break.
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
        AtomicFile.write(file, channel -> {
            var csv = de.siegmar.fastcsv.writer.CsvWriter.builder()
                    .lineDelimiter(LineDelimiter.LF)
                    .build(Channels.newWriter(channel, StandardCharsets.UTF_8));
            body.accept(new CsvWriter(csv));
            csv.flush();
        });
    }

    /// Writes one row.
    public void row(Iterable<String> cells) {
        rows.writeRecord(cells);
    }
}
