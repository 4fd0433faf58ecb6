package org.fullrank.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "compare",
        sortOptions = false,
        description =
                "Trains several recipes with several seeds and puts them side by side: a table with spread, a test"
                        + " for differences, curves, a page.",
        footer = {
            "",
            "Each training is a run of its own in DIR/runs. Ctrl-C stops with a checkpoint; the same command with"
                    + " --resume goes on.",
            "",
            "Examples:",
            "  fullrank compare shapes-vicreg simclr=shapes-vicreg,method.objective=nt-xent --out runs/two",
            "  fullrank compare full=mine.yaml no-push=mine.yaml,method.objective.variance=0 \\",
            "      --seeds 1,2,3,4,5 --data photos/ --out runs/ablation",
            "  fullrank compare shapes-vicreg --set train.epochs=5 --out runs/quick --json"
        })
final class Compare extends Job {
    @Parameters(
            paramLabel = "[LABEL=]RECIPE[,KEY=VALUE...]",
            arity = "1..*",
            description = "A recipe of fullrank recipes or a YAML file, with settings of its own behind commas.")
    List<String> candidates = new ArrayList<>();

    @Option(
            names = "--seeds",
            paramLabel = "LIST",
            defaultValue = "1,2,3",
            description = "Each recipe is trained once for each. Default: ${DEFAULT-VALUE}; with fewer than 3 a spread"
                    + " says little.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    String seeds;

    @Option(
            names = "--data",
            paramLabel = "PATH",
            description = "What all learn from, instead of the recipes' data; it needs labels for the evaluation.")
    @Nullable
    String data;

    @Option(names = "--out", paramLabel = "DIR", required = true, description = "Folder of the comparison.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    Path out;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "Sets a value of all recipes, as in train.epochs=50; may be given several times.")
    List<String> settings = new ArrayList<>();

    @Option(
            names = "--reference",
            paramLabel = "LABEL",
            description = "What the others are tested against. Default: the first.")
    @Nullable
    String reference;

    @Option(
            names = "--resume",
            description = "Goes on in a folder that has runs already; what is done is not done again.")
    boolean resume;

    @Option(names = "--no-baselines", description = "Leaves out raw input and untrained encoders.")
    boolean noBaselines;

    @Option(names = "--json", description = "Prints the result as one JSON object.")
    boolean json;

    @Override
    void work() {
        new CompareWork(this).run();
    }
}
