package org.fullrank.cli;

import java.io.IOException;
import java.util.List;

/// Samples read one after another; only the latest is in memory.
sealed interface Samples extends AutoCloseable permits CsvSamples, SeriesSamples {
    /// Goes on to the next sample.
    ///
    /// @return whether there is one
    /// @throws org.fullrank.engine.InputException when it is not as it should be
    boolean next() throws IOException;

    /// Its values, finite; overwritten by [#next].
    float[] values();

    /// Whether it begins a sequence.
    boolean startsSequence();

    /// Names of what is written before the features of each sample.
    List<String> noteNames();

    /// What is written before the features of the latest sample, one cell for each of [#noteNames].
    List<String> notes();

    @Override
    void close() throws IOException;
}
