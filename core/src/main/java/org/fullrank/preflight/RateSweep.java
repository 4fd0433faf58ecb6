package org.fullrank.preflight;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.diagnose.Measure;
import org.fullrank.diagnose.Vitals;
import org.fullrank.engine.FullrankException;
import org.fullrank.engine.NativeErrors;
import org.fullrank.engine.Scope;
import org.fullrank.linalg.Reductions;
import org.fullrank.linalg.Spectrum;
import org.fullrank.method.Method;
import org.fullrank.optim.OptimizerSpec;
import org.fullrank.optim.ScheduleSpec;
import org.fullrank.preflight.PreflightCheck.Finding;
import org.fullrank.run.Recipe;

/// A short sweep over learning rates. The sweep starts from the initial weights. The sweep raises the rate
/// exponentially from step to step, and each step uses new views. The sweep observes the loss, and the rank
/// and spread of the embedding. The usable rates begin where the loss has visibly decreased. The usable rates
/// end before the loss increases or the embedding collapses. The result is approximate: each rate is tried
/// for only one step, on weights that the lower rates have already changed.
final class RateSweep {
    static final String NAME = "learning-rate";

    /// Number of steps at the lowest rate. These steps measure the loss before training, and how much it
    /// varies.
    static final int STILL = 8;
    /// Share of the past in the smoothed loss. It averages over about three steps.
    static final double SMOOTHING = 0.7;
    /// The usable rates begin where the decrease of the loss reaches this share of the largest decrease. A
    /// smaller decrease may only be variation between batches.
    static final double VISIBLE = 0.5;
    /// The usable rates end where the loss has lost this share of its largest decrease again.
    static final double LOST = 0.3;
    /// A decrease does not count if it is smaller than this many standard deviations of the loss at the
    /// lowest rate.
    static final double SIGNAL = 2;
    /// An increase does not count if it is smaller than this many standard deviations. This is nearly ten
    /// standard deviations of the smoothed loss.
    static final double RISE = 4;
    /// An increase that ends after fewer steps than this is temporary and does not count. In this number of
    /// steps, the rate grows nearly tenfold.
    static final int PATIENCE = 8;
    /// The embedding collapses if its centered rank falls below this share of the rank at the start. If the
    /// loss does not depend on scale, this is the only sign that a rate is too high. With NT-Xent and
    /// IsoLoss, the rank falls to a fifth of its initial value at ten times the usual rate and above, while
    /// the loss stays low.
    static final double RANK_LEFT = 0.25;
    /// The same share for the spread of the directions. In healthy self-distillation, the spread also
    /// decreases for some time.
    static final double SPREAD_LEFT = 0.1;
    /// A peak rate this many times above the usable rates is wrong, even if there is a warm-up and although
    /// the sweep is approximate.
    static final double FAR = 10;
    /// A peak rate that is less than this many times below the usable rates is at their end. Two neighboring
    /// rates of a short sweep differ by as much.
    static final double NEAR = 1.5;

    private RateSweep() {}

    /// One step of the sweep.
    ///
    /// @param loss NaN or infinite if training diverged
    /// @param rank centered RankMe of the embedding
    /// @param spread [Measure#STD] of the embedding
    record Point(double rate, double loss, double rank, double spread) {}

    /// The usable rates according to the points.
    ///
    /// @param lower rate at which the loss has visibly decreased; NaN if it never does
    /// @param upper the last rate before harm; the last rate of the sweep if there was no harm
    /// @param harm the reason for the upper limit, empty if there is none
    record Window(double lower, double upper, String harm) {}

    /// The lowest and the highest rate of the sweep.
    record Range(double low, double high) {
        /// The range of the sweep. It goes from far below to far above the usual rates of the optimizer, and
        /// it includes the recipe's peak rate.
        static Range of(OptimizerSpec optimizer, double peak) {
            Range usual = switch (optimizer) {
                case OptimizerSpec.Adam _, OptimizerSpec.AdamW _, OptimizerSpec.Rmsprop _ -> new Range(1e-6, 1);
                case OptimizerSpec.Muon _ -> new Range(1e-5, 1e1);
                case OptimizerSpec.Sgd _ -> new Range(1e-5, 1e2);
                case OptimizerSpec.Lars _ -> new Range(1e-4, 1e3);
            };
            return new Range(Math.min(usual.low, peak), Math.max(usual.high, peak));
        }
    }

    /// The sweep itself.
    ///
    /// @param steps number of steps of the sweep
    /// @param seconds receives the time of each step
    static List<Point> sweep(Rehearsal rehearsal, int rows, int steps, List<Double> seconds) {
        Range range = Range.of(rehearsal.recipe().optimizer(), rehearsal.peakRate());
        var points = new ArrayList<Point>();
        try (Rehearsal.Try copy = rehearsal.start()) {
            for (int i = -STILL; i < steps; i++) {
                double rate = range.low * Math.pow(range.high / range.low, Math.max(0, i) / (steps - 1.0));
                Point point = point(copy, rate, rows, seconds, points.size() < STILL);
                points.add(point);
                if (!Double.isFinite(point.loss) || !Double.isFinite(point.rank)) {
                    break;
                }
            }
        }
        return points;
    }

    /// @param still whether the rate is so low that it cannot be the cause of a failure. Then a failure is
    ///     thrown
    private static Point point(Rehearsal.Try copy, double rate, int rows, List<Double> seconds, boolean still) {
        try (var scope = Scope.open()) {
            long begin = System.nanoTime();
            Method.Outcome outcome = NativeErrors.guard("sweep", () -> copy.step(rate, rows));
            seconds.add((System.nanoTime() - begin) / 1e9);
            Tensor z = outcome.embedding(); // [N, D]
            Tensor centered = z.sub(Reductions.means(z));
            return new Point(
                    rate,
                    outcome.total(),
                    Spectrum.of(centered).rankMe(),
                    Vitals.of(z, List.of(Measure.STD)).get(Measure.STD));
        } catch (FullrankException e) {
            if (still) {
                throw e;
            }
            return new Point(rate, Double.NaN, Double.NaN, Double.NaN); // not finite: the rate was too high
        }
    }

    /// The values at the lowest rate.
    private record Rest(double loss, double scatter, double rank, double spread) {
        static Rest of(List<Point> points) {
            double loss = mean(points, Point::loss);
            double squares = mean(points, p -> Math.pow(p.loss - loss, 2));
            double scatter = Math.sqrt(squares * points.size() / (points.size() - 1));
            return new Rest(loss, scatter, mean(points, Point::rank), mean(points, Point::spread));
        }

        private static double mean(List<Point> points, ToDoubleFunction<Point> value) {
            return points.stream().mapToDouble(value).average().orElse(Double.NaN);
        }

        /// The reason why a point is unusable; empty if it is usable.
        String harm(Point p) {
            if (!Double.isFinite(p.loss) || !Double.isFinite(p.rank)) {
                return "the loss is not finite";
            }
            return p.rank < RANK_LEFT * rank || p.spread < SPREAD_LEFT * spread ? "the embedding collapses" : "";
        }

        boolean falls(double best) {
            return loss - best > SIGNAL * scatter;
        }

        boolean rises(double smooth, double best) {
            return smooth - best > Math.max(falls(best) ? LOST * (loss - best) : 0, RISE * scatter);
        }
    }

    /// The usable rates according to the points. The first [#STILL] points are at the lowest rate.
    static Window window(List<Point> points) {
        Rest rest = Rest.of(points.subList(0, STILL));
        double smooth = rest.loss;
        double best = rest.loss;
        String harm = "";
        int rising = 0;
        var smoothed = new ArrayList<Double>();
        int i = STILL;
        while (i < points.size() && rising < PATIENCE && harm.isEmpty()) {
            harm = rest.harm(points.get(i));
            if (harm.isEmpty()) {
                smooth = SMOOTHING * smooth + (1 - SMOOTHING) * points.get(i).loss;
                rising = rest.rises(smooth, best) ? rising + 1 : 0;
                best = Math.min(best, smooth);
                smoothed.add(smooth);
                i++;
            }
        }
        double upper = points.get(Math.max(STILL, i - rising) - 1).rate();
        double lower =
                rest.falls(best) ? lower(points, smoothed, rest.loss - VISIBLE * (rest.loss - best)) : Double.NaN;
        return new Window(lower, upper, rising > 0 ? "the loss rises" : harm);
    }

    private static double lower(List<Point> points, List<Double> smoothed, double visible) {
        for (int i = 0; i < smoothed.size(); i++) {
            if (smoothed.get(i) <= visible) {
                return points.get(STILL + i).rate();
            }
        }
        return Double.NaN;
    }

    /// The peak rate of a schedule.
    ///
    /// @param rate the recipe's own rate
    /// @param scale the schedule's factor on it; not 1 only with `schedule.scaleWithBatch`
    record Peak(double rate, double scale) {
        double value() {
            return rate * scale;
        }
    }

    static PreflightCheck judge(Recipe recipe, Window window, Peak peak, int rows) {
        var figures = new LinkedHashMap<String, Double>();
        figures.put("peak", peak.value());
        figures.put("window-from", window.lower);
        figures.put("window-to", window.upper);
        figures.put("rows", (double) rows);
        int batch = recipe.train().batch();
        String found =
                found(window) + (rows == batch ? "" : " (swept with %d rows in place of %d)".formatted(rows, batch));
        if (peak.value() > window.upper && !window.harm.isEmpty()) {
            boolean far = rows == batch && peak.value() > FAR * window.upper;
            String why = why(recipe, peak, "above", found);
            return new PreflightCheck(
                    NAME, far ? Finding.WRONG : Finding.CONSIDER, figures, why, List.of(wanted(window, peak)));
        }
        if (Double.isNaN(window.lower)) {
            return PreflightCheck.of(
                    NAME,
                    Finding.FINE,
                    figures,
                    "the loss does not decrease visibly in so few steps: the range %s is limited only by collapse and divergence"
                            .formatted(found));
        }
        if (peak.value() < window.lower / NEAR) {
            String why = why(recipe, peak, "below", found) + ": training may be slow";
            return new PreflightCheck(NAME, Finding.CONSIDER, figures, why, List.of(wanted(window, peak)));
        }
        String where = peak.value() < window.lower ? "at the lower end of" : "among";
        return PreflightCheck.of(
                NAME,
                Finding.FINE,
                figures,
                "the peak rate %s is %s the usable rates, %s"
                        .formatted(PreflightReport.number(peak.value()), where, found));
    }

    private static String found(Window window) {
        return "about %s to %s%s"
                .formatted(
                        Double.isNaN(window.lower) ? "unknown" : PreflightReport.number(window.lower),
                        PreflightReport.number(window.upper),
                        window.harm.isEmpty() ? ", no harm up to there" : ", above it " + window.harm);
    }

    /// What is wrong with the peak rate. If the batch changed the rate, this may be the cause.
    private static String why(Recipe recipe, Peak peak, String where, String found) {
        String scaled = peak.scale == 1
                ? ""
                : ", which is optimizer.learningRate %s times train.batch %d / %d (schedule.scaleWithBatch),"
                        .formatted(
                                PreflightReport.number(peak.rate),
                                recipe.train().batch(),
                                ScheduleSpec.REFERENCE_BATCH);
        return "the peak rate %s%s is %s the usable rates, %s"
                .formatted(PreflightReport.number(peak.value()), scaled, where, found);
    }

    /// If the recipe's rate is usable without the factor of the batch, it is taken. Otherwise, it is the middle
    /// of the usable rates on a logarithmic scale. If they have no lower limit, it is a tenth of the upper
    /// limit.
    private static String wanted(Window window, Peak peak) {
        if (peak.scale != 1 && peak.rate >= window.lower && peak.rate <= window.upper) {
            return "schedule.scaleWithBatch=false";
        }
        double rate = Double.isNaN(window.lower) || window.lower > window.upper
                ? window.upper / FAR
                : Math.sqrt(window.lower * window.upper);
        return "optimizer.learningRate=" + String.format(Locale.ROOT, "%.1e", rate / peak.scale);
    }
}
