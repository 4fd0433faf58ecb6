package org.fullrank.cli;

import java.util.ArrayList;
import java.util.List;
import org.fullrank.engine.InputException;
import org.fullrank.run.Recipe;
import org.fullrank.run.Recipes;
import org.fullrank.settings.Yaml;

/// The work of `recipes`.
record RecipesWork(RecipesCommand command) {
    void run() {
        if (command.name != null) {
            Recipe recipe = Recipes.load(command.name, command.settings);
            command.out().print(command.json ? Yaml.json(recipe) + "\n" : Yaml.write(recipe));
            command.out().flush();
            return;
        }
        if (!command.settings.isEmpty()) {
            throw new InputException("recipes: found --set without a recipe, expected its name first; name one");
        }
        List<Object> rows = new ArrayList<>();
        var table = new Table();
        for (String name : Recipes.list()) {
            Recipe recipe = Recipes.load(name, List.of());
            rows.add(new Json()
                    .put("name", name)
                    .put("about", recipe.about())
                    .put("data", recipe.data().path())
                    .values());
            table.row(name, recipe.about());
        }
        command.out().print(command.json ? new Json().put("recipes", rows) + "\n" : table);
        command.out().flush();
    }
}
