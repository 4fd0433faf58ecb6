package org.fullrank.run;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import org.fullrank.data.Images;
import org.fullrank.data.Items;
import org.fullrank.data.Vectors;
import org.fullrank.engine.InputException;
import org.fullrank.settings.Nearest;
import org.fullrank.settings.Yaml;
import org.jspecify.annotations.Nullable;

/// The built-in recipes by name, and recipes in the user's own files.
public final class Recipes {
    /// The default recipe, for images. It uses built-in data and takes minutes on two cores.
    public static final String DEFAULT = "shapes-vicreg";

    /// Recipes that an error message suggests.
    private static final int SUGGESTED = 3;

    private static final String FOLDER = "/org/fullrank/recipes/";

    private Recipes() {}

    /// Names of the built-in recipes, in the order of the list `index`.
    public static List<String> list() {
        return resource("index").lines().filter(line -> !line.isBlank()).toList();
    }

    /// The name of the recipe for these items if none is named.
    public static String suited(Items items) {
        return switch (items) {
            case Images images -> DEFAULT;
            case Vectors vectors -> vectors.series() == null ? "table-vicreg" : "series-vicreg";
        };
    }

    /// The recipe of this name or in this file, with all its values.
    ///
    /// @param settings settings `a.b=c` that replace its values
    /// @throws InputException when there is no such recipe (the message names the most similar one), or when
    ///     it is not valid
    public static Recipe load(String nameOrFile, List<String> settings) {
        return Yaml.read("recipe " + nameOrFile, text(nameOrFile), Recipe.class, settings);
    }

    /// The original text of a recipe, including comments.
    ///
    /// @throws InputException when there is no recipe of this name and no such file
    public static String text(String nameOrFile) {
        List<String> names = list();
        if (names.contains(nameOrFile)) {
            return resource(nameOrFile + ".yaml");
        }
        Path file = path(nameOrFile);
        if (file == null || !Files.exists(file)) {
            String hint = Nearest.hint(nameOrFile, names);
            throw new InputException(
                    "recipe %s: found neither a recipe of that name nor a file%s one of fullrank recipes, such as %s"
                            .formatted(
                                    nameOrFile,
                                    hint.isEmpty() ? ", expected" : hint + " Expected",
                                    String.join(", ", Nearest.list(nameOrFile, names, SUGGESTED))));
        }
        try {
            if (Files.size(file) > 1 << 20) {
                throw new InputException("recipe %s: found %d bytes, expected a YAML file of at most 1 MiB"
                        .formatted(file, Files.size(file)));
            }
            return Files.readString(file);
        } catch (IOException e) {
            throw new InputException(
                    "recipe %s: found no readable text (%s), expected a YAML file".formatted(file, e), e);
        }
    }

    private static @Nullable Path path(String name) {
        try {
            return Path.of(name);
        } catch (InvalidPathException e) {
            return null;
        }
    }

    private static String resource(String name) {
        try (InputStream in = Recipes.class.getResourceAsStream(FOLDER + name)) {
            if (in == null) {
                throw new IllegalStateException("no resource " + FOLDER + name);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
