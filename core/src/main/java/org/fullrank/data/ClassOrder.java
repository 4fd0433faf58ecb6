package org.fullrank.data;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Keyed;

/// The order of an epoch whose batches hold the same number of items of each of their classes, class after class.
/// Losses that compare classes need such batches. The order is a pure function of (seed, epoch, labels), as that
/// of [SamplingOrder].
///
/// Each batch draws its classes at random. A class gives its items in a random order without repetition, and
/// starts again in another order when fewer items are left than a batch needs. So items of a small class come
/// more often than those of a large class.
///
/// @param items items of class c that take part, in ascending order
/// @param inBatch classes of a batch
/// @param perClass items of each class in a batch
public record ClassOrder(int[][] items, int inBatch, int perClass) {
    private static final long STREAM = Keyed.name("data.class-order");
    private static final long CLASSES = Keyed.name("classes of a batch");

    /// The order for items with labels. Classes with fewer than `perClass` items and items without a label are
    /// left out.
    ///
    /// @param inBatch classes of a batch, at least 2
    /// @param perClass items of each class in a batch, at least 1
    /// @throws InputException when there are fewer than `inBatch` classes of this size
    public static ClassOrder of(Labels labels, int inBatch, int perClass) {
        InputException.unless(
                inBatch >= 2 && perClass >= 1,
                "batches by class: found %d classes of %d items, expected at least 2 of 1",
                inBatch,
                perClass);
        int[] classes = labels.classes();
        int[][] items = IntStream.range(0, labels.names().size())
                .mapToObj(c -> IntStream.range(0, classes.length)
                        .filter(i -> classes[i] == c)
                        .toArray())
                .filter(found -> found.length >= perClass)
                .toArray(int[][]::new);
        InputException.when(
                items.length < inBatch,
                "batches by class: found %d classes with at least %d items, expected the %d classes of a batch of %d; use"
                        + " --set train.batch=%d",
                items.length,
                perClass,
                inBatch,
                inBatch * perClass,
                Math.max(2, items.length) * perClass);
        return new ClassOrder(items, inBatch, perClass);
    }

    /// The items of the batches of an epoch, one batch after the other, `[batches * inBatch * perClass]`.
    public int[] epoch(long seed, int epoch, int batches) {
        int[] order = new int[Math.multiplyExact(batches, inBatch * perClass)];
        int[][] rounds = new int[items.length][0];
        int[] used = new int[items.length];
        int[] round = new int[items.length];
        int at = 0;
        for (int b = 0; b < batches; b++) {
            int[] drawn = SamplingOrder.permutation(Keyed.of(seed, CLASSES, epoch, b), items.length);
            for (int c : Arrays.copyOf(drawn, inBatch)) {
                if (rounds[c].length - used[c] < perClass) {
                    rounds[c] =
                            SamplingOrder.permutation(Keyed.of(seed, STREAM, epoch, c, round[c]++), items[c].length);
                    used[c] = 0;
                }
                for (int k = 0; k < perClass; k++) {
                    order[at++] = items[c][rounds[c][used[c]++]];
                }
            }
        }
        return order;
    }
}
