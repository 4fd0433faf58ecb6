package org.fullrank.view;

import java.util.List;
import org.fullrank.engine.InputException;

/// A part of a training that uses smaller views. A step with small views takes less time, so more steps fit into
/// the same time. The first part begins at the first step. After the last part, the views have the full size.
///
/// @param size side of a view in pixels
/// @param share of the steps of the training, above 0 and below 1
public record Growth(int size, double share) {
    public Growth {
        Check.between("growth.size", size, ImageViews.MIN_SIZE, ImageViews.MAX_SIZE);
        Check.positive("growth.share", share);
    }

    /// Refuses parts that leave no step for the full size, or that do not grow.
    static void require(List<Growth> parts, int full) {
        double share = 0;
        int before = 0;
        for (Growth part : parts) {
            InputException.unless(
                    part.size > before && part.size < full,
                    "growth: found views of %d pixels after %d, expected sizes that increase and stay below views.size, %d; change"
                            + " the sizes",
                    part.size,
                    before,
                    full);
            before = part.size;
            share += part.share;
        }
        InputException.unless(
                share < 1,
                "growth: found shares of %s in total, expected less than 1, because the last steps have views of the full size;"
                        + " lower a share",
                share);
    }
}
