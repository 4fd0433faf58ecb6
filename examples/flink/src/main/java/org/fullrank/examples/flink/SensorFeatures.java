package org.fullrank.examples.flink;

import java.time.Duration;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.serialization.SimpleStringEncoder;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.connector.file.sink.FileSink;
import org.apache.flink.connector.file.src.FileSource;
import org.apache.flink.connector.file.src.reader.TextLineInputFormat;
import org.apache.flink.core.fs.Path;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.fullrank.flink.Features;
import org.fullrank.flink.OnlineFeatures;
import org.fullrank.flink.Sample;
import org.fullrank.online.LatentPredictive;

/**
 * Learns features of each sensor online. The input are text files with lines {@code SENSOR,VALUE,VALUE,...} in the order
 * of time. The output are files with lines {@code SENSOR,SAMPLE,FEATURE,FEATURE,...}. Files that appear later in the
 * input folder are read too. With {@code --once}, the job ends when all files are read.
 */
public final class SensorFeatures {
    private static final Duration NEW_FILES = Duration.ofSeconds(1);
    private static final long CHECKPOINT_MILLIS = 10_000;
    private static final int RESTARTS = 3;

    private SensorFeatures() {}

    /** Runs the job: {@code IN_FOLDER OUT_FOLDER VALUES FEATURES [--once]}. */
    public static void main(String[] arguments) throws Exception {
        if (arguments.length < 4) {
            System.err.println("usage: SensorFeatures IN_FOLDER OUT_FOLDER VALUES FEATURES [--once]");
            System.exit(2);
        }
        boolean once = arguments.length > 4 && arguments[4].equals("--once");
        try (var environment = StreamExecutionEnvironment.getExecutionEnvironment(restarts())) {
            environment.enableCheckpointing(CHECKPOINT_MILLIS); // the state of the learners, and finished output
            var lines = environment.fromSource(
                    source(new Path(arguments[0]), once), WatermarkStrategy.noWatermarks(), "lines");
            features(lines, Integer.parseInt(arguments[2]), Integer.parseInt(arguments[3]))
                    .sinkTo(FileSink.forRowFormat(new Path(arguments[1]), new SimpleStringEncoder<String>())
                            .build());
            environment.execute("features of sensors");
        }
    }

    /** With checkpoints, Flink restarts a job without end by default, also if a line cannot be read. */
    private static Configuration restarts() {
        Configuration configuration = new Configuration();
        configuration.set(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay");
        configuration.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, RESTARTS);
        configuration.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY, Duration.ofSeconds(1));
        return configuration;
    }

    private static FileSource<String> source(Path folder, boolean once) {
        var builder = FileSource.forRecordStreamFormat(new TextLineInputFormat(), folder);
        return (once ? builder : builder.monitorContinuously(NEW_FILES)).build();
    }

    /**
     * The lines of features for lines of values.
     *
     * @param values number of values in a line
     * @param units number of features
     */
    static DataStream<String> features(DataStream<String> lines, int values, int units) {
        return lines.map(line -> sample(line, values))
                .keyBy(Sample::key)
                .process(new OnlineFeatures(
                        () -> LatentPredictive.builder(values, units).build()))
                .map(SensorFeatures::line);
    }

    private static Sample sample(String line, int values) {
        String[] cells = line.split(",", -1);
        if (cells.length != values + 1) {
            throw new IllegalArgumentException(
                    "line: found %d cells, expected a sensor and %d values: %s".formatted(cells.length, values, line));
        }
        float[] numbers = new float[values];
        for (int i = 0; i < values; i++) {
            numbers[i] = Float.parseFloat(cells[i + 1].strip());
        }
        return new Sample(cells[0], numbers, false); // one sequence without end for each sensor
    }

    private static String line(Features features) {
        StringBuilder line = new StringBuilder(features.key()).append(',').append(features.sample());
        for (float value : features.values()) {
            line.append(',').append(value);
        }
        return line.toString();
    }
}
