package org.fullrank.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.fullrank.engine.InputException;
import org.fullrank.settings.Yaml;

/// The runs of a folder: its subfolders that contain a run, the runs of comparisons in it, or the folder itself
/// if it is a run.
public final class Runs {
    private Runs() {}

    /// @return the runs in the order of their names; for default names this is the order of time within a
    ///     recipe
    /// @throws InputException when the folder is missing or cannot be read
    public static List<RunSummary> list(Path folder) {
        if (!Files.isDirectory(folder)) {
            throw new InputException(
                    "runs: found no folder %s, expected one with runs; train with fullrank pretrain".formatted(folder));
        }
        try {
            return paths(folder).stream().map(Runs::summary).toList();
        } catch (IOException e) {
            throw new InputException("runs: cannot read the folder %s: %s".formatted(folder, e), e);
        }
    }

    /// The run folders, in the order of [#list]. The runs of a comparison are in its subfolder
    /// [RunFolder#COMPARED].
    ///
    /// @throws IOException when a folder cannot be read
    public static List<Path> paths(Path folder) throws IOException {
        if (RunFolder.isRun(folder)) {
            return List.of(folder);
        }
        List<Path> found = new ArrayList<>();
        for (Path inside : folders(folder)) {
            if (RunFolder.isRun(inside)) {
                found.add(inside);
            } else {
                boolean compared = inside.endsWith(RunFolder.COMPARED);
                Path runs = compared ? inside : inside.resolve(RunFolder.COMPARED);
                folders(runs).stream().filter(RunFolder::isRun).forEach(found::add);
            }
        }
        return found;
    }

    private static List<Path> folders(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> inside = Files.list(folder)) {
            return inside.filter(Files::isDirectory)
                    .sorted(Comparator.comparing(Path::getFileName))
                    .toList();
        }
    }

    /// The missing measures in the records of a run of an earlier version, in one line; empty if nothing is
    /// missing.
    public static String missing(Path path) {
        return Metrics.missing(path);
    }

    public static RunSummary summary(Path path) {
        SequencedMap<String, Double> values = new LinkedHashMap<>();
        long step = 0;
        int epoch = 0;
        String message = "";
        List<Double> losses = new ArrayList<>();
        MetricRecord first = null;
        MetricRecord latest = null;
        long totalSteps = 0;
        for (MetricLine line : Metrics.lines(path.resolve(Metrics.FILE))) {
            switch (line) {
                case MetricLine.Started started -> totalSteps = started.steps();
                case MetricLine.Ended ended -> message = ended.message();
                case MetricLine.Measured(MetricRecord record) -> {
                    first = first == null ? record : first;
                    latest = record;
                    Double loss = record.values().get("loss");
                    if (loss != null && Double.isFinite(loss)) {
                        losses.add(loss);
                    }
                    values.putAll(record.values());
                    step = record.step();
                    epoch = record.epoch();
                    message = "";
                }
            }
        }
        RunStatus status = RunFolder.open(path).status();
        RunTime time = first == null || latest == null ? RunTime.NONE : RunTime.of(first, latest, totalSteps);
        return new RunSummary(
                path,
                recipe(path),
                status,
                step,
                epoch,
                message,
                values,
                thinned(losses),
                status == RunStatus.RUNNING ? time : time.ended());
    }

    private static List<Double> thinned(List<Double> losses) {
        int last = losses.size() - 1;
        return losses.size() <= RunSummary.MOST_LOSSES
                ? losses
                : IntStream.range(0, RunSummary.MOST_LOSSES)
                        .mapToObj(i -> losses.get((int) ((long) last * i / (RunSummary.MOST_LOSSES - 1))))
                        .toList();
    }

    private static String recipe(Path path) {
        try {
            Path config = path.resolve(RunFolder.CONFIG);
            return Yaml.parseValue(config.toString(), Files.readString(config))
                    .path("name")
                    .asText("?");
        } catch (IOException | InputException e) {
            return "?"; // a broken run stays in the list
        }
    }
}
