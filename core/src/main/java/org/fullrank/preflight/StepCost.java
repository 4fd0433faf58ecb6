package org.fullrank.preflight;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.DoubleSupplier;
import java.util.stream.IntStream;
import org.fullrank.data.Items;
import org.fullrank.diagnose.Vitals;
import org.fullrank.engine.Device;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Scope;
import org.fullrank.method.Method;
import org.fullrank.probe.Embedder;

/// The time and memory of training steps. Time and memory are measured with steps of growing size. If a batch
/// would not fit into memory or time, its cost is extrapolated from smaller batches. Each time is the median
/// of [#REPEATS] measurements. An earlier measurement is not counted, because it loads code. The median is
/// robust against other processes that use the machine for a moment.
///
/// @param stepSeconds time of a step of the whole batch
/// @param measured whether a step of the whole batch was made. If not, the time of fewer rows is scaled
/// @param recordSeconds time to measure one record of the log
/// @param encodeSeconds time that a check needs to encode one item
/// @param peakBytes the largest resident set of a step of the whole batch, measured or estimated; NaN where
///     unknown
/// @param rowBytes memory that one more row in a chunk adds; NaN if unknown
record StepCost(
        double stepSeconds,
        boolean measured,
        double recordSeconds,
        double encodeSeconds,
        double peakBytes,
        double rowBytes) {
    /// Number of rows of the first steps. This is few, but enough for any loss except whitening.
    static final int FEW = 16;
    /// Number of rows of the next steps. It is large enough for a measurable growth of memory.
    static final int SOME = 64;
    /// Number of measurements of each time. There are fewer if they take too long.
    static final int REPEATS = 5;
    /// Share of the affordable time that these measurements may take, so that they do not delay a short
    /// training much.
    static final double REPEATED = 0.25;
    /// Number of items that are encoded to measure the time of a check.
    static final int ENCODED = 128;
    /// The share of the machine's memory that a training may use. The rest is for the system and the file
    /// cache.
    static final double MEMORY_SHARE = 0.9;

    /// A step with a number of rows, its time, and the largest resident set so far.
    private record TimedStep(int rows, double seconds, double peak) {}

    /// @param affordable seconds that one step may take
    /// @throws InputException when no step with the recipe's own batch is possible
    static StepCost of(Rehearsal rehearsal, double affordable) {
        int batch = rehearsal.recipe().train().batch();
        int chunk = chunkRows(rehearsal);
        var steps = new ArrayList<TimedStep>();
        double record = 0;
        double encode;
        try (Rehearsal.Try copy = rehearsal.start()) {
            // The first step loads code, so its time and memory are not measured.
            int least = warm(copy, rehearsal, Math.min(FEW, batch));
            ProcessMemory.forgetPeak();
            for (int rows : IntStream.of(least, SOME, chunk, batch)
                    .filter(r -> r >= least && r <= batch)
                    .sorted()
                    .distinct()
                    .toArray()) {
                if (!steps.isEmpty() && !fits(steps, rows, chunk, affordable)) {
                    break;
                }
                if (rehearsal.device() == Device.CUDA) {
                    copy.seconds(rehearsal.peakRate() * 1e-3, rows); // cuDNN tries its algorithms at each new size
                }
                double seconds = copy.seconds(rehearsal.peakRate() * 1e-3, rows);
                steps.add(new TimedStep(rows, seconds, peak()));
            }
            int rows = steps.getLast().rows();
            record = recordSeconds(copy, rehearsal, rows, affordable);
            double step = repeated(affordable, () -> copy.seconds(rehearsal.peakRate() * 1e-3, rows));
            steps.set(steps.size() - 1, new TimedStep(rows, step, peak()));
            encode = encodeSeconds(rehearsal, copy.method(), affordable);
        }
        return of(steps, batch, chunk, record, encode);
    }

    /// The median of some measurements. Together they take about [#REPEATED] of `affordable`.
    private static double repeated(double affordable, DoubleSupplier seconds) {
        var times = new ArrayList<Double>();
        double sum = 0;
        while (times.isEmpty() || times.size() < REPEATS && sum < REPEATED * affordable) {
            double time = seconds.getAsDouble();
            times.add(time);
            sum += time;
        }
        return median(times);
    }

    /// The middle of some times. For an even number of times, it is the mean of the two in the middle.
    static double median(List<Double> times) {
        double[] sorted =
                times.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
    }

    private static StepCost of(List<TimedStep> steps, int batch, int chunk, double record, double encode) {
        TimedStep last = steps.getLast();
        double rowBytes = rowBytes(steps, chunk);
        double peak = last.peak + Math.max(0, chunk - last.rows) * (Double.isNaN(rowBytes) ? 0 : rowBytes);
        return new StepCost(last.seconds * batch / last.rows, last.rows == batch, record, encode, peak, rowBytes);
    }

    /// Rows of one chunk.
    static int chunkRows(Rehearsal rehearsal) {
        return Math.ceilDiv(
                rehearsal.recipe().train().batch(), rehearsal.recipe().train().chunks());
    }

    /// Makes the first steps. Whitening refuses few rows. In this case the whole batch is used.
    private static int warm(Rehearsal.Try copy, Rehearsal rehearsal, int few) {
        int batch = rehearsal.recipe().train().batch();
        try {
            copy.seconds(rehearsal.peakRate() * 1e-3, few);
            return few;
        } catch (InputException e) {
            if (few == batch) {
                throw e;
            }
            copy.seconds(rehearsal.peakRate() * 1e-3, batch);
            return batch;
        }
    }

    private static boolean fits(List<TimedStep> steps, int rows, int chunk, double affordable) {
        TimedStep last = steps.getLast();
        double seconds = last.seconds * rows / last.rows;
        double rowBytes = rowBytes(steps, chunk);
        double peak = last.peak + (Math.min(rows, chunk) - last.rows) * rowBytes;
        double limit = MEMORY_SHARE * ProcessMemory.limit().orElse(Double.POSITIVE_INFINITY);
        return seconds <= affordable && !(peak > limit); // an unknown peak stops nothing
    }

    /// Memory per row, computed from the smallest and the largest step with one chunk.
    private static double rowBytes(List<TimedStep> steps, int chunk) {
        TimedStep small = steps.getFirst();
        TimedStep large =
                steps.stream().filter(r -> r.rows <= chunk).reduce((a, b) -> b).orElse(small);
        return large.rows == small.rows ? Double.NaN : Math.max(0, large.peak - small.peak) / (large.rows - small.rows);
    }

    private static double peak() {
        OptionalDouble peak = ProcessMemory.peak();
        return peak.orElse(Double.NaN);
    }

    private static double recordSeconds(Rehearsal.Try copy, Rehearsal rehearsal, int rows, double affordable) {
        try (var scope = Scope.open()) {
            Method.Outcome outcome = copy.step(rehearsal.peakRate() * 1e-3, rows);
            Vitals.of(outcome.embedding(), Vitals.BATCH);
            return repeated(affordable, () -> seconds(() -> Vitals.of(outcome.embedding(), Vitals.BATCH)));
        }
    }

    private static double encodeSeconds(Rehearsal rehearsal, Method method, double affordable) {
        int count = Math.min(ENCODED, rehearsal.samples());
        Items some = rehearsal.items(count);
        if (rehearsal.device() == Device.CUDA) {
            Embedder.embed(method, rehearsal.views().on(some), some);
        }
        double first = seconds(() -> Embedder.embed(method, rehearsal.views().on(some), some));
        double each = first > affordable
                ? first
                : repeated(
                        affordable,
                        () -> seconds(
                                () -> Embedder.embed(method, rehearsal.views().on(some), some)));
        return each / count;
    }

    private static double seconds(Runnable work) {
        long begin = System.nanoTime();
        work.run();
        return (System.nanoTime() - begin) / 1e9;
    }

    /// The smallest number of chunks for which a step fits into `limit` bytes. It is at most half of the
    /// batch.
    int chunksWithin(double limit, int chunk, int batch) {
        double base = peakBytes - chunk * rowBytes;
        for (int chunks = Math.ceilDiv(batch, chunk); chunks <= batch / 2; chunks++) {
            if (base + Math.ceilDiv(batch, chunks) * rowBytes <= limit) {
                return chunks;
            }
        }
        return Math.max(1, batch / 2);
    }
}
