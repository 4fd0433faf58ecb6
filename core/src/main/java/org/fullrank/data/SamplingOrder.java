package org.fullrank.data;

import org.fullrank.engine.Keyed;

/// The order in which the items of an epoch are read. This order is a pure function of (seed, epoch, size).
/// So a resumed run has the same order.
public final class SamplingOrder {
    private static final long STREAM = Keyed.name("data.order");

    private SamplingOrder() {}

    /// A uniformly drawn permutation of `0 .. size - 1`.
    public static int[] epoch(long seed, int epoch, int size) {
        return permutation(Keyed.of(seed, STREAM, epoch), size);
    }

    /// Fisher-Yates. The multiply-shift draw has a bias of less than `size / 2^64`.
    static int[] permutation(Keyed random, int size) {
        int[] order = new int[size];
        for (int i = 0; i < size; i++) {
            int j = (int) Math.unsignedMultiplyHigh(random.nextLong(), i + 1);
            order[i] = order[j];
            order[j] = i;
        }
        return order;
    }
}
