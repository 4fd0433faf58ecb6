package org.fullrank.preflight;

import java.util.ArrayList;
import java.util.function.IntUnaryOperator;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.data.Dataset;
import org.fullrank.data.Items;
import org.fullrank.engine.Device;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.engine.Threads;
import org.fullrank.method.Method;
import org.fullrank.optim.Optimizer;
import org.fullrank.optim.ScheduleSpec;
import org.fullrank.run.Recipe;
import org.fullrank.train.BatchOrder;
import org.fullrank.train.InitialWeights;
import org.fullrank.train.MethodBuilder;
import org.fullrank.view.ViewGenerator;
import org.fullrank.view.ViewTensors;

/// The views and temporary networks of a preflight. The views and networks are built from the same recipe as
/// the training. These networks share no state with the training, and all random draws have keys. So the
/// training is bitwise equal with or without a preflight, if it uses the same number of threads.
final class Rehearsal {
    private final Recipe recipe;
    private final BatchOrder batches;
    private final Items items;
    private final Device device;
    private final ViewGenerator views;
    private final int[] order;
    private final IntUnaryOperator threadChoice;

    Rehearsal(Recipe recipe, Dataset data) {
        this(recipe, data, Threads::renew);
    }

    /// @param threadChoice the number of threads for the number in the recipe, as [Threads#renew]
    Rehearsal(Recipe recipe, Dataset data, IntUnaryOperator threadChoice) {
        this.recipe = recipe;
        this.threadChoice = threadChoice;
        device = recipe.train().device().resolve();
        int threads = chooseThreads();
        batches = BatchOrder.of(recipe, data);
        items = batches.items();
        views = ViewGenerator.of(items, recipe.views(), recipe.seed(), threads);
        order = batches.firstEpoch();
    }

    /// Uses the number of threads that a training would use now. Call it before a measurement of time.
    int chooseThreads() {
        int threads = threadChoice.applyAsInt(recipe.train().threads());
        Threads.use(threads);
        return threads;
    }

    Recipe recipe() {
        return recipe;
    }

    Device device() {
        return device;
    }

    ViewGenerator views() {
        return views;
    }

    int samples() {
        return items.size();
    }

    /// The first items of the order.
    Items items(int count) {
        return items.subset(indices(0, count));
    }

    long stepsPerEpoch() {
        return items.size() / recipe.train().batch();
    }

    long totalSteps() {
        return stepsPerEpoch() * recipe.train().epochs();
    }

    /// The highest rate that the schedule reaches.
    RateSweep.Peak peak() {
        boolean scaled = recipe.schedule().scaleWithBatch();
        double scale = scaled ? (double) recipe.train().batch() / ScheduleSpec.REFERENCE_BATCH : 1;
        return new RateSweep.Peak(recipe.optimizer().learningRate(), scale);
    }

    double peakRate() {
        return peak().value();
    }

    /// The items of batch `number` of the first epoch. After the last batch, it starts again from the first.
    int[] indices(int number, int rows) {
        int[] indices = new int[rows];
        long begin = (long) number * rows;
        for (int i = 0; i < rows; i++) {
            indices[i] = order[(int) ((begin + i) % order.length)];
        }
        return indices;
    }

    /// New views of batch `number`. A second pass through the data gives other views.
    Method.Batch batch(int number, int rows) {
        int epoch = Math.toIntExact((long) number * rows / order.length);
        int[] indices = indices(number, rows);
        var batch = new ArrayList<Tensor>();
        for (int v = 0; v < views.views(); v++) {
            batch.add(ViewTensors.view(views, indices, epoch, v, device));
        }
        return new Method.Batch(batch, batches.classes(indices));
    }

    /// The number of chunks for which a chunk has as many rows as in the recipe.
    int chunks(int rows) {
        int each = Math.ceilDiv(recipe.train().batch(), recipe.train().chunks());
        return Math.max(1, rows / each);
    }

    /// A network with its initial values; the caller closes it.
    ///
    /// @throws org.fullrank.engine.InputException when the recipe names weights that do not fit
    Method network() {
        Method method = MethodBuilder.build(recipe, views, device);
        try {
            if (recipe.hasWeights()) {
                InitialWeights.copy(recipe, method, note -> {}); // the training prints the notes
            }
            return method;
        } catch (RuntimeException e) {
            method.close();
            throw e;
        }
    }

    /// A training from the initial values with a fresh optimizer; the caller closes it.
    Try start() {
        return new Try(network());
    }

    /// A temporary training.
    final class Try implements AutoCloseable {
        private final Method method;
        private final Optimizer optimizer;
        private int step;

        private Try(Method method) {
            this.method = method;
            this.optimizer = Optimizer.of(
                    recipe.optimizer(),
                    recipe.groups(),
                    method.parameters(),
                    recipe.seed(),
                    method.setting().precision());
        }

        Method method() {
            return method;
        }

        /// One step as in training, on new views. The caller's scope owns its tensors.
        Method.Outcome step(double rate, int rows) {
            Method.Outcome outcome = method.learn(batch(step, rows), chunks(rows), step);
            Tensors.value(method.parameters().gradients().norm());
            optimizer.step(rate, step);
            method.stepped(step, totalSteps());
            step++;
            return outcome;
        }

        /// Time of one step in seconds.
        double seconds(double rate, int rows) {
            long begin = System.nanoTime();
            try (var scope = Scope.open()) {
                step(rate, rows);
            }
            return (System.nanoTime() - begin) / 1e9;
        }

        @Override
        public void close() {
            optimizer.close();
            method.close();
        }
    }
}
