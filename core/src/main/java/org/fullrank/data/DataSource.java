package org.fullrank.data;

import java.io.IOException;

/// A data set in one of the supported formats, which can write its items into a pack.
sealed interface DataSource
        permits ImageSource,
                ParquetSource,
                IdxSource,
                CifarSource,
                StlSource,
                NumpySource,
                CsvSource,
                SeriesSource,
                ShapesSource {
    /// The format in words: `image folder`, `IDX`, ...
    String format();

    /// A text that contains everything that decides how the files are read, apart from the settings.
    default String key() {
        return "";
    }

    /// State of the source files: their names, sizes and times. A pack with another state is stale.
    String stamp() throws IOException;

    /// Writes all items.
    ///
    /// @throws org.fullrank.engine.InputException when the content is wrong
    void pack(PackWriter out) throws IOException;
}
