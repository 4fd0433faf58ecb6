package org.fullrank.preflight;

import java.util.LinkedHashMap;
import java.util.List;
import org.fullrank.data.Dataset;
import org.fullrank.data.Split;
import org.fullrank.preflight.PreflightCheck.Finding;
import org.fullrank.run.MonitorSpec;
import org.fullrank.text.Numbers;
import org.fullrank.view.ImageViews;

/// Forecasts the time and memory of a training from measured steps.
///
/// @param stepSeconds median time of a measured step. With `views.growth`, the mean time of a step over the whole
///     training
/// @param training time of the steps with their records and checks
/// @param after time of the diagnosis, the pictures and the evaluation at the end
/// @param checkSeconds time of one check
record Forecast(double stepSeconds, double training, double after, double checkSeconds) {
    static final String NAME = "forecast";

    static Forecast of(Rehearsal rehearsal, Dataset data, StepCost probe, double stepSeconds) {
        var train = rehearsal.recipe().train();
        double check = checkItems(rehearsal.recipe().monitor(), data) * probe.encodeSeconds();
        int every = rehearsal.recipe().monitor().everyEpochs();
        long checks = every == 0 ? 1 : Math.ceilDiv(train.epochs(), every);
        double area = rehearsal.recipe().views() instanceof ImageViews images ? images.meanArea() : 1;
        double mean = area * stepSeconds; // the time of a step is about proportional to the pixels of its views
        double steps = rehearsal.totalSteps() * (mean + probe.recordSeconds() / train.logEverySteps());
        MonitorSpec monitor = rehearsal.recipe().monitor();
        double looks =
                Math.ceil((double) rehearsal.totalSteps() / monitor.quickSteps(rehearsal.totalSteps(), train.batch()));
        double look =
                Math.min(monitor.rows(), data.pretraining().size()) * probe.encodeSeconds() + 2 * probe.recordSeconds();
        double after = AfterTraining.seconds(rehearsal, data, probe.encodeSeconds());
        return new Forecast(mean, steps + checks * check + looks * look, after, check);
    }

    /// The time of everything.
    double seconds() {
        return training + after;
    }

    /// Number of items that a check encodes.
    private static double checkItems(MonitorSpec monitor, Dataset data) {
        int size = data.pretraining().size();
        int limit = monitor.knnSamples() == 0 ? size : Math.min(monitor.knnSamples(), size);
        if (!data.splits().contains(Split.VALIDATION)) {
            return limit;
        }
        return limit + Math.min(limit, data.items(Split.VALIDATION).size());
    }

    PreflightCheck check(Rehearsal rehearsal, StepCost probe) {
        int batch = rehearsal.recipe().train().batch();
        int chunk = StepCost.chunkRows(rehearsal);
        double machine = ProcessMemory.limit().orElse(Double.NaN);
        var figures = new LinkedHashMap<String, Double>();
        figures.put("seconds", seconds());
        figures.put("seconds-after-training", after);
        figures.put("steps", (double) rehearsal.totalSteps());
        figures.put("seconds-per-step", stepSeconds);
        figures.put("images-per-second", batch / stepSeconds);
        figures.put("seconds-per-check", checkSeconds);
        figures.put("peak-mib", mebibytes(probe.peakBytes()));
        figures.put("chunk-mib", mebibytes(chunk * probe.rowBytes()));
        figures.put("machine-mib", mebibytes(machine));
        String text =
                "about %s for %s at %s samples/s, then about %s for the diagnosis, the pictures and the evaluation; about %s of memory, of which"
                                .formatted(
                                        Numbers.duration(training),
                                        Numbers.count(rehearsal.totalSteps(), "step"),
                                        PreflightReport.number(Math.rint(batch / stepSeconds)),
                                        Numbers.duration(after),
                                        size(probe.peakBytes()))
                        + " the activations of one chunk of %d rows take %s; the machine has %s"
                                .formatted(chunk, size(chunk * probe.rowBytes()), size(machine));
        if (!probe.measured()) {
            text += " (from smaller steps, scaled)";
        }
        if (rehearsal.device() == org.fullrank.engine.Device.CUDA) {
            text += "; this is memory of the host, that of the GPU is not measured";
        }
        if (probe.peakBytes() > StepCost.MEMORY_SHARE * machine) {
            int chunks = probe.chunksWithin(StepCost.MEMORY_SHARE * machine, chunk, batch);
            return new PreflightCheck(
                    NAME, Finding.WRONG, figures, text + ": it does not fit", List.of("train.chunks=" + chunks));
        }
        return PreflightCheck.of(NAME, Finding.FINE, figures, text);
    }

    private static double mebibytes(double bytes) {
        return Math.rint(bytes / (1 << 20));
    }

    private static String size(double bytes) {
        return Double.isNaN(bytes) ? "an unknown amount" : Numbers.bytes(bytes);
    }
}
