package org.fullrank.compare;

import java.util.ArrayList;
import java.util.List;
import org.fullrank.engine.InputException;
import org.fullrank.run.Recipe;
import org.fullrank.run.Recipes;
import org.fullrank.settings.Yaml;

/// A recipe in a comparison. A candidate is trained once for each seed.
///
/// @param label name of the candidate in tables and in the names of its runs. It has letters, digits, dots,
///     hyphens and underscores
/// @param recipe the recipe; its own seed is ignored
public record Candidate(String label, Recipe recipe) {
    public Candidate {
        InputException.unless(
                label.matches("[A-Za-z0-9][A-Za-z0-9._-]*"),
                "comparison: found label \"%s\", expected letters, digits, dots, hyphens or underscores, as in no-push=lpl",
                label);
    }

    /// Reads `[LABEL=]RECIPE[,KEY=VALUE...]`, such as
    /// `no-variance=shapes-vicreg,method.objective.variance=0`. Commas within brackets, braces and quotes
    /// belong to a value. If no label is given, it is the recipe's name followed by the settings.
    ///
    /// @param common settings `a.b=c` of all candidates. The settings in the text replace them
    /// @throws InputException when there is no such recipe, or when a setting is wrong
    public static Candidate parse(String text, List<String> common) {
        List<String> parts = split(text);
        List<String> own = parts.subList(1, parts.size());
        String head = parts.getFirst();
        int equals = head.indexOf('=');
        String name = head.substring(equals + 1).strip();
        Recipe shared = Recipes.load(name, common);
        Recipe recipe = own.isEmpty() ? shared : Yaml.read("recipe " + name, Yaml.write(shared), Recipe.class, own);
        return new Candidate(
                equals < 0 ? label(recipe, own) : head.substring(0, equals).strip(), recipe);
    }

    /// The default label: `shapes-vicreg` with `train.epochs=3` becomes `shapes-vicreg-epochs-3`.
    private static String label(Recipe recipe, List<String> settings) {
        var label = new StringBuilder(recipe.name());
        for (String setting : settings) {
            int equals = Math.max(0, setting.indexOf('='));
            label.append('-').append(setting.substring(setting.lastIndexOf('.', equals) + 1));
        }
        return label.toString().replaceAll("[^A-Za-z0-9._]+", "-").replaceAll("-$", "");
    }

    private static List<String> split(String text) {
        List<String> parts = new ArrayList<>();
        int depth = 0;
        char quote = 0;
        int begin = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (quote != 0) {
                quote = c == quote ? 0 : quote;
            } else if (c == '"' || c == '\'') {
                quote = c;
            } else if (c == '[' || c == '{') {
                depth++;
            } else if (c == ']' || c == '}') {
                depth--;
            } else if (c == ',' && depth == 0) {
                parts.add(text.substring(begin, i));
                begin = i + 1;
            }
        }
        parts.add(text.substring(begin));
        return parts;
    }
}
