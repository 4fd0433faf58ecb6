package org.fullrank.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "data",
        sortOptions = false,
        description = "Tells what a path contains, and shows the views that a recipe makes of it.",
        footer = {
            "",
            "Examples:",
            "  fullrank data photos/",
            "  fullrank data shapes --views shapes-vicreg --out views.png",
            "  fullrank data table.csv --label-column species"
        })
final class Data extends Job {
    @Parameters(paramLabel = "PATH", description = "A file, a folder or the built-in name shapes.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    String path;

    @Option(
            names = "--label-column",
            paramLabel = "COLUMN",
            description = "Column of a CSV file that holds the class, by name or by position from 1; -1 is the last.")
    @Nullable
    String labelColumn;

    @Option(
            names = "--views",
            paramLabel = "RECIPE",
            description = "Writes a contact sheet of this recipe's views: one row per image, the plain view first.")
    @Nullable
    String views;

    @Option(
            names = "--out",
            paramLabel = "FILE",
            defaultValue = "views.png",
            description = "The contact sheet. Default: ${DEFAULT-VALUE}.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    Path out;

    @Option(
            names = "--images",
            paramLabel = "N",
            defaultValue = "10",
            description = "Rows of the contact sheet. Default: ${DEFAULT-VALUE}.")
    int images;

    @Option(names = "--json", description = "Prints the result as one JSON object.")
    boolean json;

    @Override
    void work() {
        new DataWork(this).run();
    }
}
