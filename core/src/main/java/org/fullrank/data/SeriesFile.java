package org.fullrank.data;

import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.fullrank.engine.InputException;
import org.fullrank.file.CsvTable;
import org.fullrank.file.Inputs;
import org.fullrank.text.Numbers;
import org.jspecify.annotations.Nullable;

/// Reads the time series of a `.ts` file one by one. The file may be compressed with gzip.
///
/// The lines of the header begin with `#` or `@`, and the last line of the header is `@data`. Each later line
/// is one series. Channels are separated by `:`, and values are separated by `,`. If the header has
/// `@classLabel true` or `@targetLabel true`, the part after the last `:` is the class or the target.
final class SeriesFile implements Closeable {
    private static final String DATA = "@data";
    private static final int CELL_SHOWN = 40;

    private final String name;
    private final BufferedReader lines;
    private long line;
    private boolean labeled;
    private boolean target;

    /// One series of a file.
    ///
    /// @param values the steps of the first channel, then the steps of the next
    /// @param label its class; empty if the file has none
    record Entry(SeriesShape shape, float[] values, String label) {}

    private SeriesFile(String name, BufferedReader lines) {
        this.name = name;
        this.lines = lines;
    }

    /// Opens a file and reads its header.
    ///
    /// @throws InputException when there is no `@data`, or when the series have time stamps
    static SeriesFile open(Path path) throws IOException {
        var decoder = StandardCharsets.UTF_8.newDecoder(); // refuses other text, unlike a reader of a charset
        var file = new SeriesFile(
                "series file " + path, new BufferedReader(new InputStreamReader(Inputs.open(path), decoder)));
        try {
            file.header();
            return file;
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
    }

    private void header() throws IOException {
        for (String text = read(); !text.equals(DATA); text = read()) {
            if (text.startsWith("@timestamps true")) {
                throw refused("time stamps", "values at equal distances", "resample the series");
            }
            target |= text.startsWith("@targetlabel true");
            labeled |= target || text.startsWith("@classlabel true");
            if (!text.isEmpty() && text.charAt(0) != '@' && text.charAt(0) != '#') {
                throw refused("a line of data", "a header that ends with @data", "give a .ts file");
            }
        }
    }

    /// The next line of the header in lower case.
    private String read() throws IOException {
        String text = lines.readLine();
        line++;
        if (text == null) {
            throw refused("no line @data", "one after the header", "give a .ts file");
        }
        return text.strip().toLowerCase(Locale.ROOT);
    }

    /// Whether the series have a class.
    boolean hasClasses() {
        return labeled && !target;
    }

    /// Whether the series have a number to predict instead of a class.
    boolean hasTargets() {
        return target;
    }

    /// The next series; null after the last one.
    ///
    /// @throws InputException when the line is not a series, or has a value that is no finite number
    @Nullable
    Entry next() throws IOException {
        String text;
        do {
            text = lines.readLine();
            line++;
        } while (text != null && text.isBlank());
        return text == null ? null : parse(text.strip());
    }

    private Entry parse(String text) {
        List<String> parts = List.of(text.split(":", -1));
        int channels = parts.size() - (labeled ? 1 : 0);
        if (channels < 1) {
            throw refused("a label alone", "values before it", "correct the line");
        }
        int length = parts.getFirst().split(",", -1).length;
        var shape = new SeriesShape(channels, length);
        float[] values = new float[shape.values()];
        for (int c = 0; c < channels; c++) {
            String[] cells = parts.get(c).split(",", -1);
            if (cells.length != length) {
                throw refused(
                        "%s in channel %d".formatted(Numbers.count(cells.length, "step"), c + 1),
                        length + " as in the first channel",
                        "correct the line");
            }
            for (int t = 0; t < length; t++) {
                values[c * length + t] = number(cells[t], c, t);
            }
        }
        return new Entry(shape, values, hasClasses() ? parts.getLast().strip() : "");
    }

    private float number(String cell, int channel, int step) {
        float value = (float) CsvTable.number(cell);
        if (Float.isFinite(value)) {
            return value;
        }
        String shown = cell.strip();
        shown = shown.length() > CELL_SHOWN ? shown.substring(0, CELL_SHOWN) + "..." : shown;
        throw refused(
                "'%s' in channel %d, step %d".formatted(shown.replaceAll("\\p{Cntrl}", "?"), channel + 1, step + 1),
                "a finite number",
                CsvTable.isMissing(cell) ? "fill in missing values" : "correct it");
    }

    /// The exception for a series that differs in shape from the series before it.
    InputException otherShape(SeriesShape found, SeriesShape expected) {
        return refused(
                words(found),
                words(expected) + " as in the first series",
                found.channels() == expected.channels()
                        ? "pad the series or resample them to one length"
                        : "correct the line");
    }

    private static String words(SeriesShape shape) {
        return Numbers.count(shape.channels(), "channel") + " of " + Numbers.count(shape.length(), "step");
    }

    private InputException refused(String found, String expected, String remedy) {
        return new InputException(
                "%s, line %d: found %s, expected %s; %s".formatted(name, line, found, expected, remedy));
    }

    @Override
    public void close() throws IOException {
        lines.close();
    }
}
