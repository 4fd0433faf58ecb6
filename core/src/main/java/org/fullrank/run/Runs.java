package org.fullrank.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.stream.Stream;
import org.fullrank.engine.InputException;
import org.fullrank.settings.Yaml;

/// The runs of a folder: its subfolders that contain a run, or the folder itself if it is a run.
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
        if (RunFolder.isRun(folder)) {
            return List.of(summary(folder));
        }
        try (Stream<Path> inside = Files.list(folder)) {
            return inside.filter(RunFolder::isRun)
                    .sorted(Comparator.comparing(Path::getFileName))
                    .map(Runs::summary)
                    .toList();
        } catch (IOException e) {
            throw new InputException("runs: cannot read the folder %s: %s".formatted(folder, e), e);
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
        for (MetricLine line : Metrics.lines(path.resolve(Metrics.FILE))) {
            switch (line) {
                case MetricLine.Ended ended -> message = ended.message();
                case MetricLine.Measured(MetricRecord record) -> {
                    values.putAll(record.values());
                    step = record.step();
                    epoch = record.epoch();
                    message = "";
                }
            }
        }
        return new RunSummary(path, recipe(path), RunFolder.open(path).status(), step, epoch, message, values);
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
