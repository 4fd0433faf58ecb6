package org.fullrank.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.fullrank.data.Dataset;
import org.fullrank.page.RunPage;
import org.fullrank.run.RunFolder;
import org.fullrank.trained.Trained;

/// The work of `report`.
record ReportWork(Report command) {
    void run() {
        List<String> written = new ArrayList<>();
        for (Path run : command.runs) {
            if (command.pictures) {
                draw(run);
            }
            written.add(RunPage.write(run).toString());
        }
        if (command.json) {
            command.out().println(new Json().put("reports", written));
        } else {
            written.forEach(command.out()::println);
        }
    }

    private static void draw(Path run) {
        try (RunFolder folder = RunFolder.open(run);
                Dataset data = Dataset.open(Located.data(folder, null));
                Trained trained = Trained.open(folder, data, Located.checkpoint(folder, false))) {
            trained.draw(run);
        }
    }
}
