package org.fullrank.rows;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// Says what to read from a file that contains several things.
///
/// @param key the array of an archive (`.npz`, safetensors), or the field of JSON lines; null for the one that
///     [RowStreams] finds
/// @param labelColumn the label column of a CSV file by name or position, see [org.fullrank.file.CsvTable], or
///     the field of JSON lines; null for the one found there
/// @param skipped columns of a CSV file that are not read, by name or position
/// @param kept columns of a CSV file that are read although they look like an index, an identifier or text, by name
///     or position
public record Selection(@Nullable String key, @Nullable String labelColumn, List<String> skipped, List<String> kept) {
    public Selection {
        skipped = List.copyOf(skipped);
        kept = List.copyOf(kept);
    }

    /// Keeps no column that looks like an identifier.
    public Selection(@Nullable String key, @Nullable String labelColumn, List<String> skipped) {
        this(key, labelColumn, skipped, List.of());
    }

    /// Skips no column.
    public Selection(@Nullable String key, @Nullable String labelColumn) {
        this(key, labelColumn, List.of());
    }

    /// The same selection of another array or field.
    public Selection withKey(String other) {
        return new Selection(other, labelColumn, skipped, kept);
    }

    /// Selects nothing. The array and the label column are found automatically.
    public static Selection defaults() {
        return new Selection(null, null);
    }
}
