package org.fullrank.spark;

import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.fullrank.engine.InputException;
import org.fullrank.trained.TrainedEncoder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The encoder that all tasks of a JVM share. It is opened by the first task that needs it, and closed when the
/// JVM ends. So an executor holds the weights once, however many tasks it runs at a time.
final class SharedEncoder {
    private static final Logger LOG = LoggerFactory.getLogger(SharedEncoder.class);

    private static final Map<Checkpoint, TrainedEncoder> OPEN = new ConcurrentHashMap<>();

    /// A checkpoint of a run.
    ///
    /// @param run path of the run folder
    /// @param name of the file in its `checkpoints`
    private record Checkpoint(String run, String name) {}

    static {
        Runtime.getRuntime()
                .addShutdownHook(new Thread(() -> OPEN.values().forEach(TrainedEncoder::close), "close encoders"));
    }

    private SharedEncoder() {}

    /// The encoder of a checkpoint. The caller must not close it.
    ///
    /// @throws InputException when the run is missing on this machine or has no such checkpoint
    static TrainedEncoder of(EmbedSettings settings) {
        return OPEN.computeIfAbsent(new Checkpoint(settings.run(), settings.checkpoint()), SharedEncoder::open);
    }

    /// Number of open encoders in this JVM.
    static int count() {
        return OPEN.size();
    }

    private static TrainedEncoder open(Checkpoint wanted) {
        Path folder = RunCopy.local(wanted.run);
        TrainedEncoder encoder = TrainedEncoder.open(folder, wanted.name, LOG::warn);
        if (!encoder.checkpoint().endsWith(wanted.name)) { // another one would mix two encoders in one table
            encoder.close();
            throw new InputException("run %s: found no checkpoint %s, expected it until the job ends; start again"
                    .formatted(wanted.run, wanted.name));
        }
        return encoder;
    }
}
