package org.fullrank.lab;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/// The page of all experiments, `README.md`: the [Course], and every claim with its value for every seed.
///
/// @param sweeps sweeps with the same settings, at least one
public record Overview(List<Sweep> sweeps) {
    public Overview {
        sweeps = List.copyOf(sweeps);
    }

    /// Writes the page into a folder.
    ///
    /// @return the file
    /// @throws org.fullrank.engine.JobException when it cannot be written
    public Path write(Path folder) {
        Path file = folder.resolve("README.md");
        ExperimentPage.write(file, markdown());
        return file;
    }

    String markdown() {
        List<Setting> settings = sweeps.getFirst().settings();
        String seeds = settings.stream().map(s -> Long.toString(s.seed())).collect(Collectors.joining(","));
        StringBuilder page = new StringBuilder("# The lab: papers as experiments\n\n");
        page.append(
                "Most experiments repeat a result of a paper, or a small case of it; a few answer a question of this"
                        + " project. Each one checks claims. Every claim has an expected value, a tolerance and a reason for both."
                        + " The page of an experiment names its source. The page shows the figure, the table and the verdicts for"
                        + " the first seed. The tables on this page show the measured values of all seeds. This command makes all"
                        + " pages:\n\n```\n");
        page.append("fullrank lab run all --seed %s%s%s\n```\n\n"
                .formatted(
                        seeds,
                        ExperimentPage.lengthOption(settings.getFirst()),
                        ExperimentPage.dataOption(settings.getFirst())));
        page.append(
                "In a source folder, type `./fullrank` for `fullrank`. `--data` takes a folder with the folders `%s`.\n\n"
                        .formatted(String.join("`, `", Setting.FOLDERS)));
        page.append(Course.standard()
                .markdown(sweeps.stream().map(Sweep::experiment).toList()));
        page.append("\n## All experiments\n\n");
        page.append(contents().markdown()).append('\n');
        for (Sweep sweep : sweeps) {
            page.append("## %s\n\n".formatted(sweep.experiment().name()));
            page.append(claims(sweep).markdown()).append('\n');
        }
        return page.toString();
    }

    private ResultTable contents() {
        ResultTable table = ResultTable.of("experiment", "what it shows", "holds", "fails", "not decidable");
        for (Sweep sweep : sweeps) {
            String name = sweep.experiment().name();
            table = table.row(
                    "[%s](%s.md)".formatted(name, name),
                    sweep.experiment().description().title(),
                    sweep.count(ClaimVerdict.HOLDS),
                    sweep.count(ClaimVerdict.FAILS),
                    sweep.count(ClaimVerdict.UNDECIDABLE));
        }
        return table;
    }

    private static ResultTable claims(Sweep sweep) {
        List<String> header = new ArrayList<>(List.of("claim", "expected"));
        sweep.settings().forEach(setting -> header.add("seed " + setting.seed()));
        List<List<String>> rows = new ArrayList<>();
        for (int c = 0; c < sweep.outcomes().getFirst().claims().size(); c++) {
            Claim first = sweep.outcomes().getFirst().claims().get(c);
            List<String> row =
                    new ArrayList<>(List.of(first.text(), first.expected().text()));
            for (Outcome outcome : sweep.outcomes()) {
                row.add(figure(outcome.claims().get(c)));
            }
            rows.add(row);
        }
        return new ResultTable(header, rows);
    }

    /// The figure in words. An expected value may depend on the seed. So a failed value is printed with the
    /// expected value.
    private static String figure(Claim claim) {
        return switch (claim.verdict()) {
            case HOLDS -> claim.figure();
            case FAILS ->
                "**%s fails (%s)**".formatted(claim.figure(), claim.expected().text());
            case UNDECIDABLE -> ClaimVerdict.UNDECIDABLE.label();
        };
    }
}
