package org.fullrank.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.fullrank.data.Labels;
import org.fullrank.data.Split;
import org.fullrank.diagnose.Diagnosis;
import org.fullrank.diagnose.DiagnosisComparison;
import org.fullrank.diagnose.DiagnosisText;
import org.fullrank.diagnose.Doctor;
import org.fullrank.diagnose.Likeness;
import org.fullrank.diagnose.Verdict;
import org.fullrank.engine.FullrankException;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Threads;
import org.fullrank.file.AtomicFile;
import org.fullrank.page.DiagnosisPage;
import org.fullrank.rows.Batches;
import org.fullrank.rows.LabelFile;
import org.fullrank.rows.RowStream;
import org.fullrank.rows.RowStreams;
import org.fullrank.rows.Selection;
import org.fullrank.trained.Trained;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Diagnoses embeddings of runs or files.
@Command(
        name = "diagnose",
        sortOptions = false,
        description =
                "Reports whether embeddings have collapsed, in which way, and what to change. The input is a run or a"
                        + " file of embeddings.",
        footer = {
            "",
            "A file contains a matrix [N, D] with a row for each item: .npy, .npz, .csv, .safetensors, .parquet,"
                    + " .fbin or JSON lines. It is read in blocks and may be larger than the memory.",
            "For a run, up to 2000 items are embedded, preferably items that were not used for training.",
            "",
            "Exit code: 0 for every verdict, 1 if the job failed, 2 if the arguments or the input"
                    + " are wrong, 3 if --fail-on holds.",
            "",
            "Examples:",
            "  fullrank diagnose runs/mine",
            "  fullrank diagnose runs/mine --optimum",
            "  fullrank diagnose runs/mine --gaussian",
            "  fullrank diagnose z.npy --labels y.npy",
            "  fullrank diagnose view1.npy --second view2.npy --page diagnosis.html",
            "  fullrank diagnose before.npy after.npy --compare",
            "  fullrank diagnose z.npy --fail-on 'collapse,rankme.share<0.2' --junit diagnosis.xml",
            "  curl -s https://example.org/embeddings.csv | fullrank diagnose -"
        })
final class DiagnoseCommand extends Job {
    private static final String BLOCK = "block.";

    private static final String EMBEDDING = "embedding";

    /// Places that every run has.
    private static final List<String> PLACES = List.of("representation", EMBEDDING);

    @Parameters(
            paramLabel = "RUN|FILE",
            arity = "1..*",
            description = "Run folders, or files of embeddings, or - for standard input. Each input is diagnosed"
                    + " separately.")
    List<Path> subjects = new ArrayList<>();

    @Option(
            names = "--labels",
            paramLabel = "FILE",
            description = "The file with the class of each row: a .npy of whole numbers, a .csv, or a .txt with one"
                    + " class per line. Default: the labels in the file of embeddings, such as labels or y of an"
                    + " .npz.")
    @Nullable
    Path labels;

    @Option(
            names = "--second",
            paramLabel = "FILE",
            description = "The file with the embeddings of another view of the same items, row by row.")
    @Nullable
    Path second;

    @Option(
            names = {"--array", "--key"},
            paramLabel = "NAME",
            description = "The name of the array in an .npz or .safetensors file, of the field in JSON lines, or of"
                    + " the column in Parquet."
                    + " Default: the only matrix, or a usual name such as embeddings, z or x.")
    @Nullable
    String key;

    @Option(
            names = "--second-key",
            paramLabel = "NAME",
            description = "The name of the array in the file of --second. Default: the value of --array.")
    @Nullable
    String secondKey;

    @Option(
            names = "--label-column",
            paramLabel = "COLUMN",
            description =
                    "The label column of the .csv or Parquet file, or of the file of --labels. Give the name of the column, its"
                            + " position from 1, or its position from the end (-1 is the last). Default: the column"
                            + " named label, class, target or y, or the only column with text, unless all its texts differ."
                            + " none: no column is the label.")
    @Nullable
    String labelColumn;

    @Option(
            names = "--skip-column",
            paramLabel = "COLUMN",
            description = "The name or position of a column of a .csv file that is not read. You can give this option"
                    + " several times.")
    List<String> skipColumns = new ArrayList<>();

    @Option(
            names = "--keep-column",
            paramLabel = "COLUMN",
            description = "The name or position of a column of numbers in a .csv file that is a dimension, although it"
                    + " looks like an index or an identifier. You can give this option several times.")
    List<String> keepColumns = new ArrayList<>();

    @Option(
            names = "--places",
            paramLabel = "LIST",
            split = ",",
            description = "The layers of a run to diagnose: representation, embedding (the output of the projector),"
                    + " or names of blocks. Default: representation,embedding.")
    List<String> places = new ArrayList<>();

    @Option(
            names = "--data",
            paramLabel = "PATH",
            description = "The data that the encoder of a run embeds. Default: the data of the run.")
    @Nullable
    String data;

    @Option(
            names = "--split",
            paramLabel = "NAME",
            description = "The split of the data. Default: the first of test, validation and train that exists.")
    @Nullable
    String split;

    @Option(
            names = "--best",
            description = "Uses the checkpoint with the best score during training instead of the latest checkpoint.")
    boolean best;

    @Mixin
    NetworkQuestions network = new NetworkQuestions();

    @Option(
            names = "--compare",
            description = "Compares two files in which row i belongs to the same item: differences of the"
                    + " figures, linear CKA, and angles between the strongest directions of both.")
    boolean compare;

    @Option(
            names = "--full",
            description =
                    "Prints all figures. Default: seven figures, and up to five others out of their healthy range.")
    boolean full;

    @Option(
            names = "--page",
            paramLabel = "FILE",
            description = "Writes the diagnoses with plots as one self-contained HTML file.")
    @Nullable
    Path page;

    @Mixin
    DiagnosisChecks checks = new DiagnosisChecks();

    @Option(names = "--json", description = "Prints the diagnoses as one JSON object.")
    boolean json;

    /// Checks the options before the first subject is read, and writes the files after the last one.
    @Override
    void work() {
        requireOptions();
        Threads.use(Threads.resolve(0));
        try (var spooled = new Spooled()) {
            try {
                diagnose(spooled);
            } catch (FullrankException e) {
                throw spooled.named(e);
            }
        }
    }

    private void diagnose(Spooled spooled) {
        var diagnoses = new ArrayList<Diagnosis>();
        for (Path subject : subjects) {
            List<Diagnosis> found = Files.isDirectory(subject) ? ofRun(subject) : List.of(ofFile(subject, spooled));
            diagnoses.addAll(found);
            if (!json) {
                print(found, diagnoses.size() == found.size());
            }
        }
        DiagnosisComparison comparison =
                compare ? new DiagnosisComparison(diagnoses.getFirst(), diagnoses.getLast(), likeness(spooled)) : null;
        if (json) {
            Json result = new Json()
                    .put("diagnoses", diagnoses.stream().map(Diagnosis::toMap).toList());
            out().println(comparison == null ? result : result.put("comparison", comparison.toMap()));
        } else if (comparison != null) {
            out().print("\n" + comparison.text());
            out().flush();
        }
        if (page != null) {
            AtomicFile.write(page, DiagnosisPage.html(diagnoses, comparison));
        }
        judge(diagnoses);
    }

    private void judge(List<Diagnosis> diagnoses) {
        if (checks.fail(diagnoses, err())) {
            collapsed();
            network.failure().ifPresent(failure -> warn(String.valueOf(failure.getMessage())));
        } else {
            network.throwFailure();
        }
    }

    /// Prints the places of a run, or a file. Healthy places come last, so that a collapse is not overlooked.
    private void print(List<Diagnosis> diagnoses, boolean first) {
        String before = first || compare && !full ? "" : "\n";
        out().print(before
                + diagnoses.stream()
                        .sorted(Comparator.comparing(DiagnoseCommand::isHealthy))
                        .map(this::text)
                        .collect(Collectors.joining(compare && !full ? "" : "\n")));
        out().flush();
    }

    private static boolean isHealthy(Diagnosis diagnosis) {
        return diagnosis.verdicts().stream().allMatch(verdict -> verdict.kind() == Verdict.Kind.HEALTHY);
    }

    /// In a comparison, the figures of both files follow side by side.
    private String text(Diagnosis diagnosis) {
        return full
                ? DiagnosisText.of(diagnosis)
                : compare ? DiagnosisText.verdicts(List.of(diagnosis)) : DiagnosisText.brief(diagnosis);
    }

    private Likeness likeness(Spooled spooled) {
        try (Batches first = Batches.of(RowStreams.open(spooled.file(subjects.getFirst()), selection()));
                Batches second = Batches.of(RowStreams.open(spooled.file(subjects.getLast()), selection()))) {
            return Likeness.of(first, second);
        }
    }

    private Diagnosis ofFile(Path subject, Spooled spooled) {
        Path file = spooled.file(subject);
        Labels classes = labels(file, line -> warn(spooled.named(line)));
        RowStream rows = RowStreams.open(file, selection());
        try (Batches batches = Batches.of(rows, second(rows), classes)) {
            return Doctor.examine(Spooled.name(subject), batches).inGeneralWords();
        }
    }

    private @Nullable Labels labels(Path file, Consumer<String> notes) {
        return labels == null
                ? RowStreams.labels(file, new Selection(key, labelColumn), notes)
                : LabelFile.read(labels, new Selection(null, labelColumn), notes);
    }

    /// What is read of the files of embeddings.
    private Selection selection() {
        return new Selection(key, ownLabelColumn(), skipColumns, keepColumns);
    }

    private void warn(String line) {
        err().println("warning: " + line);
    }

    /// The label column in the file of embeddings. With `--labels`, this option refers to the file of labels
    /// instead.
    private @Nullable String ownLabelColumn() {
        return labels == null ? labelColumn : null;
    }

    private @Nullable RowStream second(RowStream rows) {
        if (second == null) {
            return null;
        }
        try {
            return RowStreams.open(
                    second, secondKey == null ? selection() : selection().withKey(secondKey));
        } catch (RuntimeException e) {
            rows.close();
            throw e;
        }
    }

    private List<Diagnosis> ofRun(Path run) {
        try (Trained trained = Trained.open(run, new Trained.Reading(data, best), err()::println)) {
            Split chosen = split == null ? Trained.heldOut(trained.data()) : Split.named("--split", split);
            err().println("examining %s, step %d, on items of the %s split"
                    .formatted(trained.checkpoint(), trained.step(), chosen.label()));
            List<String> wanted = places.isEmpty() ? PLACES : places;
            List<String> blocks = wanted.stream()
                    .filter(place -> !PLACES.contains(place))
                    .map(place -> place.startsWith(BLOCK) ? place.substring(BLOCK.length()) : place)
                    .toList();
            List<Diagnosis> found = trained.diagnose(chosen, blocks);
            UnaryOperator<Diagnosis> answers = network.answers(trained, chosen);
            return found.stream()
                    .filter(diagnosis -> !PLACES.contains(diagnosis.subject()) || wanted.contains(diagnosis.subject()))
                    .map(diagnosis -> diagnosis.subject().equals(EMBEDDING) ? answers.apply(diagnosis) : diagnosis)
                    .map(diagnosis -> named(run, diagnosis))
                    .toList();
        }
    }

    /// If there are several inputs, the name of a diagnosis includes the run.
    private Diagnosis named(Path run, Diagnosis diagnosis) {
        return subjects.size() == 1 ? diagnosis : diagnosis.withSubject("%s, %s".formatted(run, diagnosis.subject()));
    }

    private void requireOptions() {
        boolean runs = subjects.stream().anyMatch(Files::isDirectory);
        boolean files = !subjects.stream().allMatch(Files::isDirectory);
        requireNone(
                runs,
                "a run folder",
                "files of embeddings",
                "--labels",
                "--second",
                "--array",
                "--label-column",
                "--skip-column",
                "--keep-column");
        requireNone(
                files, "a file", "run folders", "--places", "--data", "--split", "--best", "--optimum", "--gaussian");
        network.requireOptions(places.isEmpty() || places.contains(EMBEDDING));
        if (second != null && subjects.size() > 1) {
            throw new InputException(
                    ("--second: found %d files, expected one, because --second is its other view;" + " diagnose")
                                    .formatted(subjects.size())
                            + " them one by one");
        }
        if (secondKey != null && second == null) {
            throw new InputException("--second-key: found no --second, expected one; name the file");
        }
        InputException.when(
                compare && (runs || subjects.size() != 2),
                "--compare: found %s, expected two files of embeddings; write those of a run with fullrank embed",
                runs ? "a run folder" : subjects.size() + " files");
        InputException.when(
                subjects.stream().filter(Spooled.INPUT::equals).count() > 1
                        || Spooled.INPUT.equals(second)
                        || Spooled.INPUT.equals(labels),
                "-: found standard input twice, or for --second or --labels, expected it once, for the embeddings; write a"
                        + " file");
        requireWritablePage();
        checks.requireOptions();
    }

    private void requireWritablePage() {
        if (page == null) {
            return;
        }
        InputException.when(
                Files.exists(page) && !page.toString().toLowerCase(Locale.ROOT).endsWith(".html"),
                "--page %s: found a file that is not .html, expected a new file or an older page; name another",
                page);
        requireFolder("--page", page);
    }

    private void requireNone(boolean there, String found, String expected, String... options) {
        for (String option : options) {
            if (there && isGiven(option)) {
                throw new InputException("%s: found %s among the subjects, expected %s only; leave it out"
                        .formatted(option, found, expected));
            }
        }
    }
}
