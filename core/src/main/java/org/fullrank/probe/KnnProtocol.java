package org.fullrank.probe;

import org.fullrank.engine.InputException;

/// The settings of the kNN classifier. Rows are scaled to length 1 without centering. The similarity of two
/// rows is the cosine. Each of the nearest neighbors votes for its class with weight `exp(similarity /
/// temperature)`.
///
/// @param neighbors k, at least 1
/// @param temperature temperature of the votes, positive. If it is small, the nearest neighbor decides. If it
///     is large, the majority decides
public record KnnProtocol(int neighbors, double temperature) implements Classifier {
    /// k = 20, the value of DINO's evaluation and of most published kNN numbers since.
    public static final int NEIGHBORS = 20;
    /// Temperature 0.07, from instance discrimination (Wu et al. 2018) through MoCo to DINO.
    public static final double TEMPERATURE = 0.07;

    public KnnProtocol {
        InputException.when(
                neighbors < 1, "kNN: found %d neighbors, expected at least 1; use %d", neighbors, NEIGHBORS);
        if (!(temperature > 0) || Double.isInfinite(temperature)) {
            throw new InputException("kNN: found temperature %s, expected a positive number; use %s"
                    .formatted(temperature, TEMPERATURE));
        }
    }

    /// [#NEIGHBORS] and [#TEMPERATURE].
    public static KnnProtocol defaults() {
        return new KnnProtocol(NEIGHBORS, TEMPERATURE);
    }

    /// The same with at most one neighbor for each row of the bank. A bank with few labels may have fewer rows
    /// than neighbors.
    ///
    /// @param rows of the bank, at least 1
    KnnProtocol within(int rows) {
        return new KnnProtocol(Math.min(neighbors, rows), temperature);
    }
}
