package org.fullrank.compare;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.fullrank.file.AtomicFile;
import org.fullrank.file.JsonFile;
import org.fullrank.probe.Protocol;
import org.fullrank.stats.Holm;
import org.fullrank.stats.PairedTest;
import org.fullrank.text.Table;
import org.jspecify.annotations.Nullable;

/// The results of a comparison so far: the rows, the tests against the reference, and the baselines.
public final class ComparisonReport {
    /// With fewer seeds, the spread and the test are not meaningful.
    public static final int FEW_SEEDS = 3;

    /// The measures for which candidates are tested.
    static final List<ComparedMeasure> TESTED = List.of(ComparedMeasure.KNN, ComparedMeasure.LINEAR);

    private final Grid grid;
    private final Protocol protocol;
    private final List<Row> rows = new ArrayList<>();
    private final SequencedMap<String, List<Score>> baselines;
    private final Map<ComparedMeasure, Map<String, Verdict>> verdicts = new EnumMap<>(ComparedMeasure.class);

    /// The test of one candidate against the reference.
    ///
    /// @param test paired test of the two
    /// @param holm p of the test, corrected for the number of candidates. NaN with fewer than [#FEW_SEEDS]
    ///     pairs, because their differences may be similar by chance
    public record Verdict(PairedTest test, double holm) {
        /// Whether there are enough pairs for a p value.
        public boolean isTested() {
            return !Double.isNaN(holm);
        }

        /// Whether the difference is significant. It never is if it is not tested.
        public boolean different() {
            return holm < PairedTest.LEVEL;
        }
    }

    ComparisonReport(
            Grid grid, Protocol protocol, List<TrainingOutcome> outcomes, SequencedMap<String, List<Score>> baselines) {
        this.grid = grid;
        this.protocol = protocol;
        this.baselines = baselines;
        for (Candidate candidate : grid.candidates()) {
            rows.add(new Row(
                    candidate,
                    outcomes.stream()
                            .filter(o -> o.cell().label().equals(candidate.label()))
                            .toList()));
        }
        TESTED.forEach(figure -> verdicts.put(figure, verdicts(figure)));
    }

    private Map<String, Verdict> verdicts(ComparedMeasure figure) {
        Row reference = reference();
        List<Row> others = rows.stream().filter(row -> row != reference).toList();
        List<PairedTest> tests =
                others.stream().map(row -> row.test(reference, figure)).toList();
        double[] holm = Holm.correct(tests.stream()
                .mapToDouble(test -> test.n() < FEW_SEEDS ? Double.NaN : test.p())
                .toArray());
        var byLabel = new LinkedHashMap<String, Verdict>();
        for (int i = 0; i < holm.length; i++) {
            byLabel.put(others.get(i).candidate().label(), new Verdict(tests.get(i), holm[i]));
        }
        return byLabel;
    }

    public Protocol protocol() {
        return protocol;
    }

    /// One row for each candidate, in their order.
    public List<Row> rows() {
        return List.copyOf(rows);
    }

    /// The row that the other rows are tested against.
    public Row reference() {
        return rows.stream()
                .filter(row -> row.candidate().label().equals(grid.reference()))
                .findFirst()
                .orElseThrow();
    }

    /// The scores of each baseline by its name, one score for each seed.
    public SequencedMap<String, List<Score>> baselines() {
        return baselines;
    }

    /// The test of a row for kNN or linear accuracy; null for the reference itself.
    public @Nullable Verdict verdict(Row row, ComparedMeasure figure) {
        return verdicts.getOrDefault(figure, Map.of()).get(row.candidate().label());
    }

    /// Remarks about trainings without a result: `label, seed 2: failed: why`.
    public List<String> remarks() {
        List<String> remarks = new ArrayList<>();
        for (Row row : rows) {
            for (TrainingOutcome outcome : row.outcomes()) {
                String name = "%s, seed %d: "
                        .formatted(outcome.cell().label(), outcome.cell().seed());
                switch (outcome) {
                    case TrainingOutcome.Failed failed -> remarks.add(name + "failed: " + failed.message());
                    case TrainingOutcome.Pending pending -> remarks.add(name + "not done: " + pending.message());
                    case TrainingOutcome.Measured done -> {
                        if (!done.score().converged()) {
                            remarks.add(name + "the linear probe has not converged");
                        }
                    }
                }
            }
        }
        return remarks;
    }

    /// The table for people.
    public Sheet sheet() {
        return Sheet.of(this);
    }

    private Table table() {
        Sheet sheet = sheet();
        var table = new Table().row(sheet.head());
        sheet.rows().forEach(table::row);
        return table;
    }

    /// The text for people: table, legend, protocol, remarks.
    public String text() {
        var text = new StringBuilder().append(table()).append('\n');
        Sheet.LEGEND.forEach(line -> text.append(line).append('\n'));
        text.append("protocol ").append(protocol.hash()).append('\n');
        protocol.fields().forEach((name, value) -> text.append("  %s: %s\n".formatted(name, value)));
        remarks().forEach(remark -> text.append(remark).append('\n'));
        return text.toString();
    }

    /// The table, the protocol and the remarks for a page in Markdown.
    private String markdown() {
        var text = new StringBuilder(table().markdown());
        text.append("\nProtocol ").append(protocol.hash()).append(".\n");
        remarks().forEach(remark -> text.append("\n- ").append(remark));
        return text.append(remarks().isEmpty() ? "" : "\n").toString();
    }

    /// The report for JSON: everything except the curves.
    public SequencedMap<String, Object> toMap() {
        return ReportTree.of(this);
    }

    /// Writes `compare.json`, `compare.md` and `compare.html` into the folder.
    void save() {
        FolderFiles.locked(grid.folder(), () -> {
            JsonFile.write(grid.folder().resolve("compare.json"), toMap());
            AtomicFile.write(grid.folder().resolve("compare.md"), markdown());
            AtomicFile.write(grid.folder().resolve("compare.html"), ComparisonPage.of(this));
        });
    }
}
