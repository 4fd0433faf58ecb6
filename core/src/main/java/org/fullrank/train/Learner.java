package org.fullrank.train;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.data.Dataset;
import org.fullrank.data.Items;
import org.fullrank.diagnose.Vitals;
import org.fullrank.engine.Device;
import org.fullrank.engine.Tensors;
import org.fullrank.engine.Threads;
import org.fullrank.engine.WorkerGroup;
import org.fullrank.method.Method;
import org.fullrank.method.RowShare;
import org.fullrank.monitor.Monitor;
import org.fullrank.net.NonFiniteTrace;
import org.fullrank.optim.Optimizer;
import org.fullrank.optim.OrthogonalGroup;
import org.fullrank.optim.ScheduleSpec;
import org.fullrank.run.Recipe;
import org.fullrank.view.ViewGenerator;
import org.jspecify.annotations.Nullable;

/// Everything that one training step needs: the network, the optimizer, the views, and the items of each
/// step. A step depends only on the state and on its number. So a step can be repeated exactly.
public final class Learner implements AutoCloseable {
    private final Recipe recipe;
    private final BatchOrder batches;
    private final Device device;
    private final ViewGenerator views;
    private final StepViews stepViews;
    private final Checkpoint.Origin origin;
    private final Method method;
    private final Optimizer optimizer;
    private final long stepsPerEpoch;
    private final long totalSteps;
    private final List<String> notes = new ArrayList<>();
    private final RowShare share;
    private final int rank;
    private int[] order = new int[0];
    private long orderOf = -1;

    /// @param threads number of threads of libtorch
    public Learner(Recipe recipe, Dataset data, int threads) {
        this(recipe, data, threads, WorkerGroup.single());
    }

    /// A learner that computes its share of each batch.
    ///
    /// @param workers compute the batches together
    /// @throws org.fullrank.engine.InputException when a chunk of a batch has fewer rows than there are workers
    Learner(Recipe recipe, Dataset data, int threads, WorkerGroup workers) {
        this.recipe = recipe;
        share = RowShare.of(recipe.train().batch(), recipe.train().chunks(), workers);
        rank = workers.rank();
        device = recipe.train().device().resolve();
        Threads.use(threads);
        batches = BatchOrder.of(recipe, data);
        Items items = batches.items();
        views = ViewGenerator.of(items, recipe.views(), recipe.seed(), threads);
        origin = Checkpoint.Origin.of(data, views, recipe);
        stepsPerEpoch = items.size() / recipe.train().batch();
        totalSteps = recipe.train().steps(items.size());
        var setting = Method.Setting.of(device, recipe.train().precision().resolve(device))
                .with(workers);
        method = MethodBuilder.build(recipe, views, setting, notes::add);
        optimizer = Optimizer.of(
                recipe.optimizer(), recipe.groups(), method.parameters(), recipe.seed(), setting.precision());
        stepViews = new StepViews(
                views,
                new StepViews.Order(
                        step -> share.of(items(step), rank),
                        this::epoch,
                        Math.toIntExact(share.count(rank)),
                        totalSteps),
                device,
                device != Device.CPU || leavesProcessor(threads * workers.size()));
    }

    /// Whether a processor is left for the views of the next step.
    private static boolean leavesProcessor(int threads) {
        return threads < Runtime.getRuntime().availableProcessors();
    }

    public Method method() {
        return method;
    }

    public Optimizer optimizer() {
        return optimizer;
    }

    public ViewGenerator views() {
        return views;
    }

    public Checkpoint.Origin origin() {
        return origin;
    }

    /// Lines about initial values that the recipe changes.
    List<String> notes() {
        return notes;
    }

    /// Makes the matrices orthogonal that the recipe holds orthogonal. Loaded values may come from a training
    /// without such a group.
    ///
    /// @return a warning for each matrix that was replaced
    List<String> restoreOrthogonal() {
        return OrthogonalGroup.of(recipe.groups(), method.parameters()).restore(method.parameters()).stream()
                .map(name -> "warning: groups.orthogonal: the loaded %s was not orthogonal; ".formatted(name)
                        + "it is replaced by its nearest orthogonal matrix")
                .toList();
    }

    public Device device() {
        return device;
    }

    public long stepsPerEpoch() {
        return stepsPerEpoch;
    }

    public long totalSteps() {
        return totalSteps;
    }

    int epoch(long step) {
        return Math.toIntExact(step / stepsPerEpoch);
    }

    /// The items of the whole batch of a step, which counts from 0.
    int[] items(long step) {
        int epoch = epoch(step);
        if (epoch != orderOf) {
            order = batches.epoch(epoch);
            orderOf = epoch;
        }
        int begin = Math.toIntExact(step % stepsPerEpoch) * recipe.train().batch();
        return Arrays.copyOfRange(order, begin, begin + recipe.train().batch());
    }

    /// Computes the gradients of a step and stores them in the buffer. The caller's scope owns the result.
    public Method.Outcome gradients(long step) {
        int[] indices = items(step);
        List<Tensor> batch = stepViews.of(step);
        for (int v = 0; v < batch.size(); v++) {
            NonFiniteTrace.seen("view %d of the items".formatted(v), batch.get(v), batch.get(v));
        }
        return method.learn(
                new Method.Batch(batch, batches.classes(indices)),
                recipe.train().chunks(),
                step);
    }

    public double gradientNorm() {
        return Tensors.value(method.parameters().gradients().norm());
    }

    /// The learning rate of a step.
    public double rate(long step) {
        return rate(recipe.schedule(), step);
    }

    private double rate(ScheduleSpec schedule, long step) {
        return schedule.rate(
                recipe.optimizer().learningRate(), recipe.train().batch(), step, stepsPerEpoch, totalSteps);
    }

    /// Updates the parameters with the gradients of a step. Then it updates everything that follows the
    /// parameters, such as a target network.
    public void move(long step) {
        optimizer.step(rate(step), rate(recipe.groups().predictor(recipe.schedule()), step), step);
        method.stepped(step, totalSteps);
    }

    /// The values of a step for the log, by name.
    SequencedMap<String, Double> measures(Method.Outcome outcome, double gradientNorm, double rate) {
        var values = new LinkedHashMap<String, Double>();
        values.put("loss", outcome.total());
        outcome.parts().forEach((part, value) -> values.put("loss." + part, value));
        values.putAll(Vitals.of(outcome.embedding(), Vitals.BATCH).at(Monitor.BATCH_EMBEDDING));
        values.putAll(outcome.measures());
        values.putAll(method.measures());
        outcome.layers()
                .forEach((name, y) -> values.putAll(Vitals.of(y, Vitals.LAYER).at("batch.block." + name)));
        values.put("gradient.norm", gradientNorm);
        values.put("learning.rate", rate);
        return values;
    }

    /// All tensors that a step changes.
    Stream<Tensor> state() {
        return Stream.concat(
                method.buffers().values().stream().flatMap(b -> Stream.of(b.values(), b.statistics())),
                optimizer.state().values().stream());
    }

    /// A value that is not finite.
    ///
    /// @param what description of the value, such as `the term 'variance' of the loss`
    record Fault(String what, double value) {}

    /// The value that is not finite in the outcome of a step; null if all values are finite.
    public static @Nullable Fault fault(Method.Outcome outcome, double gradientNorm) {
        for (var part : outcome.parts().entrySet()) {
            if (!Double.isFinite(part.getValue())) {
                return new Fault("the term '%s' of the loss".formatted(part.getKey()), part.getValue());
            }
        }
        if (!Double.isFinite(outcome.total())) {
            return new Fault("the loss", outcome.total());
        }
        return Double.isFinite(gradientNorm) ? null : new Fault("the gradient", gradientNorm);
    }

    /// Whether weights and running statistics are finite.
    boolean hasFiniteWeights() {
        return method.buffers().values().stream()
                .flatMap(b -> Stream.of(b.values(), b.statistics()))
                .allMatch(NonFiniteTrace::isFinite);
    }

    @Override
    public void close() {
        stepViews.close();
        optimizer.close();
        method.close();
    }
}
