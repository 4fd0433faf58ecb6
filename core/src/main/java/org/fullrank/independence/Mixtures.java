package org.fullrank.independence;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.file.CsvTable;
import org.fullrank.file.CsvWriter;
import org.fullrank.file.NpyMatrix;
import org.fullrank.file.Wav;
import org.fullrank.rows.RowStream;
import org.fullrank.rows.RowStreams;
import org.fullrank.rows.Selection;

/// Mixtures from files. Each column of a matrix, or each channel of a WAV file, is one mixture.
///
/// @param columns the mixtures of all files, in their order
/// @param form of the files
/// @param rate samples per second of WAV files, otherwise 0
public record Mixtures(Columns columns, Form form, float rate) {
    /// The form of a file.
    public enum Form {
        WAV,
        CSV,
        NPY
    }

    /// Reads several mixtures of the same samples.
    ///
    /// @param files WAV files, or files of rows as [RowStreams] reads them
    /// @param warnings gets one line about how each file was read
    /// @throws InputException when a file is wrong, or when the files have different forms, lengths or rates
    public static Mixtures read(List<Path> files, Consumer<String> warnings) {
        List<double[]> mixtures = new ArrayList<>();
        Path first = files.getFirst();
        Form form = form(first);
        float rate = 0;
        for (Path file : files) {
            requireForm(file, form, first);
            double[][] channels;
            if (form == Form.WAV) {
                Wav wav = Wav.read(file);
                rate = file.equals(first) ? wav.rate() : rate;
                requireRate(file, wav.rate(), first, rate);
                channels = wav.channels();
            } else {
                channels = columns(file, warnings);
            }
            mixtures.addAll(Arrays.asList(channels));
            requireLength(file, channels[0].length, first, mixtures.getFirst().length);
        }
        String name = files.size() == 1 ? first.toString() : "%s and %d more".formatted(first, files.size() - 1);
        return new Mixtures(new Columns(name, mixtures.toArray(double[][]::new)), form, rate);
    }

    private static double[][] columns(Path file, Consumer<String> warnings) {
        try (RowStream rows = RowStreams.open(file, new Selection(null, CsvTable.NO_LABEL))) { // y is a mixture
            double[][] columns = Columns.values(rows);
            rows.warnings().forEach(warnings);
            return columns;
        }
    }

    private static Form form(Path file) {
        if (Wav.matches(file)) {
            return Form.WAV;
        }
        String name = file.toString().toLowerCase(Locale.ROOT);
        return name.endsWith(".csv") || name.endsWith(".csv.gz") || name.endsWith(".tsv") ? Form.CSV : Form.NPY;
    }

    private static void requireForm(Path file, Form form, Path first) {
        InputException.when(
                (form(file) == Form.WAV) != (form == Form.WAV),
                "%s: found %s, expected %s as %s; convert one",
                file,
                form == Form.WAV ? "no WAV file" : "a WAV file",
                form == Form.WAV ? "WAV" : "a matrix",
                first);
    }

    private static void requireRate(Path file, float found, Path first, float expected) {
        InputException.when(
                found != expected,
                "%s: found %.0f samples per second, expected %.0f as in %s; resample one",
                file,
                found,
                expected,
                first);
    }

    private static void requireLength(Path file, int found, Path first, int expected) {
        InputException.when(
                found != expected,
                "%s: found %d samples, expected %d as in %s; give mixtures of the same samples",
                file,
                found,
                expected,
                first);
    }

    /// The files that [#write] writes into a folder.
    public List<Path> outputs(Path folder) {
        List<Path> files = new ArrayList<>();
        if (form == Form.WAV) {
            IntStream.rangeClosed(1, columns.width())
                    .forEach(k -> files.add(folder.resolve("source-%d.wav".formatted(k))));
        } else {
            files.add(folder.resolve(form == Form.CSV ? "sources.csv" : "sources.npy"));
        }
        files.add(folder.resolve("unmixing.npy"));
        return files;
    }

    /// Writes the sources in the form of the mixtures, and writes `unmixing.npy`.
    public void write(Path folder, Unmixing unmixing) {
        double[][] sources = unmixing.sources(columns);
        List<Path> files = outputs(folder);
        switch (form) {
            case WAV -> IntStream.range(0, sources.length).forEach(k -> Wav.write(files.get(k), rate, sources[k]));
            case CSV -> writeCsv(files.getFirst(), sources);
            case NPY -> writeNpy(files.getFirst(), sources);
        }
        try (var scope = Scope.open()) {
            NpyMatrix.write(files.getLast(), Tensors.of(unmixing.matrix()));
        }
    }

    private static void writeCsv(Path file, double[][] sources) {
        CsvWriter.write(file, csv -> {
            csv.row(IntStream.rangeClosed(1, sources.length)
                    .mapToObj(k -> "source" + k)
                    .toList());
            for (int i = 0; i < sources[0].length; i++) {
                int row = i;
                csv.row(Arrays.stream(sources)
                        .map(source -> Double.toString(source[row]))
                        .toList());
            }
        });
    }

    private static void writeNpy(Path file, double[][] sources) {
        try (var scope = Scope.open()) {
            Tensor rows = Tensors.of(sources).t().contiguous(); // [N, D]
            NpyMatrix.write(file, rows);
        }
    }
}
