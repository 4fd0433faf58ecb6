package org.fullrank.decompose;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.DoubleStream;
import org.jspecify.annotations.Nullable;

/// Fits of the same rank to different splits of one tensor. They have the same initial values and take their
/// steps together. The mean of their curves decides which step is kept and when all of them end. The mean of
/// several splits is less noisy than the curve of one split.
///
/// All random draws depend only on the seed, the split and the step. So fits that continue from saved states
/// take the same steps, bit by bit, if the number of threads is the same.
final class JointFits implements AutoCloseable {
    /// Number of steps between two saved states. If the process is killed, it loses seconds of work for a
    /// matrix, and minutes for a large cube.
    private static final int STEPS_BETWEEN_SAVES = 50;

    private final DecompositionSettings settings;
    private final StopRule rule;
    private final List<FactorFit> fits = new ArrayList<>();
    private final List<FitState> states = new ArrayList<>(); // one for each fit, or none
    private final FitCurve mean = new FitCurve(); // in the units of the data

    private JointFits(DecompositionSettings settings, StopRule rule) {
        this.settings = settings;
        this.rule = rule;
    }

    /// One fit for each split of the settings.
    ///
    /// @param states files of the states, one for each split; empty: none
    static JointFits splits(Observed data, DecompositionSettings settings, List<Path> states) {
        DecompositionSettings.Stopping stopping = settings.stopping();
        var joint = new JointFits(settings, StopRule.of(stopping));
        for (int i = 0; i < stopping.splits(); i++) {
            joint.add(
                    data,
                    HeldOut.of(data, stopping.holdout(), settings.seed(), i),
                    states.isEmpty() ? null : states.get(i));
        }
        return joint;
    }

    /// One fit of all entries with a given number of steps.
    static JointFits whole(Observed data, DecompositionSettings settings, int steps, @Nullable Path state) {
        var joint = new JointFits(settings, new StopRule.After(steps));
        joint.add(data, HeldOut.none(data), state);
        return joint;
    }

    private void add(Observed data, HeldOut split, @Nullable Path state) {
        try {
            var fit = new FactorFit(data, settings, split);
            fits.add(fit);
            if (state != null) {
                var saved = new FitState(state, data.fingerprint());
                states.add(saved);
                saved.restore(fit);
            }
        } catch (RuntimeException e) { // a state of other data, out of memory
            close();
            throw e;
        }
    }

    /// Takes steps until the rule or `progress` ends the fits.
    ///
    /// @return whether the rule ended them
    /// @throws org.fullrank.engine.JobException when a loss is not finite
    boolean run(FitProgress progress) {
        advance();
        while (!rule.isOver(mean)) {
            int step = mean.steps() + 1;
            fits.stream().filter(fit -> fit.curve().steps() < step).forEach(FactorFit::step);
            advance();
            boolean goesOn = progress.goesOn(progress());
            if (!goesOn || rule.isOver(mean) || step % STEPS_BETWEEN_SAVES == 0) {
                for (int i = 0; i < states.size(); i++) {
                    states.get(i).save(fits.get(i));
                }
            }
            if (!goesOn) {
                return false;
            }
        }
        return true;
    }

    /// Adds the steps that all fits have taken to the mean curve. A fit whose state was saved later than the
    /// others already has its kept factors.
    private void advance() {
        int common = fits.stream().mapToInt(fit -> fit.curve().steps()).min().orElseThrow();
        while (mean.steps() < common) {
            int step = mean.steps();
            mean.add(
                    mean(fits.stream().mapToDouble(fit -> fit.curve().loss(step) * fit.unit())),
                    mean(fits.stream().mapToDouble(fit -> fit.curve().heldOut(step) * fit.unit())),
                    mean(fits.stream().mapToDouble(fit -> fit.curve().excess(step))));
            if (rule.keeps(mean)) {
                mean.keep();
                fits.stream().filter(fit -> fit.curve().steps() == mean.steps()).forEach(FactorFit::keep);
            }
        }
    }

    private static double mean(DoubleStream values) {
        return values.average().orElseThrow();
    }

    private FitProgress.Step progress() {
        int last = mean.steps() - 1;
        return new FitProgress.Step(
                settings.rank(),
                mean.steps(),
                rule.mostSteps(),
                mean.loss(last),
                mean.heldOut(last),
                mean.heldOut(mean.keptStep() - 1));
    }

    /// The factors of the first fit, with the mean curves.
    Decomposition result() {
        return new Decomposition(
                settings,
                fits.getFirst().sizes(),
                fits.getFirst().factors(),
                mean.keptStep(),
                mean.losses(),
                mean.heldOutLosses(),
                mean.excess(mean.keptStep() - 1));
    }

    /// The loss of each held-out entry with the kept factors, in the units of the data, for each split.
    List<double[]> heldOutLosses() {
        return fits.stream().map(FactorFit::heldOutLosses).toList();
    }

    @Override
    public void close() {
        fits.forEach(FactorFit::close);
    }
}
