package org.fullrank.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "report",
        sortOptions = false,
        description =
                "Writes report.html into run folders again: one file that opens from disk and needs nothing else.",
        footer = {
            "",
            "pretrain writes it when it ends. Make it again for runs of an older version, or after evaluate or diagnose.",
            "",
            "Examples:",
            "  fullrank report runs/mine",
            "  fullrank report runs/mine --pictures     also the map of embeddings and the sheet of views"
        })
final class Report extends Job {
    @Parameters(arity = "1..*", paramLabel = "RUN", description = "Run folders.")
    List<Path> runs = new ArrayList<>();

    @Option(names = "--pictures", description = "Makes map and views anew from the data and the latest checkpoint.")
    boolean pictures;

    @Option(names = "--json", description = "Prints the result as one JSON object.")
    boolean json;

    @Override
    void work() {
        new ReportWork(this).run();
    }
}
