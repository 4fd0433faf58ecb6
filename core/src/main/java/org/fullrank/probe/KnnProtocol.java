package org.fullrank.probe;

import org.fullrank.engine.InputException;

/// How the kNN classifier votes. The distance is cosine: rows are scaled to length 1, without centring; each of the
/// nearest neighbours votes for its class with weight `exp(similarity / temperature)`.
///
/// @param neighbours k, at least 1
/// @param temperature of the votes, positive; small = the nearest decides, large = a plain majority
public record KnnProtocol(int neighbours, double temperature) implements Classifier {
    /// k = 20, the value of DINO's evaluation and of most published kNN numbers since.
    public static final int NEIGHBOURS = 20;
    /// Temperature 0.07, from instance discrimination (Wu et al. 2018) through MoCo to DINO.
    public static final double TEMPERATURE = 0.07;

    public KnnProtocol {
        if (neighbours < 1) {
            throw new InputException(
                    "kNN: found %d neighbours, expected at least 1; use %d".formatted(neighbours, NEIGHBOURS));
        }
        if (!(temperature > 0) || Double.isInfinite(temperature)) {
            throw new InputException("kNN: found temperature %s, expected a positive number; use %s"
                    .formatted(temperature, TEMPERATURE));
        }
    }

    /// [#NEIGHBOURS] and [#TEMPERATURE].
    public static KnnProtocol defaults() {
        return new KnnProtocol(NEIGHBOURS, TEMPERATURE);
    }
}
