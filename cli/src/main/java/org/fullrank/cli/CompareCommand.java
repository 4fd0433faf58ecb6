package org.fullrank.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.fullrank.compare.Candidate;
import org.fullrank.compare.Cell;
import org.fullrank.compare.Comparison;
import org.fullrank.compare.ComparisonListener;
import org.fullrank.compare.ComparisonReport;
import org.fullrank.compare.Grid;
import org.fullrank.data.DataSpec;
import org.fullrank.engine.InputException;
import org.fullrank.text.Numbers;
import org.fullrank.train.Trainer;
import org.fullrank.train.TrainingListener;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Trains recipes with several seeds and compares them.
@Command(
        name = "compare",
        sortOptions = false,
        description = "Trains several recipes with several seeds and compares them. Writes a table with"
                + " standard deviations, tests the differences, and writes a page with curves.",
        footer = {
            "",
            "Each training is a separate run in DIR/runs. Ctrl-C writes a checkpoint and stops. The"
                    + " same command with --resume continues.",
            "",
            "Examples:",
            "  fullrank compare shapes-vicreg simclr=shapes-vicreg,method.objective=nt-xent --out runs/two",
            "  fullrank compare full=mine.yaml no-push=mine.yaml,method.objective.variance=0 \\",
            "      --seeds 1,2,3,4,5 --data photos/ --out runs/ablation",
            "  fullrank compare shapes-vicreg --set train.epochs=5 --out runs/quick --json"
        })
final class CompareCommand extends Job implements ComparisonListener {
    @Parameters(
            paramLabel = "[LABEL=]RECIPE[,KEY=VALUE...]",
            arity = "1..*",
            description = "The name of a recipe or a YAML file. Settings for this recipe only can follow,"
                    + " separated by commas.")
    List<String> candidates = new ArrayList<>();

    @Option(
            names = "--seeds",
            paramLabel = "LIST",
            defaultValue = "1,2,3",
            description = "Each recipe is trained once with each seed. Default: ${DEFAULT-VALUE}. With fewer than 3"
                    + " seeds, the standard deviation is unreliable.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    String seeds;

    @Option(
            names = "--data",
            paramLabel = "PATH",
            description = "Trains all recipes on these data instead of their own. The evaluation needs labels.")
    @Nullable
    String data;

    @Option(
            names = "--label-column",
            paramLabel = "COLUMN",
            description = "The column of a CSV or Parquet file that contains the class, as in fullrank data. It is the"
                    + " setting data.labelColumn.")
    @Nullable
    String labelColumn;

    @Option(names = "--out", paramLabel = "DIR", required = true, description = "Folder of the comparison.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    Path out;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "Sets a value of all recipes, such as train.epochs=50. You can give this option several"
                    + " times.")
    List<String> settings = new ArrayList<>();

    @Option(
            names = "--reference",
            paramLabel = "LABEL",
            description = "The recipe with which all others are compared. Default: the first recipe.")
    @Nullable
    String reference;

    @Option(names = "--resume", description = "Continues in a folder that already has runs. Finished runs are kept.")
    boolean resume;

    @Option(names = "--no-baselines", description = "Skips the baselines: raw input and untrained encoders.")
    boolean noBaselines;

    @Option(names = "--json", description = "Prints the result as one JSON object.")
    boolean json;

    private boolean stopRequested;

    @Override
    void work() {
        Grid grid = grid();
        if (grid.seeds().size() < ComparisonReport.FEW_SEEDS) {
            note(("warning: found %s, expected at least %d: with fewer the spread is unreliable and no"
                            + " difference is significant")
                    .formatted(Numbers.count(grid.seeds().size(), "seed"), ComparisonReport.FEW_SEEDS));
        }
        ComparisonReport report =
                Comparison.prepare(grid, this, resume, !noBaselines).run();
        if (stopRequested) {
            note("stopped; the same command with --resume continues");
        }
        if (json) {
            out().println(Json.of(report.toMap()).put("folder", out.toString()));
        } else {
            out().print(report.text());
            out().println("page: " + out.resolve("compare.html"));
        }
    }

    private Grid grid() {
        List<Candidate> parsed = candidates();
        return new Grid(parsed, seeds(), reference == null ? parsed.getFirst().label() : reference, out);
    }

    private List<Candidate> candidates() {
        List<String> common = new ArrayList<>(settings);
        if (data != null) {
            common.add(DataSpec.pathSetting(data));
        }
        if (labelColumn != null) {
            common.add(DataSpec.labelSetting(labelColumn));
        }
        return candidates.stream()
                .map(text -> Candidate.parse(text, common))
                .map(candidate ->
                        new Candidate(candidate.label(), candidate.recipe().withAbsolutePaths()))
                .toList();
    }

    private List<Long> seeds() {
        List<Long> numbers = new ArrayList<>();
        for (String seed : seeds.split(",", -1)) {
            try {
                numbers.add(Long.parseLong(seed.strip()));
            } catch (NumberFormatException e) {
                throw new InputException(
                        "--seeds %s: found \"%s\", expected whole numbers separated by commas, such as 1,2,3"
                                .formatted(seeds, seed),
                        e);
            }
        }
        return numbers;
    }

    @Override
    public Trainer.Ending train(Cell cell, Function<TrainingListener, Trainer.Ending> training) {
        try (var watched = new WatchedTraining(err(), cell.recipe())) {
            Trainer.Ending ending = training.apply(watched);
            stopRequested = watched.stopRequested();
            return ending;
        }
    }

    @Override
    public void note(String line) {
        err().println(line);
    }

    @Override
    public boolean stopRequested() {
        return stopRequested;
    }
}
