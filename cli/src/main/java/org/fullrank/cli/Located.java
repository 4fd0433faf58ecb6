package org.fullrank.cli;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.fullrank.data.DataSpec;
import org.fullrank.data.Split;
import org.fullrank.engine.InputException;
import org.fullrank.run.Recipe;
import org.fullrank.run.RunFolder;
import org.fullrank.settings.Nearest;
import org.fullrank.settings.OldSpelling;
import org.fullrank.train.Checkpoints;
import org.jspecify.annotations.Nullable;

/// Finds what a command line points at.
final class Located {
    private Located() {}

    /// The recipe with an absolute data path, so that its run can be read from any folder; built-in names stay.
    static Recipe absolute(Recipe recipe) {
        DataSpec data = recipe.data();
        Path path;
        try {
            path = Path.of(data.path());
        } catch (InvalidPathException e) {
            return recipe; // opening it says what is wrong
        }
        return Files.exists(path)
                ? recipe.withData(
                        data.withPath(path.toAbsolutePath().normalize().toString()))
                : recipe;
    }

    /// The setting that makes a recipe read this path.
    static String setting(String path) {
        return "data.path=\"" + path.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    }

    /// The data of a run, or others read in the same way.
    static DataSpec data(RunFolder folder, @Nullable String path) {
        DataSpec data = folder.config(Recipe.class).data();
        return path == null ? data : data.withPath(path);
    }

    /// The split of that name.
    ///
    /// @throws InputException for another name
    static Split split(String wanted) {
        List<String> names = Arrays.stream(Split.values()).map(Split::label).toList();
        String name = OldSpelling.current("--split", wanted.toLowerCase(Locale.ROOT), names);
        if (!names.contains(name)) {
            throw new InputException("--split: found %s, expected one of %s%s"
                    .formatted(wanted, String.join(", ", names), Nearest.hint(name, names)));
        }
        return Split.values()[names.indexOf(name)];
    }

    static Path checkpoint(RunFolder folder, boolean best) {
        return best ? Checkpoints.best(folder.checkpoints()) : Checkpoints.latest(folder.checkpoints());
    }
}
