package org.fullrank.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.fullrank.data.DataSpec;
import org.fullrank.data.Dataset;
import org.fullrank.data.Items;
import org.fullrank.data.Summary;
import org.fullrank.engine.InputException;
import org.fullrank.run.Recipe;
import org.fullrank.run.Recipes;
import org.fullrank.settings.Yaml;
import org.fullrank.view.ContactSheet;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Shows the content of a path.
@Command(
        name = "data",
        sortOptions = false,
        description = "Shows the data that a path contains, and the views that a recipe makes of them.",
        footer = {
            "",
            "Examples:",
            "  fullrank data photos/",
            "  fullrank data shapes --views shapes-vicreg --out views.png",
            "  fullrank data table.csv --label-column species"
        })
final class DataCommand extends Job {
    /// Largest number of images in a contact sheet. Such a sheet has about a hundred megapixels.
    private static final int MOST_IMAGES = 1000;

    /// Largest number of left-out files that are named. With `--json`, all are named.
    private static final int SHOWN = 10;

    @Parameters(paramLabel = "PATH", description = "A file, a folder or the built-in name shapes.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    String path;

    @Option(
            names = "--label-column",
            paramLabel = "COLUMN",
            description =
                    "The column of a CSV or Parquet file that contains the class. Give the name of the column. In CSV,"
                            + " its position from 1 works as well. The last column is -1.")
    @Nullable
    String labelColumn;

    @Option(
            names = "--unlabeled",
            description = "Reads no classes from the data. The label column of a table is left out.")
    boolean unlabeled;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "Changes a setting of the recipe that begins with data, such as data.ignore=[date]. You can"
                    + " give this option several times.")
    List<String> settings = new ArrayList<>();

    @Option(
            names = "--views",
            paramLabel = "RECIPE",
            description = "Writes a contact sheet of the views that this recipe makes. Each image has one row, and"
                    + " the plain view comes first.")
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
        InputException.when(
                images < 1 || images > MOST_IMAGES, "--images: found %d, expected 1 to %d", images, MOST_IMAGES);
        Recipe recipe = views == null ? null : Recipes.load(views, List.of()); // a wrong name is found at once
        try (Dataset data = Dataset.open(asked())) {
            if (recipe != null) {
                requireFolder("--out", out);
                Items items = data.items(data.splits().getFirst());
                ContactSheet.write(items, recipe.views(), recipe.seed(), images, out);
            }
            Summary summary = data.summary();
            data.warnings().forEach(line -> err().println("warning: " + line));
            if (json) {
                out().println(Json.of(summary.toMap()).put("contactSheet", recipe == null ? null : out.toString()));
            } else {
                print(summary);
                if (recipe != null) {
                    out().println("contact sheet: " + out);
                }
            }
        }
    }

    private DataSpec asked() {
        if (unlabeled && labelColumn != null) {
            throw conflict("found --unlabeled together with --label-column, expected one of them; leave one out");
        }
        DataSpec spec = DataSpec.of(path).withLabelColumn(labelColumn);
        List<String> own =
                new ArrayList<>(settings.stream().map(DataCommand::ofData).toList());
        if (unlabeled) {
            own.add(ofData(DataSpec.UNLABELED_SETTING));
        }
        return Yaml.read("--set", Yaml.write(spec), DataSpec.class, own);
    }

    /// A setting of a recipe as one of its section `data`.
    private static String ofData(String setting) {
        return setting.replaceFirst("^data\\.", "");
    }

    private void print(Summary summary) {
        out().print(summary.text());
        out().flush();
        if (!summary.skipped().isEmpty()) {
            err().println("left out %d files:".formatted(summary.skipped().size()));
            summary.skipped().stream()
                    .limit(SHOWN)
                    .forEach(file -> err().println("  " + file.path() + ": " + file.reason()));
        }
    }
}
