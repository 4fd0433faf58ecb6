package org.fullrank.objective;

import java.util.List;

/// The definition of a loss, written down naively: loops over float64 numbers. [LossContractTest] compares
/// with it. The reference of a loss `X` is the class `XReference` of this package.
///
/// @param <L> an objective or a regularizer
interface Reference<L> {
    /// Settings to try: the defaults, and whatever takes another path.
    List<L> settings();

    /// The value by its definition.
    double value(L loss, Batch batch);

    /// Whether the loss has no value for such a batch and says so with an `InputException`.
    default boolean refuses(L loss, Batch batch) {
        return false;
    }

    /// Whether the value depends on the order of the samples.
    default boolean seesTheOrder(L loss) {
        return false;
    }

    /// Whether float32 numbers near 1e20 have enough digits for a value at all.
    default boolean hasDigitsForHugeEntries() {
        return true;
    }
}
