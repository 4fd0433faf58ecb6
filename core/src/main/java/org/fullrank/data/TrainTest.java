package org.fullrank.data;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.IntStream;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Keyed;
import org.jspecify.annotations.Nullable;

/// Two disjoint sets of items of one data set.
///
/// @param train items to learn from
/// @param test items to test on
/// @param protocol how the two sets were chosen, in words, for the protocol of an evaluation
public record TrainTest(Items train, Items test, String protocol) {
    /// One fifth: enough for a measurement, while most items remain for training.
    public static final double HELD_OUT_SHARE = 0.2;

    private static final long STREAM = Keyed.name("data.holdout");

    /// Holds out a share of the items. If the items have labels, it holds out the same share of each class.
    /// It holds out at least one item of a class with two or more items, and never the last item of a class.
    /// The choice depends only on the seed, the size and the labels.
    ///
    /// @param share held out for testing, in `(0, 1)`
    /// @throws InputException when the share is outside this range, or when there are fewer than two items
    public static TrainTest holdOut(Items items, double share, long seed) {
        if (!(share > 0 && share < 1)) {
            throw new InputException(
                    "held-out share is " + share + ", expected between 0 and 1; the default is " + HELD_OUT_SHARE);
        }
        if (items.size() < 2) {
            throw new InputException(
                    "data set has " + items.size() + " items, expected at least 2 to hold some out; add items");
        }
        boolean[] held = held(items.size(), items.labels(), share, seed);
        int[] test = IntStream.range(0, held.length).filter(i -> held[i]).toArray();
        int[] train = IntStream.range(0, held.length).filter(i -> !held[i]).toArray();
        String protocol = String.format(
                Locale.ROOT,
                "%.0f %% held out%s, seed %d",
                100 * share,
                items.labels() == null ? "" : " of each class",
                seed);
        return new TrainTest(items.subset(train), items.subset(test), protocol);
    }

    private static boolean[] held(int size, @Nullable Labels labels, double share, long seed) {
        int[] classes = labels == null ? new int[size] : labels.classes();
        int[] left = new int[labels == null ? 1 : labels.names().size()];
        for (int c : classes) {
            left[c]++;
        }
        for (int c = 0; c < left.length; c++) {
            left[c] = left[c] < 2 ? 0 : Math.clamp(Math.round(share * left[c]), 1, left[c] - 1);
        }
        if (Arrays.stream(left).sum() == 0) {
            left[classes[0]] = 1;
        }
        boolean[] held = new boolean[size];
        for (int i : SamplingOrder.permutation(Keyed.of(seed, STREAM), size)) {
            held[i] = left[classes[i]]-- > 0;
        }
        return held;
    }
}
