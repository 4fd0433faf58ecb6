package org.fullrank.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.fullrank.engine.JobException;
import org.fullrank.file.AtomicFile;

/// The page of an outcome, `NAME.md` and `NAME.svg`. The same outcome gives the same bytes.
public record ExperimentPage(Experiment experiment, Setting setting, Outcome outcome) {
    /// Writes the page into a folder, which is created if it is missing.
    ///
    /// @return the Markdown file
    /// @throws JobException when it cannot be written
    public Path write(Path folder) {
        Figure figure = outcome.figure();
        if (figure != null) {
            write(folder.resolve(experiment.name() + ".svg"), figure.svg());
        }
        Path page = folder.resolve(experiment.name() + ".md");
        write(page, markdown());
        return page;
    }

    static void write(Path file, String text) {
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
        } catch (IOException e) {
            throw new JobException("cannot make folder of %s (%s); name another folder".formatted(file, e), e);
        }
        AtomicFile.write(file, text);
    }

    /// The page.
    String markdown() {
        StringBuilder page = new StringBuilder();
        Experiment.Description its = experiment.description();
        page.append("# `%s`: %s\n\n".formatted(its.name(), its.title()));
        page.append("Source: %s; %s.\n\n".formatted(its.paper(), its.part()));
        page.append(its.about().strip()).append("\n\n");
        Figure figure = outcome.figure();
        if (figure != null) {
            page.append("![%s](%s.svg)\n\n*%s*\n\n"
                    .formatted(its.title(), its.name(), figure.caption().strip()));
        }
        if (!outcome.table().rows().isEmpty()) {
            page.append(outcome.table().markdown()).append('\n');
        }
        page.append("## Claims\n\n").append(claims().markdown()).append('\n');
        page.append("This command makes the page: `%s`.\n".formatted(command()));
        return page.toString();
    }

    private ResultTable claims() {
        ResultTable table = ResultTable.of("verdict", "claim", "measured", "expected", "why this value and tolerance");
        for (Claim claim : outcome.claims()) {
            table = table.row(
                    claim.verdict() == ClaimVerdict.HOLDS
                            ? claim.verdict().label()
                            : "**" + claim.verdict().label() + "**",
                    claim.text(),
                    claim.figure(),
                    claim.expected().text(),
                    claim.reason());
        }
        return table;
    }

    private String command() {
        return "fullrank lab run %s --seed %d%s%s"
                .formatted(
                        experiment.name(),
                        setting.seed(),
                        lengthOption(setting),
                        experiment.takesData() ? dataOption(setting) : "");
    }

    /// The option for the length, empty for the full one.
    static String lengthOption(Setting setting) {
        return switch (setting.length()) {
            case QUICK -> " --quick";
            case FULL -> "";
            case PAPER -> " --paper";
        };
    }

    /// The data option with only the last part of the path, so that the page does not depend on the machine.
    static String dataOption(Setting setting) {
        String data = setting.data();
        return data == null ? "" : " --data " + Path.of(data).getFileName();
    }
}
