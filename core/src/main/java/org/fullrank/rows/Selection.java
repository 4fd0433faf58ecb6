package org.fullrank.rows;

import org.jspecify.annotations.Nullable;

/// Says which array or label column to read from a file that contains several.
///
/// @param key the array of an archive (`.npz`, safetensors); null for the array that [RowStreams] finds
/// @param labelColumn the label column of a CSV file by name or position, see [org.fullrank.file.CsvTable];
///     null for the one found there
public record Selection(@Nullable String key, @Nullable String labelColumn) {
    /// Selects nothing. The array and the label column are found automatically.
    public static Selection defaults() {
        return new Selection(null, null);
    }
}
