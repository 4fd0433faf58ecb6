package org.fullrank.train;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.SequencedMap;
import org.fullrank.data.Dataset;
import org.fullrank.engine.InputException;
import org.fullrank.engine.JobException;
import org.fullrank.engine.NativeErrors;
import org.fullrank.engine.Scope;
import org.fullrank.method.Method;
import org.fullrank.monitor.Alarm;
import org.fullrank.monitor.CheckSchedule;
import org.fullrank.monitor.Monitor;
import org.fullrank.run.MetricRecord;
import org.fullrank.run.Metrics;
import org.fullrank.run.MonitorSpec.OnCollapse;
import org.fullrank.run.Recipe;
import org.fullrank.run.RecipeChange;
import org.fullrank.run.RunFolder;
import org.fullrank.run.RunStatus;
import org.jspecify.annotations.Nullable;

/// The training loop of one run: the steps, the log records, the scheduled checks, and the checkpoints. All
/// random draws depend on the seed. So the recipe, the data and the number of a step determine this step and
/// all later steps, bit by bit.
public final class Trainer implements AutoCloseable {
    /// The end of a training.
    ///
    /// @param step number of steps done; after a rollback, the step of the restored state
    /// @param status finished, stopped, collapsed or rolled back
    /// @param message the reason, may be empty
    public record Ending(long step, RunStatus status, String message) {
        public Ending(long step, RunStatus status) {
            this(step, status, "");
        }
    }

    private final Recipe recipe;
    private final RunFolder folder;
    private final TrainingListener watcher;
    private final ThreadControl threads;
    private final Learner learner;
    private final Method method;
    private final Lockstep lockstep;
    private final Team team;
    private final Monitor monitor;
    private final FlightRecorder recorder;
    private final Checkpoints checkpoints;
    private final long totalSteps;
    private long step;
    private long lastSaved;
    /// Whether the other workers may wait for this one inside a step.
    private boolean isInStep = true;

    private final Clock clock = new Clock();

    private Trainer(Recipe recipe, RunFolder folder, TrainingListener watcher, Dataset data, Team team) {
        this.recipe = recipe;
        this.folder = folder;
        this.watcher = watcher;
        this.team = team;
        lockstep = new Lockstep(team.workers());
        threads = new ThreadControl(recipe.train().threads(), team, watcher::note);
        learner = new Learner(recipe, data, threads.count(), team.workers());
        method = learner.method();
        totalSteps = learner.totalSteps();
        monitor = new Monitor(recipe.monitor(), data, learner.views(), recipe.seed());
        recorder = new FlightRecorder(learner, recipe.monitor().recordEverySteps());
        checkpoints = new Checkpoints(folder.checkpoints(), recipe.checkpoints());
    }

    /// A new training in a new run folder. If the folder names the checkpoint of another run, the training
    /// starts from its network, with a fresh optimizer and schedule.
    ///
    /// @throws InputException when the data do not fit the recipe, or the checkpoint of the other run is
    ///     damaged or has another architecture
    public static Trainer start(Recipe recipe, Dataset data, RunFolder folder, TrainingListener watcher) {
        return start(recipe, data, folder, watcher, Team.single());
    }

    /// The same as worker 0 of a team. The other workers run a [Follower].
    public static Trainer start(Recipe recipe, Dataset data, RunFolder folder, TrainingListener watcher, Team team) {
        var trainer = new Trainer(recipe, folder, watcher, data, team);
        return trainer.begun(() -> {
            trainer.announce(folder.origin().isEmpty());
            trainer.readStart();
        });
    }

    private void announce(boolean fresh) {
        String remark = recipe.train().device().remark();
        if (!remark.isEmpty()) {
            watcher.note(remark);
        }
        if (fresh) {
            learner.notes().forEach(watcher::note);
        }
        ShortRun.warnings(recipe, learner.stepsPerEpoch(), totalSteps, fresh).forEach(watcher::note);
    }

    /// Closes this trainer if its beginning fails.
    private Trainer begun(Runnable beginning) {
        try {
            beginning.run();
            return this;
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /// Reads the weights of a network that does not begin with random ones, and saves it, so that a resume does
    /// not need their file.
    private void readStart() {
        Optional<Path> other = folder.origin();
        if (other.isEmpty() && !recipe.hasWeights()) {
            return;
        }
        String start = other.map(this::readNetwork).orElseGet(() -> InitialWeights.copy(recipe, method, watcher::note));
        learner.restoreOrthogonal().forEach(watcher::note);
        save(checkpoints.file(0));
        watcher.note("starts from " + start);
    }

    private String readNetwork(Path checkpoint) {
        InputException.unless(
                Files.exists(checkpoint),
                "run %s: found no checkpoint %s, which its %s names, expected the one that it starts from; put it back, or"
                        + " start again with --from",
                folder.path(),
                checkpoint,
                RunFolder.ORIGIN);
        return "the network of %s, step %d".formatted(checkpoint, Checkpoint.load(checkpoint, method));
    }

    /// A training that resumes from the latest undamaged checkpoint of its folder. If there is no checkpoint,
    /// it starts from the beginning.
    ///
    /// @throws InputException when all checkpoints are damaged, or when the latest has another architecture
    ///     or optimizer
    public static Trainer resume(Recipe recipe, Dataset data, RunFolder folder, TrainingListener watcher) {
        return resume(recipe, data, folder, watcher, Team.single());
    }

    /// The same as worker 0 of a team, which may have another number of workers than before. The other workers
    /// run a [Follower].
    public static Trainer resume(Recipe recipe, Dataset data, RunFolder folder, TrainingListener watcher, Team team) {
        var trainer = new Trainer(recipe, folder, watcher, data, team);
        return trainer.begun(() -> Checkpoints.latestIfAny(folder.checkpoints(), watcher::note)
                .ifPresentOrElse(trainer::resume, trainer::readStart));
    }

    private void resume(Path file) {
        step = Checkpoint.load(file, method, learner.optimizer(), learner.origin());
        learner.restoreOrthogonal().forEach(watcher::note);
        lastSaved = step;
        threads.resume(Checkpoint.threads(file, team.workers().size()));
        Checkpoints.setAside(folder.checkpoints(), file);
        watcher.note("resumed at step %d from %s".formatted(step, file));
        RecipeChange.warning(Checkpoint.changes(file, learner.origin()), step, totalSteps)
                .ifPresent(watcher::note);
        String missing = Metrics.missing(folder.path());
        if (!missing.isEmpty()) {
            watcher.note("note: " + missing);
        }
    }

    /// Trains until the end, until the watcher requests a stop, or until an embedding has collapsed and the
    /// recipe stops on collapse.
    ///
    /// @throws JobException when the loss is no longer finite, or when libtorch or the disk fails
    public Ending run() {
        try (Metrics metrics = folder.metrics(step)) {
            metrics.begin(folder.path(), step, totalSteps);
            var length = new CheckSchedule.Length(learner.stepsPerEpoch(), learner.totalSteps());
            try (var checks = new CheckSchedule(folder, recipe, monitor, length, step)) {
                Flight.clear(folder);
                Ending ending = NativeErrors.guard(() -> "training, step " + (step + 1), () -> {
                    lockstep.begin(learner, step, threads.count());
                    isInStep = false;
                    return loop(metrics, checks);
                });
                metrics.end(ending.status(), ending.step(), ending.message());
                endOthers(ending);
                threads.free();
                return ending;
            } catch (JobException | InputException e) {
                String message = String.valueOf(e.getMessage());
                metrics.end(RunStatus.FAILED, step, message);
                if (!isInStep) {
                    endOthers(new Ending(step, RunStatus.FAILED, message));
                }
                throw e;
            }
        }
    }

    /// Tells the other workers how the training ended. Its result does not depend on whether they hear it.
    private void endOthers(Ending ending) {
        try {
            lockstep.end(ending);
        } catch (JobException e) {
            watcher.note("warning: another worker ended early: " + e.getMessage());
        }
    }

    private Ending loop(Metrics metrics, CheckSchedule checks) {
        clock.start(folder.records());
        while (step < totalSteps) {
            if (lockstep.stop(watcher.stopRequested())) {
                save();
                watcher.note("stopped at step %d; continue with --resume %s".formatted(step, folder.path()));
                return new Ending(step, RunStatus.STOPPED);
            }
            lockstep.shareEachEpoch(learner, step);
            learn(metrics, checks);
            boolean epochEnd = step % learner.stepsPerEpoch() == 0;
            Alarm alarm = checks.due(step) ? check(metrics, checks) : null;
            if (alarm != null && recipe.monitor().onCollapse() != OnCollapse.WARN) {
                return collapsed(alarm);
            }
            if (epochEnd
                    || clock.minutesSinceSave() >= recipe.checkpoints().everyMinutes()
                            && recipe.checkpoints().everyMinutes() > 0) {
                saveIfDue(epochEnd);
            }
        }
        export();
        return new Ending(step, RunStatus.FINISHED);
    }

    private void export() {
        long passes = step * recipe.views().views() * recipe.train().chunks();
        Checkpoint.exportEncoder(folder.path().resolve("encoder.safetensors"), method, passes);
    }

    private void learn(Metrics metrics, CheckSchedule checks) {
        if (recorder.before(step)) {
            threads.reconsider(step);
        }
        int epoch = learner.epoch(step);
        try (var scope = Scope.open()) {
            isInStep = true;
            Method.Outcome outcome = learner.gradients(step);
            isInStep = false;
            double gradientNorm = learner.gradientNorm();
            recorder.learned(outcome.total(), gradientNorm);
            Learner.Fault fault = Learner.fault(outcome, gradientNorm);
            if (fault != null) {
                throw failed("at step %d: %s is %s, expected a finite number"
                        .formatted(step + 1, fault.what(), fault.value()));
            }
            double rate = learner.rate(step);
            learner.move(step);
            step++;
            clock.images(recipe.train().batch());
            boolean logged = step % recipe.train().logEverySteps() == 0 || step == 1 || step == totalSteps;
            if (logged || checks.due(step)) { // a check compares itself with the batch of the same step
                SequencedMap<String, Double> values = learner.measures(outcome, gradientNorm, rate);
                checks.learned(step, values);
                if (logged) {
                    record(metrics, epoch, values, clock.timing());
                }
            }
        }
    }

    private void record(
            Metrics metrics, int epoch, SequencedMap<String, Double> values, SequencedMap<String, Double> timing) {
        var record = new MetricRecord(step, epoch, values, timing);
        metrics.append(record);
        watcher.measured(record, totalSteps);
    }

    /// Checks that the weights are finite before they are measured or saved. A step can break the weights
    /// before the loss shows it.
    private void requireFiniteWeights() {
        if (!learner.hasFiniteWeights()) {
            throw failed("after step %d: the weights hold NaN or infinity, expected finite numbers".formatted(step));
        }
    }

    /// Writes the flight record of a failed step.
    private JobException failed(String found) {
        boolean recorded = recorder.write(folder, step, found, threads.count());
        String checkpoint = Checkpoints.lastGood(folder.checkpoints(), watcher::note);
        return new JobException("training stopped %s; %s; lower optimizer.learningRate%s"
                .formatted(
                        found,
                        checkpoint,
                        recorded ? ", or see where it began with fullrank replay " + folder.path() : ""));
    }

    /// Makes a check and records its result. Saves the state if it is the best one.
    ///
    /// @return the first new alarm; null if there is none
    private @Nullable Alarm check(Metrics metrics, CheckSchedule checks) {
        requireFiniteWeights();
        long began = System.nanoTime();
        CheckSchedule.Result result = checked(checks);
        SequencedMap<String, Double> timing = clock.timing();
        timing.put("monitorSeconds", (System.nanoTime() - began) / 1e9);
        record(metrics, learner.epoch(step - 1), result.values(), timing);
        result.alarms().forEach(alarm -> watcher.note(alarm.line()));
        // The best one is saved first: if the process then dies, the steps are repeated and save it again.
        if (recipe.checkpoints().keepBest() && result.best()) {
            save(checkpoints.bestFile());
        }
        if (recipe.monitor().onCollapse() == OnCollapse.ROLLBACK && result.soundest()) {
            save(checkpoints.soundFile());
        }
        return result.alarms().isEmpty() ? null : result.alarms().getFirst();
    }

    /// Makes a check. Even finite weights can give a representation that is not finite. The check finds this
    /// before the next loss does.
    private CheckSchedule.Result checked(CheckSchedule checks) {
        try {
            return checks.check(method, step);
        } catch (InputException e) {
            throw failed("at step %d: %s".formatted(step, e.getMessage()));
        }
    }

    /// Ends the run after a collapse, either with the current weights or with the weights from before the
    /// collapse.
    private Ending collapsed(Alarm alarm) {
        String what = "%s of the %s, first sign at step %d, found at step %d"
                .formatted(alarm.kind().title(), alarm.place(), alarm.onset(), alarm.step());
        Optional<Path> sound = recipe.monitor().onCollapse() == OnCollapse.ROLLBACK
                ? checkpoints.sound(step, watcher::note)
                : Optional.empty();
        if (sound.isPresent()) {
            step = Checkpoint.load(sound.get(), method, learner.optimizer(), learner.origin());
            checkpoints.removeAfter(step);
            lastSaved = -1;
            save();
            export();
            String message = "%s: back to step %d; change the recipe, then continue from there with --resume %s"
                    .formatted(what, step, folder.path());
            watcher.note("rolled back: " + message);
            return new Ending(step, RunStatus.ROLLED_BACK, message);
        }
        save();
        String message = "%s; %s; --resume %s continues regardless"
                .formatted(what, alarm.verdict().next(), folder.path());
        watcher.note("stopped: " + message);
        return new Ending(step, RunStatus.COLLAPSED, message);
    }

    private void saveIfDue(boolean epochEnd) {
        int every = recipe.checkpoints().everyEpochs();
        boolean due = every > 0 && step / learner.stepsPerEpoch() % every == 0;
        if (!epochEnd || step == totalSteps || due) {
            save();
        } else {
            requireFiniteWeights();
        }
    }

    private void save() {
        if (lastSaved == step && step > 0) {
            return;
        }
        requireFiniteWeights();
        save(checkpoints.file(step));
        checkpoints.prune();
        lastSaved = step;
        clock.saved();
    }

    private void save(Path file) {
        var processors =
                new Checkpoint.Processors(threads.count(), team.workers().size());
        Checkpoint.save(file, method, learner.optimizer(), step, learner.origin(), processors);
    }

    /// The trained network.
    public Method method() {
        return method;
    }

    @Override
    public void close() {
        recorder.close();
        learner.close();
    }
}
