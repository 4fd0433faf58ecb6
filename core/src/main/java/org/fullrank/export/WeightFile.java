package org.fullrank.export;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.fullrank.engine.InputException;
import org.fullrank.net.Vit;
import org.jspecify.annotations.Nullable;

/// A file of weights with its configuration. They have been checked against each other.
///
/// @param weights of the file
/// @param config from the metadata of the file, or from the configuration files in its folder
/// @param notes what a reader should know
public record WeightFile(ForeignWeights weights, ForeignConfig config, List<String> notes) implements AutoCloseable {
    public WeightFile {
        notes = List.copyOf(notes);
    }

    /// Opens a file.
    ///
    /// @param hints what the user knows; a missing number of heads is taken from the configuration
    /// @throws InputException when the file holds no encoder that Fullrank has, when the configuration shows
    ///     that it is another one, or when the number of heads or the place of the strides is not known
    public static WeightFile open(Path path, ForeignWeights.Hints hints) {
        ForeignConfig stored = ForeignConfig.inFolderOf(path);
        Integer heads = hints.heads() == null && stored.heads() > 0 ? Integer.valueOf(stored.heads()) : hints.heads();
        ForeignWeights weights =
                ForeignWeights.open(path, new ForeignWeights.Hints(hints.names(), hints.prefix(), heads));
        try {
            WeightCard card = weights.card();
            ForeignConfig config = card == null ? stored : ForeignConfig.of(card);
            requireReadable(path, weights, config);
            return new WeightFile(weights, config, notes(path, weights, heads));
        } catch (RuntimeException e) {
            weights.close();
            throw e;
        }
    }

    private static void requireReadable(Path path, ForeignWeights weights, ForeignConfig config) {
        String refusal = config.refusal(weights.encoder());
        if (refusal != null) {
            throw new InputException("%s: found %s".formatted(path, refusal));
        }
        InputException.when(
                weights.needsConfiguration() && !config.stated(),
                "%s: found no config.json in its folder, expected one, because the weights do not show where the stride is",
                path);
    }

    private static List<String> notes(Path path, ForeignWeights weights, @Nullable Integer heads) {
        var notes = new ArrayList<String>();
        if (weights.card() == null && heads == null && weights.encoder() instanceof Vit vit) {
            InputException.unless(
                    ForeignWeights.USUAL_WIDTHS.contains(vit.width()),
                    "%s: found no number of heads, and the width %d is not one of %s, which have one for each 64 columns;"
                            + " add --heads N to import, or num_attention_heads to config.json",
                    path,
                    vit.width(),
                    ForeignWeights.USUAL_WIDTHS);
            notes.add("note: %d heads are assumed, one for each 64 columns; --heads of import changes it"
                    .formatted(vit.heads()));
        }
        return notes;
    }

    @Override
    public void close() {
        weights.close();
    }
}
