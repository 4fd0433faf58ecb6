package org.fullrank.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.fullrank.engine.InputException;
import org.fullrank.page.RunPage;
import org.fullrank.run.Recipe;
import org.fullrank.run.RunFolder;
import org.fullrank.trained.Trained;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Writes the report of runs.
@Command(
        name = "report",
        sortOptions = false,
        description = "Writes report.html into run folders. You can open this file from disk. It needs no other files.",
        footer = {
            "",
            "pretrain writes it when it ends. Write it again for runs of an older version, or after evaluate.",
            "",
            "Examples:",
            "  fullrank report runs/mine",
            "  fullrank report runs/mine --pictures     also the map of embeddings and the sheet of views"
        })
final class ReportCommand extends Job {
    @Parameters(arity = "1..*", paramLabel = "RUN", description = "Run folders.")
    List<Path> runs = new ArrayList<>();

    @Option(
            names = "--pictures",
            description = "Also draws the pictures of the map and of the views again, from the data and the latest"
                    + " checkpoint.")
    boolean pictures;

    @Option(names = "--json", description = "Prints the result as one JSON object.")
    boolean json;

    @Override
    void work() {
        List<String> written = new ArrayList<>();
        for (Path run : runs) {
            if (pictures) {
                draw(run);
            }
            written.add(RunPage.write(run).toString());
        }
        if (json) {
            out().println(new Json().put("reports", written));
        } else {
            written.forEach(out()::println);
        }
        for (Path run : runs) {
            if (Files.isRegularFile(run.resolve(RunFolder.EVENTS))) {
                err().println(RunFolder.tensorBoard(run));
            }
        }
    }

    private void draw(Path run) {
        InputException.when(
                RunFolder.open(run).config(Recipe.class).data().isNone(),
                "run %s: found no data, because its weights are imported, and so no pictures; leave --pictures out",
                run);
        try (Trained trained = Trained.open(run, Trained.Reading.defaults(), err()::println)) {
            trained.draw(run);
        }
    }
}
