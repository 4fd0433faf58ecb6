package org.fullrank.preflight;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.diagnose.Measure;
import org.fullrank.diagnose.Vitals;
import org.fullrank.engine.FullrankException;
import org.fullrank.engine.NativeErrors;
import org.fullrank.engine.Scope;
import org.fullrank.linalg.Spectrum;
import org.fullrank.method.Method;
import org.fullrank.optim.OptimizerSpec;
import org.fullrank.preflight.PreflightCheck.Finding;
import org.fullrank.run.Recipe;

/// A short sweep over learning rates. It starts from the initial weights and raises the rate exponentially
/// from step to step, on new views. It watches the loss and the rank and spread of the embedding. The usable
/// rates begin where the loss has visibly decreased, and end before the loss increases or the embedding
/// collapses. The result is approximate: each rate is tried for one step only, on weights that the lower
/// rates have already changed.
final class RateSweep {
    static final String NAME = "learning-rate";

    /// Steps at the lowest rate, for the loss before training and its scatter.
    static final int STILL = 8;
    /// Share of the smoothed loss that the past keeps: it looks back about three steps.
    static final double SMOOTHING = 0.7;
    /// The window begins where so much of the largest fall is reached: less could be the scatter of batches.
    static final double VISIBLE = 0.5;
    /// It ends where so much of the largest fall is lost again.
    static final double LOST = 0.3;
    /// A fall smaller than this many standard deviations of the still loss is no fall.
    static final double SIGNAL = 2;
    /// A rise smaller than this many is none: it is nearly ten of those of the smoothed loss.
    static final double RISE = 4;
    /// A rise that is over after fewer steps than this, most of a decade, was a passing one.
    static final int PATIENCE = 8;
    /// The embedding collapses where its centered rank falls below this share of that at the start. Where the loss is
    /// blind to scale it is the only sign of a rate too high: with NT-Xent and IsoLoss the rank falls to a fifth
    /// from ten times the usual rate on, while the loss stays low.
    static final double RANK_LEFT = 0.25;
    /// The same of the spread of the directions, which falls for a while in sound self-distillation too.
    static final double SPREAD_LEFT = 0.1;
    /// A peak so many times above the window is wrong: neither a warm-up nor the roughness of the sweep excuses it.
    /// One so many times below it is slow; less far below it is not, since the ramp passes each rate in one step.
    static final double FAR = 10;

    private RateSweep() {}

    /// One step of the sweep.
    ///
    /// @param loss NaN or infinite where it blew up
    /// @param rank centered RankMe of the embedding
    /// @param spread [Measure#STD] of the embedding
    record Point(double rate, double loss, double rank, double spread) {}

    /// What the points say.
    ///
    /// @param lower where the loss has visibly fallen; NaN when it never does
    /// @param upper the last rate before harm; the last one tried when none came
    /// @param harm what ended the window, empty when nothing did
    record Window(double lower, double upper, String harm) {}

    /// The lowest and highest rate tried.
    record Range(double low, double high) {
        /// From far below to far above what is used with the optimizer, and the recipe's own peak.
        static Range of(OptimizerSpec optimizer, double peak) {
            Range usual = switch (optimizer) {
                case OptimizerSpec.AdamW _ -> new Range(1e-6, 1);
                case OptimizerSpec.Sgd _ -> new Range(1e-5, 1e2);
                case OptimizerSpec.Lars _ -> new Range(1e-4, 1e3);
            };
            return new Range(Math.min(usual.low, peak), Math.max(usual.high, peak));
        }
    }

    /// The sweep itself.
    ///
    /// @param steps of the ramp
    /// @param seconds gets the time of each step
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

    /// @param still whether the rate is so low that a failure is not its doing, and is thrown
    private static Point point(Rehearsal.Try copy, double rate, int rows, List<Double> seconds, boolean still) {
        try (var scope = Scope.open()) {
            long begin = System.nanoTime();
            Method.Outcome outcome = NativeErrors.guard("sweep", () -> copy.step(rate, rows));
            seconds.add((System.nanoTime() - begin) / 1e9);
            Tensor z = outcome.embedding(); // [N, D]
            Tensor centered = z.sub(z.mean(new long[] {0}, true, new ScalarTypeOptional()));
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

    /// What the points at rest say.
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

        /// What makes a point unusable at once; empty where nothing does.
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

    /// The window that the points show; the first [#STILL] are at rest.
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

    static PreflightCheck judge(Recipe recipe, Window window, double peak, double scale, int rows) {
        var figures = new LinkedHashMap<String, Double>();
        figures.put("peak", peak);
        figures.put("window-from", window.lower);
        figures.put("window-to", window.upper);
        figures.put("rows", (double) rows);
        boolean whole = rows == recipe.train().batch();
        String found = "about %s to %s%s"
                .formatted(
                        Double.isNaN(window.lower) ? "unknown" : PreflightReport.number(window.lower),
                        PreflightReport.number(window.upper),
                        window.harm.isEmpty() ? ", no harm up to there" : ", above it " + window.harm);
        String note = whole
                ? ""
                : " (swept with %d rows in place of %d)"
                        .formatted(rows, recipe.train().batch());
        if (peak > window.upper && !window.harm.isEmpty()) {
            Finding finding = whole && peak > FAR * window.upper ? Finding.WRONG : Finding.CONSIDER;
            return new PreflightCheck(
                    NAME,
                    finding,
                    figures,
                    "the peak %s lies above the window of usable rates, %s%s"
                            .formatted(PreflightReport.number(peak), found, note),
                    List.of(wanted(window, scale)));
        }
        if (Double.isNaN(window.lower)) {
            return PreflightCheck.of(
                    NAME,
                    Finding.FINE,
                    figures,
                    "the loss says nothing over so few steps: the window %s is by collapse and divergence alone%s"
                            .formatted(found, note));
        }
        if (peak < window.lower / FAR) {
            return new PreflightCheck(
                    NAME,
                    Finding.CONSIDER,
                    figures,
                    "the peak %s lies far below the window of usable rates, %s%s: training will be slow"
                            .formatted(PreflightReport.number(peak), found, note),
                    List.of(wanted(window, scale)));
        }
        return PreflightCheck.of(
                NAME,
                Finding.FINE,
                figures,
                "the peak %s lies %s the window of usable rates, %s%s"
                        .formatted(
                                PreflightReport.number(peak),
                                peak < window.lower ? "at the lower edge of" : "in",
                                found,
                                note));
    }

    /// The middle of the window on a logarithmic scale, or a tenth of its end where it has no beginning.
    private static String wanted(Window window, double scale) {
        double rate = Double.isNaN(window.lower) || window.lower > window.upper
                ? window.upper / FAR
                : Math.sqrt(window.lower * window.upper);
        return "optimizer.learningRate=" + String.format(Locale.ROOT, "%.1e", rate / scale);
    }
}
