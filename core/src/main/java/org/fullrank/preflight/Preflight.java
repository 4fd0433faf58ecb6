package org.fullrank.preflight;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.IntUnaryOperator;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.data.Dataset;
import org.fullrank.engine.FullrankException;
import org.fullrank.engine.InputException;
import org.fullrank.engine.NativeErrors;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Threads;
import org.fullrank.method.Method;
import org.fullrank.method.MethodSpec;
import org.fullrank.net.Mode;
import org.fullrank.preflight.PreflightCheck.Finding;
import org.fullrank.run.Recipe;
import org.fullrank.view.ImageViews;
import org.jspecify.annotations.Nullable;

/// Checks a recipe on its data before a training. The checks are about the balance of the loss terms, the
/// batch size and the width, the wiring of self-distillation, the strength of the views, the learning rate,
/// the time and the memory. A preflight trains temporary copies and writes no files. A preflight does not
/// change a single bit of the training that follows, if the number of threads is the same.
///
/// If there is not enough time, a check uses fewer rows. If even that is not possible, the check is left out
/// and reported as not made.
public final class Preflight {
    /// Approximate time of a full preflight in seconds.
    public static final double FULL_SECONDS = 60;

    /// Longest time of a short preflight in seconds, approximately. It is little beside [#LONG_SECONDS], and
    /// enough to measure the steps of a cold start more than once.
    public static final double SHORT_SECONDS = 8;

    /// If the forecast of a training is shorter than this, the training starts without a short preflight.
    public static final double LONG_SECONDS = 600;

    /// Number of steps of the learning-rate sweep: ten steps for each of the six powers of ten.
    static final int RAMP = 60;
    /// Number of steps if time is short. With fewer steps the sweep could miss the usable rates.
    static final int SHORT_RAMP = 40;
    /// Smallest number of rows for a loss that compares the rows of a batch.
    static final int LEAST_ROWS = 16;
    /// Smallest number of rows for the sweep. With fewer rows, the sweep would measure noise.
    static final int LEAST_SWEEP_ROWS = 32;
    /// Number of items whose views are matched. The match rate by chance is 0.2 %.
    static final int MATCHED = 512;
    /// The same for a short preflight.
    static final int MATCHED_SHORT = 256;

    /// The share of the time that one measured step may take.
    static final double STEP_SHARE = 0.125;
    /// Steps are measured again as long as this share of the time is left.
    static final double MEASURED_AGAIN = 0.4;
    /// Steps that take more than this share of the time of the earlier ones have become as fast as they will.
    static final double SETTLED = 0.9;

    private final Rehearsal rehearsal;
    private final Dataset data;
    private final double seconds;
    private final long begin = System.nanoTime();
    private final List<PreflightCheck> checks = new ArrayList<>();
    private final List<String> withoutTime = new ArrayList<>(); // names of checks

    private Preflight(Recipe recipe, Dataset data, double seconds, IntUnaryOperator threadChoice) {
        this.rehearsal = new Rehearsal(recipe, data, threadChoice);
        this.data = data;
        this.seconds = seconds;
    }

    /// All checks, in about [#FULL_SECONDS].
    ///
    /// @throws InputException when the data do not fit the recipe
    public static PreflightReport full(Recipe recipe, Dataset data) {
        return within(recipe, data, FULL_SECONDS);
    }

    static PreflightReport within(Recipe recipe, Dataset data, double seconds) {
        return within(recipe, data, seconds, Threads::renew);
    }

    static PreflightReport within(Recipe recipe, Dataset data, double seconds, IntUnaryOperator threadChoice) {
        return new Preflight(recipe, data, seconds, threadChoice).full();
    }

    /// The quick checks, in about [#SHORT_SECONDS]. The result is empty if the forecast of the training is
    /// shorter than [#LONG_SECONDS].
    ///
    /// @throws InputException when the data do not fit the recipe
    public static Optional<PreflightReport> brief(Recipe recipe, Dataset data) {
        return brief(recipe, data, LONG_SECONDS);
    }

    static Optional<PreflightReport> brief(Recipe recipe, Dataset data, double longSeconds) {
        return new Preflight(recipe, data, SHORT_SECONDS, Threads::renew).brief(longSeconds);
    }

    private PreflightReport full() {
        StepCost probe = probe();
        if (probe == null) {
            withoutStep();
            return report(Double.NaN, null);
        }
        probe = settled(probe, 0);
        quick(probe, 2, MATCHED);
        var times = new ArrayList<Double>();
        StepCost cost = probe;
        checks.add(guarded(RateSweep.NAME, true, () -> sweep(cost, times)));
        double step = median(times, probe);
        Forecast forecast = Forecast.of(rehearsal, data, probe, step);
        checks.add(forecast.check(rehearsal, probe));
        return report(forecast.seconds(), probe);
    }

    private Optional<PreflightReport> brief(double longSeconds) {
        StepCost probe = probe();
        if (probe == null) {
            withoutStep();
            return Optional.of(report(Double.NaN, null));
        }
        probe = settled(probe, longSeconds);
        Forecast forecast = forecast(probe);
        if (forecast.seconds() < longSeconds && checks.isEmpty()) {
            return Optional.empty();
        }
        quick(probe, 1, MATCHED_SHORT);
        checks.add(forecast.check(rehearsal, probe));
        return Optional.of(report(forecast.seconds(), probe));
    }

    /// The time and memory of a step; null if no step with the recipe's batch is possible.
    private @Nullable StepCost probe() {
        try {
            return measure();
        } catch (FullrankException e) {
            if (e instanceof InputException && !buildable()) {
                throw e; // the data do not fit the recipe: nothing can be tried
            }
            checks.add(PreflightCheck.of(
                    "step", Finding.WRONG, new LinkedHashMap<>(), "the first step fails: " + reason(e)));
            return null;
        }
    }

    private StepCost settled(StepCost first, double enough) {
        return settled(
                first,
                this::measure,
                best -> left() > MEASURED_AGAIN * seconds && forecast(best).seconds() >= enough,
                e -> checks.add(PreflightCheck.of(
                        "step", Finding.WRONG, new LinkedHashMap<>(), "a later step fails: " + reason(e))));
    }

    /// Measures the steps again until they no longer become faster, as the first steps of a process are slow.
    /// Java still compiles the code of views, and the libraries load parts of themselves. A forecast from such
    /// steps was up to nine times too long.
    ///
    /// @param again whether a measurement with this fastest result so far is worth another one
    /// @param failed receives the failure of a measurement, such as one of a larger step for which the first had
    ///     no time. It is the last
    static StepCost settled(
            StepCost first,
            Supplier<StepCost> measurement,
            Predicate<StepCost> again,
            Consumer<FullrankException> failed) {
        StepCost best = first;
        while (again.test(best)) {
            StepCost next;
            try {
                next = measurement.get();
            } catch (FullrankException e) {
                failed.accept(e);
                return best;
            }
            if (next.stepSeconds() > SETTLED * best.stepSeconds()) {
                return next.stepSeconds() < best.stepSeconds() ? next : best;
            }
            best = next;
        }
        return best;
    }

    private StepCost measure() {
        rehearsal.chooseThreads();
        return NativeErrors.guard(() -> "preflight", () -> StepCost.of(rehearsal, STEP_SHARE * seconds));
    }

    private Forecast forecast(StepCost probe) {
        return Forecast.of(rehearsal, data, probe, probe.stepSeconds());
    }

    private boolean buildable() {
        try (Method network = rehearsal.network()) {
            return network.parameters().values().numel() > 0;
        } catch (InputException e) {
            return false;
        }
    }

    /// Makes the checks that are possible if the loss cannot be computed.
    private void withoutStep() {
        SortedColumns.of(data.pretraining()).ifPresent(checks::add);
        checks.add(BatchAgainstWidth.of(rehearsal.recipe(), null));
        checks.add(guarded(ViewStrength.NAME, true, () -> ViewStrength.of(rehearsal, matched(MATCHED))));
    }

    private void quick(StepCost probe, int batches, int matched) {
        SortedColumns.of(data.pretraining()).ifPresent(checks::add);
        double row = probe.stepSeconds() / rehearsal.recipe().train().batch();
        int terms = 3;
        shares(affordable(0.2 * left(), terms * batches * row), batches);
        checks.add(guarded(BatchAgainstWidth.NAME, true, () -> batchAgainstWidth(row)));
        int wired = affordable(0.2 * left(), 3 * row);
        checks.add(
                wired < LEAST_ROWS
                        ? leftOut(DistillationWiring.NAME)
                        : guarded(
                                DistillationWiring.NAME,
                                true,
                                () -> DistillationWiring.of(rehearsal, Math.min(wired, StepCost.SOME))));
        // A forward pass takes a third of a step.
        int viewed = (int) Math.min(matched(matched), 0.2 * left() / (row / 3));
        checks.add(
                viewed < 4 * LEAST_ROWS && viewed < matched(matched)
                        ? leftOut(ViewStrength.NAME)
                        : guarded(ViewStrength.NAME, true, () -> ViewStrength.of(rehearsal, viewed)));
    }

    private void shares(int rows, int batches) {
        int batch = rehearsal.recipe().train().batch();
        checks.add(
                rows < Math.min(LEAST_ROWS, batch)
                        ? leftOut(TermShares.NAME)
                        : guarded(TermShares.NAME, rows == batch, () -> TermShares.of(rehearsal, rows, batches)));
    }

    private PreflightCheck batchAgainstWidth(double row) {
        int rows = affordable(0.1 * left(), row);
        if (rows < rehearsal.recipe().train().batch()) {
            return BatchAgainstWidth.of(rehearsal.recipe(), null);
        }
        try (var scope = Scope.withoutGradients();
                Method network = rehearsal.network()) {
            Tensor z = network.embed(rehearsal.batch(0, rows).views().getFirst(), Mode.TRAIN);
            return BatchAgainstWidth.of(rehearsal.recipe(), z);
        }
    }

    private PreflightCheck sweep(StepCost probe, List<Double> times) {
        int batch = rehearsal.recipe().train().batch();
        double row = (probe.stepSeconds() + probe.recordSeconds()) / batch;
        double time = 0.8 * left();
        int steps = affordable(time, (RAMP + RateSweep.STILL) * row) == batch ? RAMP : SHORT_RAMP;
        int rows = affordable(time, (steps + RateSweep.STILL) * row);
        if (rows < Math.min(LEAST_SWEEP_ROWS, batch)) {
            return leftOut(RateSweep.NAME);
        }
        var measured = new ArrayList<Double>();
        rehearsal.chooseThreads();
        var points = RateSweep.sweep(rehearsal, rows, steps, measured);
        if (rows == batch) {
            times.addAll(measured);
        }
        if (points.size() <= RateSweep.STILL) {
            return PreflightCheck.of(
                    RateSweep.NAME, Finding.WRONG, new LinkedHashMap<>(), "the loss is not finite at any rate");
        }
        return RateSweep.judge(rehearsal.recipe(), RateSweep.window(points), rehearsal.peak(), rows);
    }

    /// The median time of a step of the whole batch. The first steps are not counted, because they are
    /// slower.
    private static double median(List<Double> times, StepCost probe) {
        return times.size() <= RateSweep.STILL
                ? probe.stepSeconds()
                : StepCost.median(times.subList(RateSweep.STILL, times.size()));
    }

    private int matched(int most) {
        return Math.min(most, rehearsal.samples());
    }

    /// Number of rows for which `time` is enough. It is at most the batch. For a method with labels, it is the
    /// batch or 0, because a part of a batch may lack pairs of one class.
    private int affordable(double time, double secondsOfRow) {
        int batch = rehearsal.recipe().train().batch();
        int rows = (int) Math.min(batch, time / Math.max(secondsOfRow, 1e-12));
        return rows < batch && rehearsal.recipe().method() instanceof MethodSpec.Metric ? 0 : rows;
    }

    private double left() {
        return Math.max(0, seconds - (System.nanoTime() - begin) / 1e9);
    }

    private PreflightCheck leftOut(String name) {
        withoutTime.add(name);
        return PreflightCheck.leftOut(
                name, "a step of this recipe takes too long here for a check within %.0f s".formatted(seconds));
    }

    /// @param whole whether the check used the recipe's own batch size. If not, the smaller number of rows
    ///     may be the reason for a failure
    private static PreflightCheck guarded(String name, boolean whole, Supplier<PreflightCheck> check) {
        try {
            return NativeErrors.guard(() -> "preflight, " + name, check::get);
        } catch (FullrankException e) {
            return whole
                    ? PreflightCheck.of(name, Finding.WRONG, new LinkedHashMap<>(), "fails: " + reason(e))
                    : PreflightCheck.leftOut(name, "it fails with fewer rows than the batch has: " + reason(e));
        }
    }

    private static String reason(FullrankException e) {
        return String.valueOf(e.getMessage());
    }

    /// @param probe the last measured steps; null if there are none
    private PreflightReport report(double forecast, @Nullable StepCost probe) {
        return new PreflightReport(
                rehearsal.recipe().name(),
                data.name(),
                (System.nanoTime() - begin) / 1e9,
                forecast,
                checks,
                notes(probe));
    }

    private List<String> notes(@Nullable StepCost probe) {
        var notes = new ArrayList<String>();
        if (rehearsal.recipe().train().threads() == 0 && !Threads.remark().isEmpty()) {
            notes.add(Threads.remark());
        }
        if (probe != null) {
            nextStep(probe).ifPresent(notes::add);
        }
        return notes;
    }

    /// What to try if there was no time for a check.
    private Optional<String> nextStep(StepCost probe) {
        String missing = String.join(", ", withoutTime);
        int threads = rehearsal.recipe().train().threads();
        String more = threads > 0 && threads < Runtime.getRuntime().availableProcessors()
                ? "with --set train.threads=0 (all processors), "
                : "";
        double sample = probe.stepSeconds() / rehearsal.recipe().train().batch();
        return missing.isEmpty()
                ? Optional.empty()
                : Optional.of(("to check %s too: a sample takes %s here; try again while no other program uses the"
                                + " processors, %sor with a smaller encoder%s or a smaller train.batch")
                        .formatted(
                                missing,
                                PreflightReport.number(sample) + " s",
                                more,
                                rehearsal.recipe().views() instanceof ImageViews
                                        ? ", smaller views (views.size)"
                                        : ""));
    }
}
