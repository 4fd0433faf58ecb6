package org.fullrank.cli;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "recipes",
        sortOptions = false,
        description = "Lists the recipes, or prints one with all its values.",
        footer = {
            "",
            "Examples:",
            "  fullrank recipes",
            "  fullrank recipes shapes-vicreg > mine.yaml      a start for a recipe of your own",
            "  fullrank recipes mine.yaml --set train.epochs=5  what that would give"
        })
final class RecipesCommand extends Job {
    @Parameters(arity = "0..1", paramLabel = "NAME|FILE", description = "The recipe to print as YAML.")
    @Nullable
    String name;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "Sets any value of the recipe that is printed; may be given several times.")
    List<String> settings = new ArrayList<>();

    @Option(names = "--json", description = "Prints the list as one JSON object.")
    boolean json;

    @Override
    void work() {
        new RecipesWork(this).run();
    }
}
