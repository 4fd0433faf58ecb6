package org.fullrank.train;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.fullrank.data.Dataset;
import org.fullrank.data.Items;
import org.fullrank.data.SamplingOrder;
import org.fullrank.diagnose.EmbeddingHealth;
import org.fullrank.diagnose.LayerHealth;
import org.fullrank.engine.Device;
import org.fullrank.engine.Gradients;
import org.fullrank.engine.InputException;
import org.fullrank.engine.JobException;
import org.fullrank.engine.NativeErrors;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.engine.Threads;
import org.fullrank.method.Method;
import org.fullrank.optim.Optimizer;
import org.fullrank.optim.ScheduleSpec;
import org.fullrank.run.MetricRecord;
import org.fullrank.run.Metrics;
import org.fullrank.run.Recipe;
import org.fullrank.run.RunFolder;
import org.fullrank.run.RunStatus;
import org.fullrank.view.ViewGenerator;
import org.fullrank.view.ViewTensors;

/// The training loop of one run: steps, records, checks on schedule, checkpoints. All randomness is keyed by the seed,
/// so that recipe, data and the step number determine everything that follows, bit by bit.
public final class Trainer implements AutoCloseable {
    /// How a training ended.
    ///
    /// @param step steps done
    /// @param status [RunStatus#FINISHED] or [RunStatus#STOPPED]
    public record Ending(long step, RunStatus status) {}

    private final Recipe recipe;
    private final RunFolder folder;
    private final Watcher watcher;
    private final Dataset data;
    private final Items items;
    private final Device device;
    private final ViewGenerator views;
    private final Checkpoint.Origin origin;
    private final Monitor monitor;
    private final Method method;
    private final Optimizer optimizer;
    private final Checkpoints checkpoints;
    private final long stepsPerEpoch;
    private final long totalSteps;
    private long step;

    private double bestScore = Double.NEGATIVE_INFINITY;
    private long lastSaved;
    private final Clock clock;

    private Trainer(Recipe recipe, RunFolder folder, Watcher watcher, Dataset data) {
        this.recipe = recipe;
        this.folder = folder;
        this.watcher = watcher;
        this.data = data;
        device = recipe.train().device().resolve();
        int threads = Threads.resolve(recipe.train().threads());
        Threads.use(threads);
        items = data.pretraining();
        requireBatch(recipe, items.size());
        views = ViewGenerator.of(items, recipe.views(), recipe.seed(), threads);
        origin = new Checkpoint.Origin(data.fingerprint(), views);
        monitor = new Monitor(recipe.monitor(), data, views, recipe.seed());
        method = Methods.build(recipe, views, device);
        optimizer = Optimizer.of(recipe.optimizer(), recipe.groups(), method.parameters());
        checkpoints = new Checkpoints(folder.checkpoints(), recipe.checkpoints());
        stepsPerEpoch = items.size() / recipe.train().batch();
        totalSteps = stepsPerEpoch * recipe.train().epochs();
        clock = new Clock();
    }

    /// A fresh training in a fresh run folder.
    ///
    /// @throws InputException when the data do not fit the recipe
    public static Trainer start(Recipe recipe, Dataset data, RunFolder folder, Watcher watcher) {
        return new Trainer(recipe, folder, watcher, data);
    }

    /// A training that goes on from the latest checkpoint of its folder, or from the beginning where there is none.
    ///
    /// @throws InputException when the checkpoint is damaged, or of another architecture or optimiser
    public static Trainer resume(Recipe recipe, Dataset data, RunFolder folder, Watcher watcher) {
        var trainer = new Trainer(recipe, folder, watcher, data);
        try {
            Checkpoints.latestIfAny(folder.checkpoints()).ifPresent(trainer::load);
            return trainer;
        } catch (RuntimeException e) {
            trainer.close();
            throw e;
        }
    }

    private void load(Path file) {
        step = Checkpoint.load(file, method, optimizer, origin);
        lastSaved = step;
        watcher.note("resumed at step %d from %s".formatted(step, file));
    }

    /// Whether a recipe asks for more samples in a batch than there are, found before anything is written.
    public static void requireBatch(Recipe recipe, int samples) {
        int rows = recipe.train().batch() / recipe.train().chunks();
        if (rows < 2 && Methods.hasBatchNorm(recipe)) {
            throw new InputException(
                    "train.chunks: found %d for a batch of %d, expected chunks of at least 2 rows, because"
                                    .formatted(
                                            recipe.train().chunks(),
                                            recipe.train().batch())
                            + " batch norm takes statistics of a chunk; lower train.chunks");
        }
        if (recipe.train().batch() > samples) {
            throw new InputException("train.batch: found %d, expected at most the %d samples of the training split;"
                            .formatted(recipe.train().batch(), samples)
                    + " use --set train.batch=%d".formatted(Integer.highestOneBit(samples)));
        }
    }

    /// Trains to the end, or until the watcher asks to stop.
    ///
    /// @throws JobException when the loss is no longer finite, or the engine or the disk fails
    public Ending run() {
        try (Metrics metrics = folder.metrics(step)) {
            recoverBest(metrics);
            try {
                RunStatus status = NativeErrors.guard(() -> "training, step " + (step + 1), () -> loop(metrics));
                metrics.end(status, step, "");
                return new Ending(step, status);
            } catch (JobException | InputException e) {
                metrics.end(RunStatus.FAILED, step, String.valueOf(e.getMessage()));
                throw e;
            }
        }
    }

    private RunStatus loop(Metrics metrics) {
        clock.start(folder.records());
        int[] order = new int[0];
        long orderOf = -1;
        while (step < totalSteps) {
            if (watcher.stopRequested()) {
                save();
                watcher.note("stopped at step %d; go on with --resume %s".formatted(step, folder.path()));
                return RunStatus.STOPPED;
            }
            int epoch = Math.toIntExact(step / stepsPerEpoch);
            if (epoch != orderOf) {
                order = SamplingOrder.epoch(recipe.seed(), epoch, items.size());
                orderOf = epoch;
            }
            int begin = Math.toIntExact(step % stepsPerEpoch) * recipe.train().batch();
            learn(Arrays.copyOfRange(order, begin, begin + recipe.train().batch()), epoch, metrics);
            if (step % stepsPerEpoch == 0) {
                endOfEpoch(Math.toIntExact(step / stepsPerEpoch), metrics);
            } else if (clock.minutesSinceSave() >= recipe.checkpoints().everyMinutes()
                    && recipe.checkpoints().everyMinutes() > 0) {
                save();
            }
        }
        long passes = totalSteps * recipe.views().views() * recipe.train().chunks();
        Checkpoint.exportEncoder(folder.path().resolve("encoder.safetensors"), method, passes);
        return RunStatus.FINISHED;
    }

    private void learn(int[] indices, int epoch, Metrics metrics) {
        try (var scope = Scope.open()) {
            var batch = new ArrayList<Tensor>();
            for (int v = 0; v < views.views(); v++) {
                batch.add(ViewTensors.view(views, indices, epoch, v, device));
            }
            Method.Outcome outcome = method.learn(batch, recipe.train().chunks(), step);
            double gradientNorm = Tensors.value(method.parameters().gradients().norm());
            requireFinite(outcome, gradientNorm);
            double rate = rate(recipe.schedule());
            optimizer.step(rate, rate(recipe.groups().predictor(recipe.schedule())), step);
            method.stepped(step, totalSteps);
            step++;
            clock.images(indices.length);
            if (step % recipe.train().logEverySteps() == 0 || step == 1 || step == totalSteps) {
                record(metrics, epoch, measures(outcome, gradientNorm, rate));
            }
        }
    }

    private double rate(ScheduleSpec schedule) {
        return schedule.rate(
                recipe.optimizer().learningRate(), recipe.train().batch(), step, stepsPerEpoch, totalSteps);
    }

    private SequencedMap<String, Double> measures(Method.Outcome outcome, double gradientNorm, double rate) {
        var values = new LinkedHashMap<String, Double>();
        values.put("loss", outcome.total());
        outcome.parts().forEach((part, value) -> values.put("loss." + part, value));
        var health = EmbeddingHealth.of(outcome.embedding());
        values.put("embedding.std", health.stdMean());
        values.put("embedding.rankme", health.rankMe());
        values.putAll(outcome.measures());
        values.putAll(method.measures());
        outcome.layers().forEach((name, y) -> values.putAll(LayerHealth.of(y).values("block." + name + ".")));
        values.put("gradient.norm", gradientNorm);
        values.put("learning.rate", rate);
        return values;
    }

    private void record(Metrics metrics, int epoch, SequencedMap<String, Double> values) {
        var record = new MetricRecord(step, epoch, values, clock.timing());
        metrics.append(record);
        watcher.measured(record, totalSteps);
    }

    private void requireFinite(Method.Outcome outcome, double gradientNorm) {
        for (var part : outcome.parts().entrySet()) {
            if (!Double.isFinite(part.getValue())) {
                throw notFinite("the term '%s' of the loss".formatted(part.getKey()), part.getValue());
            }
        }
        if (!Double.isFinite(outcome.total())) {
            throw notFinite("the loss", outcome.total());
        }
        if (!Double.isFinite(gradientNorm)) {
            throw notFinite("the gradient", gradientNorm);
        }
    }

    private JobException notFinite(String what, double value) {
        return new JobException(
                "training stopped at step %d: %s is %s, expected a finite number; %s; lower optimizer.learningRate"
                        .formatted(step + 1, what, value, lastGood()));
    }

    private String lastGood() {
        return Checkpoints.latestIfAny(folder.checkpoints())
                .map(file -> "the last good checkpoint is " + file)
                .orElse("there is no checkpoint yet");
    }

    /// A step can leave finite weights that make an infinite representation: the check sees that before the next loss.
    private SequencedMap<String, Double> check() {
        try {
            return monitor.measure(method);
        } catch (InputException e) {
            throw new JobException(
                    "training stopped at step %d: the representation cannot be measured (%s); %s; lower"
                                    .formatted(step, e.getMessage(), lastGood())
                            + " optimizer.learningRate",
                    e);
        }
    }

    /// What is measured or saved must be usable: a step can break the weights before a loss shows it.
    private void requireFiniteWeights() {
        try (var scope = Scope.open();
                var off = Gradients.off()) {
            for (Tensor vector : method.buffers().values().stream()
                    .flatMap(b -> Stream.of(b.values(), b.statistics()))
                    .toList()) {
                if (vector.numel() > 0 && Tensors.value(torch.isfinite(vector).all()) == 0) {
                    throw new JobException(
                            "training stopped after step %d: the weights hold NaN or infinity, expected finite numbers; %s;"
                                            .formatted(step, lastGood())
                                    + " lower optimizer.learningRate");
                }
            }
        }
    }

    private void endOfEpoch(int epochsDone, Metrics metrics) {
        requireFiniteWeights();
        boolean last = step == totalSteps;
        int every = recipe.monitor().everyEpochs();
        boolean check = last || every > 0 && epochsDone % every == 0;
        double score = Double.NEGATIVE_INFINITY;
        if (check) {
            SequencedMap<String, Double> measured = check();
            record(metrics, epochsDone - 1, measured);
            score = Monitor.score(measured);
        }
        // The best comes first: should the process die in between, the epoch is run again and writes it again.
        if (recipe.checkpoints().keepBest() && score > bestScore) {
            bestScore = score;
            Checkpoint.save(checkpoints.bestFile(), method, optimizer, step, origin);
        }
        int saveEvery = recipe.checkpoints().everyEpochs();
        if (last || saveEvery > 0 && epochsDone % saveEvery == 0) {
            save();
        }
    }

    private void save() {
        if (lastSaved == step && step > 0) {
            return;
        }
        requireFiniteWeights();
        Checkpoint.save(checkpoints.file(step), method, optimizer, step, origin);
        checkpoints.prune();
        lastSaved = step;
        clock.saved();
    }

    /// The best score so far, from the records that survived the resume.
    private void recoverBest(Metrics metrics) {
        for (MetricRecord record : folder.records()) {
            if (record.values().containsKey("representation.rankme")
                    || record.values().containsKey("knn")) {
                bestScore = Math.max(bestScore, Monitor.score(record.values()));
            }
        }
    }

    /// The trained network.
    public Method method() {
        return method;
    }

    @Override
    public void close() {
        optimizer.close();
        method.close();
    }

    /// Time, kept apart from everything that must be reproducible.
    private static final class Clock {
        private double before;
        private long started = System.nanoTime();
        private long lastSave = started;
        private long lastRecord = started;
        private long imagesSinceRecord;

        void start(List<MetricRecord> records) {
            before = records.isEmpty() ? 0 : records.getLast().timing().getOrDefault("seconds", 0.0);
            started = System.nanoTime();
            lastSave = started;
            lastRecord = started;
        }

        void images(int count) {
            imagesSinceRecord += count;
        }

        void saved() {
            lastSave = System.nanoTime();
        }

        double minutesSinceSave() {
            return (System.nanoTime() - lastSave) / 60e9;
        }

        SequencedMap<String, Double> timing() {
            long now = System.nanoTime();
            var timing = new LinkedHashMap<String, Double>();
            timing.put("seconds", before + (now - started) / 1e9);
            if (imagesSinceRecord > 0) {
                timing.put("imagesPerSecond", imagesSinceRecord * 1e9 / (now - lastRecord));
            }
            lastRecord = now;
            imagesSinceRecord = 0;
            return timing;
        }
    }
}
