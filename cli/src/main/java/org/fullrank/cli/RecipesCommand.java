package org.fullrank.cli;

import java.util.ArrayList;
import java.util.List;
import org.fullrank.engine.InputException;
import org.fullrank.run.Recipe;
import org.fullrank.run.Recipes;
import org.fullrank.settings.Yaml;
import org.fullrank.text.Table;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Lists the recipes.
@Command(
        name = "recipes",
        sortOptions = false,
        description = "Lists the recipes, or prints one with all its values.",
        footer = {
            "",
            "Examples:",
            "  fullrank recipes",
            "  fullrank recipes shapes-vicreg > mine.yaml      a start for a recipe of your own",
            "  fullrank recipes mine.yaml --set train.epochs=5  your recipe with one setting changed"
        })
final class RecipesCommand extends Job {
    @Parameters(arity = "0..1", paramLabel = "NAME|FILE", description = "The recipe to print as YAML.")
    @Nullable
    String name;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "Sets any value of the printed recipe. You can give this option several times.")
    List<String> settings = new ArrayList<>();

    @Option(names = "--json", description = "Prints the list as one JSON object.")
    boolean json;

    @Override
    void work() {
        if (name != null) {
            Recipe recipe = Recipes.load(name, settings);
            out().print(json ? Yaml.json(recipe) + "\n" : Yaml.write(recipe));
            out().flush();
            return;
        }
        InputException.unless(
                settings.isEmpty(), "recipes: found --set without a recipe, expected its name first; name one");
        List<Object> rows = new ArrayList<>();
        var table = new Table();
        for (String known : Recipes.list()) {
            Recipe recipe = Recipes.load(known, List.of());
            rows.add(new Json()
                    .put("name", known)
                    .put("about", recipe.about())
                    .put("data", recipe.data().path())
                    .values());
            table.row(known, recipe.about());
        }
        out().print(json ? new Json().put("recipes", rows) + "\n" : table);
        out().flush();
    }
}
