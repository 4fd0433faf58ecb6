package org.fullrank.decompose;

/// The factor between the data and the numbers that the networks fit. The initial outputs of the networks are
/// about 1, and the learning rate suits entries of this size.
///
/// @param factor the networks fit the data divided by this factor
record DataScale(double factor) {
    /// Root mean square of the fitted entries. It is typical for a signal in [0, 1].
    static final double TARGET = 0.5;

    /// The scale that gives the observed entries the root mean square [#TARGET].
    static DataScale of(PartialTensor data) {
        double squares = 0;
        for (float value : data.values()) {
            squares += (double) value * value; // 0 where missing
        }
        return new DataScale(Math.sqrt(squares / data.observedCount()) / TARGET);
    }
}
