package org.fullrank.decompose;

import java.util.Locale;
import org.fullrank.engine.InputException;

/// The classical factorizations.
public enum Rival {
    /// Truncated singular value decomposition of the same rank, and of the best rank. The truth decides which
    /// rank is best if it is given, otherwise the held-out entries decide.
    SVD,
    /// Nonnegative matrix factorization of the same rank.
    NMF,
    /// Canonical polyadic decomposition of a 3-way tensor by alternating least squares, with the same rank.
    CP;

    /// The classical factorization with this name, such as `svd`.
    ///
    /// @throws InputException when there is none
    public static Rival named(String name) {
        for (Rival rival : values()) {
            if (rival.name().toLowerCase(Locale.ROOT).equals(name)) {
                return rival;
            }
        }
        throw new InputException("compare: found %s, expected svd, nmf or cp".formatted(name));
    }

    /// @throws InputException when this factorization does not exist for the tensor
    public void requireFor(PartialTensor data) {
        InputException.when(
                this == CP && data.shape().size() != 3,
                "compare: found cp for a matrix of shape %s, expected a 3-way tensor; leave it out",
                data.shape());
    }
}
