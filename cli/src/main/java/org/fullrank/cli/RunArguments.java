package org.fullrank.cli;

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

/// Resolves the arguments that several commands about a run share: its data, a split, a checkpoint.
final class RunArguments {
    private RunArguments() {}

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
