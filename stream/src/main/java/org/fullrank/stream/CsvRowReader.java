package org.fullrank.stream;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import de.siegmar.fastcsv.reader.FieldMismatchStrategy;
import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Reads rows of CSV, separated by comma, semicolon or tab. Rows can be looked at before they are taken. */
final class CsvRowReader implements Closeable {
    /** Number of bytes of the first line in which the separator is searched. */
    private static final int HEAD_BYTES = 1 << 13;

    private final String name;
    private final CsvReader<CsvRecord> reader;
    private final Iterator<CsvRecord> rows;
    private final List<CsvRecord> ahead = new ArrayList<>();

    CsvRowReader(BufferedInputStream in, String name) throws IOException {
        this.name = name;
        this.reader = CsvReader.builder()
                .fieldSeparator(separator(in))
                .detectBomHeader(true)
                .extraFieldStrategy(FieldMismatchStrategy.IGNORE) // CsvSamples refuses such rows in our words
                .missingFieldStrategy(FieldMismatchStrategy.IGNORE)
                .ofCsvRecord(new InputStreamReader(in, StandardCharsets.UTF_8));
        this.rows = reader.iterator();
    }

    /** Takes the next row; null at the end. */
    @Nullable
    CsvRecord next() throws IOException {
        return ahead.isEmpty() ? pull() : ahead.remove(0);
    }

    /** Puts a row back before all others. */
    void back(CsvRecord row) {
        ahead.add(0, row);
    }

    /** The next row, without taking it or reading more input; null if it has not been read. */
    @Nullable
    CsvRecord seen(int index) {
        return index < ahead.size() ? ahead.get(index) : null;
    }

    /** The row that comes after `index` other rows, without taking any of them; null if the input ends before it. */
    @Nullable
    CsvRecord ahead(int index) throws IOException {
        while (ahead.size() <= index) {
            CsvRecord row = pull();
            if (row == null) {
                return null;
            }
            ahead.add(row);
        }
        return ahead.get(index);
    }

    private @Nullable CsvRecord pull() throws IOException {
        try {
            return rows.hasNext() ? rows.next() : null;
        } catch (CsvParseException e) {
            if (e.getCause() instanceof IOException unread) {
                throw unread;
            }
            if (e.getCause() instanceof IllegalArgumentException damaged) {
                throw damaged; // of GzipInput
            }
            String reason = Objects.requireNonNullElse(e.getMessage(), "no reason");
            throw new IllegalArgumentException(
                    "%s: found CSV that cannot be parsed, %s, expected rows of cells; correct that line"
                            .formatted(name, reason),
                    e);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    @Override
    public void close() throws IOException {
        reader.close();
    }

    /** The separator that is most frequent in the first line, outside quotation marks. */
    private static char separator(BufferedInputStream in) throws IOException {
        in.mark(HEAD_BYTES);
        int[] counts = new int[128];
        boolean quoted = false;
        for (int n = 0; n < HEAD_BYTES; n++) {
            int c = in.read();
            if (c < 0 || c == '\n') {
                break;
            }
            quoted ^= c == '"';
            if (!quoted && c < counts.length) {
                counts[c]++;
            }
        }
        in.reset();
        return counts['\t'] > Math.max(counts[','], counts[';']) ? '\t' : counts[';'] > counts[','] ? ';' : ',';
    }
}
