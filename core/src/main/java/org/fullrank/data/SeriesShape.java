package org.fullrank.data;

import org.fullrank.engine.InputException;

/// The shape `[C, L]` of time series that are stored as vectors: all steps of the first channel, then all
/// steps of the next.
///
/// @param channels number of channels C, at least 1
/// @param length number of steps L in time, at least 1
public record SeriesShape(int channels, int length) {
    public SeriesShape {
        InputException.when(
                channels < 1 || length < 1 || (long) channels * length > Integer.MAX_VALUE / Float.BYTES,
                "series: found %d channels of %d steps, expected at least 1 of each and at most %d values; correct the"
                        + " shape",
                channels,
                length,
                Integer.MAX_VALUE / Float.BYTES);
    }

    /// Values of one series, C times L.
    public int values() {
        return channels * length;
    }
}
