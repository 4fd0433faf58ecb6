package org.fullrank.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.fullrank.engine.InputException;
import org.fullrank.engine.JobException;
import org.fullrank.engine.Threads;
import org.fullrank.file.AtomicFile;
import org.fullrank.independence.Columns;
import org.fullrank.independence.Mixtures;
import org.fullrank.independence.Unmixing;
import org.fullrank.page.Spectrogram;
import org.fullrank.text.Numbers;
import org.fullrank.text.Table;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Separates mixtures into independent sources.
@Command(
        name = "unmix",
        sortOptions = false,
        description = "Separates mixtures of independent sources, such as recordings of several speakers by several"
                + " microphones (independent component analysis).",
        footer = {
            "",
            "Each column of a matrix (.npy, .npz, .csv, .safetensors), or each channel of a WAV file, is one mixture."
                    + " Several files are mixtures of the same samples. There must be as many mixtures as sources.",
            "DIR gets the sources in the form of the input (sources.npy, sources.csv or source-1.wav, ...) and"
                    + " unmixing.npy, so that source = unmixing * mixture. If the sources look Gaussian, they are not"
                    + " identifiable, and nothing is written.",
            "--spectrograms adds before.png and after.png for WAV files.",
            "docs/reference/independence.md has the method.",
            "",
            "Examples:",
            "  fullrank unmix microphone-1.wav microphone-2.wav --out speakers",
            "  fullrank unmix stereo.wav --out speakers --spectrograms",
            "  fullrank unmix mixtures.csv --out sources --json"
        })
final class UnmixCommand extends Job {
    /// Largest absolute value of a source in a WAV file. It leaves some room below 1.
    private static final double PEAK = 0.9;

    /// Up to so many mixtures, the products are small, and other threads take more time than they save.
    private static final int ONE_THREAD = 8;

    @Parameters(paramLabel = "FILE", arity = "1..*", description = "Files of mixtures.")
    List<Path> files = new ArrayList<>();

    @Option(names = "--out", paramLabel = "DIR", required = true, description = "Folder of the sources.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    Path folder;

    @Option(
            names = "--starts",
            paramLabel = "N",
            defaultValue = "" + Unmixing.STARTS,
            description = "Largest number of starts. There are fewer if a start reaches independence. Default:"
                    + " ${DEFAULT-VALUE}.")
    int starts;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "0",
            description = "Seed of the random features and the starts. Default: ${DEFAULT-VALUE}.")
    long seed;

    @Option(
            names = "--spectrograms",
            description = "Also writes before.png and after.png: spectrograms of the mixtures and of the sources,"
                    + " for WAV files.")
    boolean spectrograms;

    @Option(names = "--json", description = "Prints the result as one JSON object.")
    boolean json;

    @Override
    void work() {
        InputException.when(
                Files.exists(folder) && !Files.isDirectory(folder),
                "--out %s: found a file, expected a folder; name another",
                folder);
        Mixtures mixtures = Mixtures.read(files, line -> err().println("warning: " + line));
        InputException.when(
                spectrograms && mixtures.form() != Mixtures.Form.WAV,
                "--spectrograms: found %s, expected WAV files, because only they have a sample rate; leave it out",
                files.getFirst());
        Threads.use(mixtures.columns().width() <= ONE_THREAD ? 1 : Threads.resolve(0));
        requireOtherFiles(mixtures.outputs(folder));
        Unmixing fitted = Unmixing.fit(mixtures.columns(), starts, seed);
        Unmixing unmixing = mixtures.form() == Mixtures.Form.WAV ? fitted.withPeak(mixtures.columns(), PEAK) : fitted;
        List<Path> written = List.of();
        if (!unmixing.hopeless()) {
            create(folder);
            mixtures.write(folder, unmixing);
            written = new ArrayList<>(mixtures.outputs(folder));
            if (spectrograms) {
                written.addAll(pictures(mixtures, unmixing));
            }
        }
        if (json) {
            out().println(json(unmixing, written));
        } else {
            out().print(text(mixtures, unmixing));
            written.forEach(out()::println);
            out().flush();
        }
    }

    private void requireOtherFiles(List<Path> outputs) {
        for (Path file : files) {
            for (Path output : outputs) {
                InputException.when(
                        file.toAbsolutePath()
                                .normalize()
                                .equals(output.toAbsolutePath().normalize()),
                        "--out %s: found the input %s among the files to write, expected another folder; name one",
                        folder,
                        file);
            }
        }
    }

    private static void create(Path folder) {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new JobException("--out %s: cannot be made (%s); name another folder".formatted(folder, e), e);
        }
    }

    private List<Path> pictures(Mixtures mixtures, Unmixing unmixing) {
        Columns columns = mixtures.columns();
        Path before = folder.resolve("before.png");
        Path after = folder.resolve("after.png");
        AtomicFile.write(before, Spectrogram.png(columns.values(), mixtures.rate()));
        AtomicFile.write(after, Spectrogram.png(unmixing.sources(columns), mixtures.rate()));
        return List.of(before, after);
    }

    private static Json json(Unmixing unmixing, List<Path> written) {
        return new Json()
                .put("identifiable", unmixing.identifiable())
                .put("criterion", unmixing.criterion())
                .put("null", unmixing.independent().largest())
                .put("starts", unmixing.starts().size())
                .put("criteria", unmixing.starts())
                .put("nullMean", unmixing.independent().mean())
                .put(
                        "unresolved",
                        unmixing.unresolved().stream()
                                .map(pair -> List.of(pair.first() + 1, pair.second() + 1))
                                .toList())
                .put(
                        "fastIca",
                        new Json()
                                .put("criterion", unmixing.fastIca().criterion())
                                .put("distance", unmixing.fastIca().distance()))
                .put("files", written.stream().map(Path::toString).toList());
    }

    private static String text(Mixtures mixtures, Unmixing unmixing) {
        var table = new Table();
        table.row(
                "mixtures",
                "%d of %d samples"
                        .formatted(
                                mixtures.columns().width(), mixtures.columns().rows()));
        table.row(
                "criterion",
                "%s; independent sources: %s on average, at most %s"
                        .formatted(
                                Numbers.number(unmixing.criterion()),
                                Numbers.number(unmixing.independent().mean()),
                                Numbers.number(unmixing.independent().largest())));
        table.row("starts", unmixing.starts().stream().map(Numbers::number).collect(Collectors.joining(", ")));
        table.row(
                "FastICA",
                "criterion %s; Amari distance from this result %s"
                        .formatted(
                                Numbers.number(unmixing.fastIca().criterion()),
                                Numbers.number(unmixing.fastIca().distance())));
        table.row(
                "sources",
                "by their share of the mixtures' variance; the largest weight in a mixture is positive; %s"
                        .formatted(
                                mixtures.form() == Mixtures.Form.WAV
                                        ? "peak " + Numbers.plain(PEAK, 2)
                                        : "variance 1"));
        return table + verdict(unmixing);
    }

    private static String verdict(Unmixing unmixing) {
        if (unmixing.hopeless()) {
            return "not identifiable: every rotation of the whitened mixtures looks independent, as with Gaussian"
                    + " sources; nothing was written\n";
        }
        if (!unmixing.identifiable()) {
            return unmixing.unresolved().stream()
                            .map(pair -> "sources %d and %d".formatted(pair.first() + 1, pair.second() + 1))
                            .collect(Collectors.joining(", ", "not identifiable: ", ""))
                    + " are mixed with one another, because they look Gaussian\n";
        }
        return unmixing.criterion() <= unmixing.independent().largest()
                ? ""
                : "warning: the criterion is above that of independent sources; the sources depend on one another, or"
                        + " there are more sources than mixtures, or no start found them: try --starts or --seed\n";
    }
}
