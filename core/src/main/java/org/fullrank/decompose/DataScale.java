package org.fullrank.decompose;

/// The factor between the data and what the networks fit. Networks start with outputs of about 1, and the
/// learning rate suits entries of this size.
///
/// @param factor data divided by this are fitted
record DataScale(double factor) {
    /// Root mean square of fitted entries: that of a typical signal in [0, 1].
    static final double TARGET = 0.5;

    /// The scale that brings the observed entries to [#TARGET].
    static DataScale of(PartialTensor data) {
        double squares = 0;
        for (float value : data.values()) {
            squares += (double) value * value; // 0 where missing
        }
        return new DataScale(Math.sqrt(squares / data.observedCount()) / TARGET);
    }
}
