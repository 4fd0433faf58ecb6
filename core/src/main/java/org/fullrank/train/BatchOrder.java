package org.fullrank.train;

import java.util.Arrays;
import org.fullrank.data.ClassOrder;
import org.fullrank.data.Dataset;
import org.fullrank.data.Items;
import org.fullrank.data.Labels;
import org.fullrank.data.SamplingOrder;
import org.fullrank.data.Split;
import org.fullrank.engine.InputException;
import org.fullrank.method.MethodSpec;
import org.fullrank.run.Recipe;
import org.jspecify.annotations.Nullable;

/// The items that a recipe trains on, and the batches of each epoch. Metric learning trains on the labeled items
/// of the train split, with batches by class. Other methods need no labels.
///
/// @param seed of the recipe
/// @param batch items of a batch
/// @param byClass the order by class; null if the order does not depend on classes
public record BatchOrder(
        Items items, long seed, int batch, @Nullable ClassOrder byClass) {
    /// @throws InputException when there are too few items for a batch, or when the method needs labels and there
    ///     are none, or too few classes
    public static BatchOrder of(Recipe recipe, Dataset data) {
        Items items = items(recipe, data);
        requireBatch(recipe, items.size());
        ClassOrder byClass = null;
        Labels labels = items.labels();
        if (recipe.method() instanceof MethodSpec.Metric metric && labels != null) {
            int perClass = metric.ofEachClass();
            byClass = ClassOrder.of(labels, recipe.train().batch() / perClass, perClass);
        }
        return new BatchOrder(items, recipe.seed(), recipe.train().batch(), byClass);
    }

    /// Checks that there are enough samples for a batch, before anything is written.
    static void requireBatch(Recipe recipe, int samples) {
        recipe.requireTrained();
        int rows = recipe.train().batch() / recipe.train().chunks();
        InputException.when(
                rows < 2 && MethodBuilder.hasBatchNorm(recipe),
                "train.chunks: found %d for a batch of %d, expected chunks of at least 2 rows, because"
                        + " batch norm takes statistics of a chunk; lower train.chunks",
                recipe.train().chunks(),
                recipe.train().batch());
        InputException.when(
                samples < 2,
                "training split: found %d samples, expected at least 2, and many more to learn from; give more data",
                samples);
        if (recipe.train().batch() > samples) {
            throw new InputException("train.batch: found %d, expected at most the %d samples of the training split;"
                            .formatted(recipe.train().batch(), samples)
                    + " use --set train.batch=%d".formatted(Integer.highestOneBit(samples)));
        }
    }

    /// The items that a recipe trains on.
    ///
    /// @throws InputException when the method needs labels and there are none
    public static Items items(Recipe recipe, Dataset data) {
        if (!(recipe.method() instanceof MethodSpec.Metric)) {
            return data.pretraining();
        }
        Items items = data.items(Split.TRAIN).labeled();
        InputException.when(
                items.labels() == null || items.size() == 0,
                "data set %s: found no labels in the train split, expected a class for each item, because method metric"
                        + " learns from classes; sort the files into a folder per class or use another method",
                data.name());
        return items;
    }

    /// The items of an epoch, one batch after the other.
    int[] epoch(int epoch) {
        return byClass == null
                ? SamplingOrder.epoch(seed, epoch, items.size())
                : byClass.epoch(seed, epoch, items.size() / batch);
    }

    /// The items of the first epoch.
    public int[] firstEpoch() {
        return epoch(0);
    }

    /// The classes of some items; empty if no item has a class.
    public int[] classes(int[] indices) {
        Labels labels = items.labels();
        return labels == null
                ? new int[0]
                : Arrays.stream(indices).map(i -> labels.classes()[i]).toArray();
    }
}
