package org.fullrank.probe;

import org.fullrank.engine.InputException;

/// Features of one kind for the train split and the test split.
///
/// @param train features that probes are fitted on
/// @param test features that probes classify
public record Splits(Features train, Features test) {
    public Splits {
        train.requireLike(test, "evaluation");
    }

    /// @throws InputException when `other` does not describe the same items
    void requireSameItems(Splits other, String name) {
        if (train.rows() != other.train.rows() || test.rows() != other.test.rows()) {
            throw new InputException(
                    "evaluation: found %d + %d rows of %s features, expected %d + %d as of the encoder's;"
                                    .formatted(other.train.rows(), other.test.rows(), name, train.rows(), test.rows())
                            + " use the same splits for all");
        }
    }
}
