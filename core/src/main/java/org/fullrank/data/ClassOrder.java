package org.fullrank.data;

import java.util.Arrays;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Keyed;

/// The order of an epoch whose batches hold the same number of items of each of their classes: one of each
/// class, then the next of each class, and so on. So each part of a batch (`train.chunks`) has all classes. Losses that
/// compare classes need such batches. The order is a pure function of (seed, epoch, labels), as that
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
        int[][] items = Arrays.stream(ofClasses(labels))
                .filter(found -> found.length >= perClass)
                .toArray(int[][]::new);
        InputException.when(
                items.length < 2,
                "batches by class: found %d classes with at least %d items, expected at least 2; use a smaller --set"
                        + " method.perClass, or give more items of each class",
                items.length,
                perClass);
        InputException.when(
                items.length < inBatch,
                "batches by class: found %d classes with at least %d items, expected the %d classes of a batch of %d; use"
                        + " --set train.batch=%d",
                items.length,
                perClass,
                inBatch,
                inBatch * perClass,
                items.length * perClass);
        return new ClassOrder(items, inBatch, perClass);
    }

    /// The items of each class, ascending.
    private static int[][] ofClasses(Labels labels) {
        int[] classes = labels.classes();
        int[] counts = new int[labels.names().size()];
        for (int c : classes) {
            if (c >= 0) {
                counts[c]++;
            }
        }
        int[][] items = Arrays.stream(counts).mapToObj(int[]::new).toArray(int[][]::new);
        Arrays.fill(counts, 0);
        for (int i = 0; i < classes.length; i++) {
            if (classes[i] >= 0) {
                items[classes[i]][counts[classes[i]]++] = i;
            }
        }
        return items;
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
            for (int place = 0; place < inBatch; place++) {
                int c = drawn[place];
                if (rounds[c].length - used[c] < perClass) {
                    rounds[c] =
                            SamplingOrder.permutation(Keyed.of(seed, STREAM, epoch, c, round[c]++), items[c].length);
                    used[c] = 0;
                }
                for (int k = 0; k < perClass; k++) {
                    order[at + k * inBatch + place] = items[c][rounds[c][used[c]++]];
                }
            }
            at += inBatch * perClass;
        }
        return order;
    }
}
