package org.fullrank.cli;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Collectors;
import org.fullrank.data.Dataset;
import org.fullrank.data.Labels;
import org.fullrank.data.Split;
import org.fullrank.diagnose.Diagnosis;
import org.fullrank.diagnose.DiagnosisText;
import org.fullrank.diagnose.Doctor;
import org.fullrank.engine.InputException;
import org.fullrank.file.AtomicFile;
import org.fullrank.page.DiagnosisPage;
import org.fullrank.rows.Batches;
import org.fullrank.rows.LabelFile;
import org.fullrank.rows.RowStream;
import org.fullrank.rows.RowStreams;
import org.fullrank.rows.Selection;
import org.fullrank.run.RunFolder;
import org.fullrank.trained.Trained;
import org.jspecify.annotations.Nullable;

/// The work of `diagnose`. Options are checked before the first subject is read; the page is written when all are
/// examined.
record DiagnoseWork(Diagnose command) {
    private static final String BLOCK = "block.";

    /// Places that every run has.
    private static final List<String> PLACES = List.of("representation", "embedding");

    /// @return whether there is a collapse
    boolean run() {
        requireOptions();
        var diagnoses = new ArrayList<Diagnosis>();
        for (Path subject : command.subjects) {
            List<Diagnosis> found = Files.isDirectory(subject) ? ofRun(subject) : List.of(ofFile(subject));
            diagnoses.addAll(found);
            if (!command.json) {
                print(found, diagnoses.size() == found.size());
            }
        }
        if (command.json) {
            command.out()
                    .println(new Json()
                            .put(
                                    "diagnoses",
                                    diagnoses.stream().map(Diagnosis::toMap).toList()));
        }
        if (command.page != null) {
            write(command.page, DiagnosisPage.html(diagnoses));
        }
        return diagnoses.stream()
                .flatMap(diagnosis -> diagnosis.verdicts().stream())
                .anyMatch(verdict -> verdict.kind().collapse());
    }

    private void print(List<Diagnosis> diagnoses, boolean first) {
        String before = first ? "" : "\n";
        command.out().print(before + diagnoses.stream().map(DiagnosisText::of).collect(Collectors.joining("\n")));
        command.out().flush();
    }

    private Diagnosis ofFile(Path file) {
        Labels labels = labels(file);
        RowStream rows = RowStreams.open(file, new Selection(command.key, ownLabelColumn()));
        try (Batches batches = Batches.of(rows, second(rows), labels)) {
            return Doctor.examine(file.toString(), batches);
        }
    }

    private @Nullable Labels labels(Path file) {
        return command.labels == null
                ? RowStreams.labels(file, new Selection(command.key, command.labelColumn))
                : LabelFile.read(command.labels, new Selection(null, command.labelColumn));
    }

    /// The label column of the embeddings themselves: with `--labels`, the option speaks of that file.
    private @Nullable String ownLabelColumn() {
        return command.labels == null ? command.labelColumn : null;
    }

    private @Nullable RowStream second(RowStream rows) {
        if (command.second == null) {
            return null;
        }
        try {
            String key = command.secondKey == null ? command.key : command.secondKey;
            return RowStreams.open(command.second, new Selection(key, ownLabelColumn()));
        } catch (RuntimeException e) {
            rows.close();
            throw e;
        }
    }

    private List<Diagnosis> ofRun(Path run) {
        try (RunFolder folder = RunFolder.open(run)) {
            Path checkpoint = Located.checkpoint(folder, command.best);
            try (Dataset data = Dataset.open(Located.data(folder, command.data));
                    Trained trained = Trained.open(folder, data, checkpoint)) {
                Split split = command.split == null ? Trained.heldOut(data) : Located.split(command.split);
                command.err()
                        .println("examining %s, step %d, on items of the %s split"
                                .formatted(checkpoint, trained.step(), split.label()));
                List<String> places = command.places.isEmpty() ? PLACES : command.places;
                List<String> blocks = places.stream()
                        .filter(place -> !PLACES.contains(place))
                        .map(place -> place.startsWith(BLOCK) ? place.substring(BLOCK.length()) : place)
                        .toList();
                return trained.diagnose(split, blocks).stream()
                        .filter(diagnosis ->
                                !PLACES.contains(diagnosis.subject()) || places.contains(diagnosis.subject()))
                        .map(diagnosis -> named(run, diagnosis))
                        .toList();
            }
        }
    }

    /// Of several subjects, each diagnosis says which it is of.
    private Diagnosis named(Path run, Diagnosis diagnosis) {
        return command.subjects.size() == 1
                ? diagnosis
                : diagnosis.withSubject("%s, %s".formatted(run, diagnosis.subject()));
    }

    private void requireOptions() {
        boolean runs = command.subjects.stream().anyMatch(Files::isDirectory);
        boolean files = !command.subjects.stream().allMatch(Files::isDirectory);
        requireNone(runs, "a run folder", "files of embeddings", ofFiles());
        requireNone(files, "a file", "run folders", ofRuns());
        if (command.second != null && command.subjects.size() > 1) {
            throw new InputException("--second: found %d files, expected one that it is the other view of; examine them"
                            .formatted(command.subjects.size())
                    + " one by one");
        }
        if (command.secondKey != null && command.second == null) {
            throw new InputException("--second-key: found no --second, expected one; name the file");
        }
        Path page = command.page;
        if (page != null
                && Files.exists(page)
                && !page.toString().toLowerCase(Locale.ROOT).endsWith(".html")) {
            throw new InputException(
                    "--page %s: found something there that is no .html, expected a new file or an older".formatted(page)
                            + " page; name another");
        }
        if (page != null
                && !Files.isDirectory(
                        Objects.requireNonNull(page.toAbsolutePath().getParent()))) {
            throw new InputException("--page %s: found no folder %s, expected one; make it first"
                    .formatted(page, page.toAbsolutePath().getParent()));
        }
    }

    private List<String> ofFiles() {
        var options = new ArrayList<String>();
        add(options, "--labels", command.labels != null);
        add(options, "--second", command.second != null);
        add(options, "--key", command.key != null);
        add(options, "--label-column", command.labelColumn != null);
        return options;
    }

    private List<String> ofRuns() {
        var options = new ArrayList<String>();
        add(options, "--places", !command.places.isEmpty());
        add(options, "--data", command.data != null);
        add(options, "--split", command.split != null);
        add(options, "--best", command.best);
        return options;
    }

    private static void add(List<String> options, String name, boolean given) {
        if (given) {
            options.add(name);
        }
    }

    private static void requireNone(boolean there, String found, String expected, List<String> options) {
        if (there && !options.isEmpty()) {
            throw new InputException("%s: found %s among the subjects, expected %s only; leave it out"
                    .formatted(options.getFirst(), found, expected));
        }
    }

    private static void write(Path page, String html) {
        AtomicFile.write(page, channel -> {
            var bytes = StandardCharsets.UTF_8.encode(html);
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        });
    }
}
