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
    CP,
    /// Tucker decomposition of a 3-way tensor by orthogonal iteration, with the same rank for each side.
    TUCKER;

    /// The classical factorization with this name, such as `svd`.
    ///
    /// @throws InputException when there is none
    public static Rival named(String name) {
        for (Rival rival : values()) {
            if (rival.label().equals(name)) {
                return rival;
            }
        }
        throw new InputException("compare: found %s, expected svd, nmf, cp or tucker".formatted(name));
    }

    /// The name, such as `svd`.
    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// @throws InputException when this factorization does not exist for the tensor
    public void requireFor(PartialTensor data) {
        InputException.when(
                (this == CP || this == TUCKER) && data.shape().size() != 3,
                "compare: found %s for a matrix of shape %s, expected a 3-way tensor; leave it out",
                label(),
                data.shape());
        if (this == TUCKER) {
            Tucker.requireSides(data.shape());
        }
    }
}
