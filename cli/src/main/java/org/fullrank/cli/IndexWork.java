package org.fullrank.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.fullrank.data.Labels;
import org.fullrank.data.Split;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Natives;
import org.fullrank.probe.Features;
import org.fullrank.rows.RowStreams;
import org.fullrank.search.IndexCard;
import org.fullrank.search.IndexReport;
import org.fullrank.search.IndexSettings;
import org.fullrank.search.Recall;
import org.fullrank.search.VectorIndex;
import org.fullrank.search.VectorSource;
import org.fullrank.text.Numbers;
import org.fullrank.text.Table;
import org.fullrank.trained.Trained;

/// Builds the index of [IndexCommand], and prints what it is.
record IndexWork(IndexCommand command) {
    /// Below this recall, more than one neighbor of ten is missing on average.
    private static final double LOW_RECALL = 0.9;

    void build(Path folder, IndexSettings settings) {
        Consumer<String> progress = command.err()::println;
        VectorIndex.requireFree(folder, command.force);
        try (VectorSource source = Files.isDirectory(command.subject) ? ofRun() : ofFile()) {
            report(
                    command.force
                            ? VectorIndex.replace(source, folder, settings, progress)
                            : VectorIndex.build(source, folder, settings, progress));
        }
    }

    private VectorSource ofRun() {
        Split wanted = command.split == null ? Split.TRAIN : Split.named("--split", command.split);
        Natives.loadEarly();
        try (Trained trained = Trained.open(
                command.subject, new Trained.Reading(command.data, command.best), command.err()::println)) {
            var subject = "the %s split".formatted(wanted.label());
            EmbeddingNote.print(command.err(), subject, command.subject, trained.checkpoint(), trained.step());
            Features features = trained.embed(wanted);
            var text =
                    "%s split of %s".formatted(wanted.label(), command.data == null ? command.subject : command.data);
            var from = new IndexCard.Source(
                    text,
                    command.subject.toAbsolutePath().normalize().toString(),
                    String.valueOf(trained.checkpoint().getFileName()));
            return new VectorSource(
                    RowStreams.of(text, features.values(), features.width()),
                    trained.data().names(wanted),
                    features.classes() == null ? null : new Labels(features.classes(), features.names()),
                    from);
        }
    }

    private VectorSource ofFile() {
        for (String option : List.of("--data", "--split", "--best")) {
            InputException.when(
                    command.isGiven(option),
                    "%s: found the file %s, expected a run folder, whose encoder embeds data; leave it out",
                    option,
                    command.subject);
        }
        return VectorSource.open(command.subject, line -> command.err().println("warning: " + line));
    }

    private void report(IndexReport report) {
        IndexCard card = report.card();
        if (card.recall().share() < LOW_RECALL) {
            command.err()
                    .printf(
                            Locale.ROOT,
                            "warning: searches miss many neighbors (recall@%d %.3f); raise --neighbors or --beam%n",
                            Recall.NEIGHBORS,
                            card.recall().share());
        }
        if (command.json) {
            command.out()
                    .println(new Json()
                            .put("folder", report.folder().toString())
                            .put("rows", card.rows())
                            .put("width", card.width())
                            .put("bits", card.settings().bits())
                            .put(
                                    "recall",
                                    Double.isNaN(card.recall().share())
                                            ? null
                                            : card.recall().share())
                            .put("recallQueries", card.recall().queries())
                            .put("bytes", report.bytes())
                            .put("seconds", report.seconds()));
            return;
        }
        var table = new Table();
        table.row("index", report.folder());
        table.row(
                "rows",
                "%,d of width %d, %d bits"
                        .formatted(card.rows(), card.width(), card.settings().bits()));
        table.row("recall@" + Recall.NEIGHBORS, recall(card.recall()));
        table.row("on disk", Numbers.bytes(report.bytes()));
        table.row("built in", Numbers.steady(report.seconds()) + " s");
        command.out().print(table);
        command.out().flush();
    }

    private static String recall(Recall recall) {
        return recall.queries() == 0
                ? "not measured, because there is one row only"
                : String.format(
                        Locale.ROOT,
                        "%.3f of the true neighbors of %s are found",
                        recall.share(),
                        Numbers.count(recall.queries(), "row"));
    }
}
