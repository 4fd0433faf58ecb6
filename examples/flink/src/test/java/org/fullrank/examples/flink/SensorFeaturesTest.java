package org.fullrank.examples.flink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.fullrank.online.LatentPredictive;
import org.fullrank.online.OnlineRule;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SensorFeaturesTest {
    private static final int SAMPLES = 200;

    @TempDir
    Path folder;

    /** Runs the job on a file with these lines, and returns the lines of its output in any order. */
    private List<String> run(List<String> lines) throws Exception {
        Path in = Files.createDirectories(folder.resolve("in"));
        Path out = folder.resolve("out");
        Files.write(in.resolve("readings.csv"), lines);
        SensorFeatures.main(new String[] {in.toString(), out.toString(), "3", "2", "--once"});
        List<String> found = new ArrayList<>();
        try (Stream<Path> files = Files.walk(out)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                found.addAll(Files.readAllLines(file));
            }
        }
        return found;
    }

    @Test
    void eachSensorHasItsOwnLearnerWhichLearnsAsInPlainJava() throws Exception {
        Random random = new Random(1);
        List<String> lines = new ArrayList<>();
        List<String> expected = new ArrayList<>();
        OnlineRule[] rules = {
            LatentPredictive.builder(3, 2).build(),
            LatentPredictive.builder(3, 2).build()
        };
        for (int i = 0; i < SAMPLES; i++) {
            float[] values = {random.nextFloat(), random.nextFloat(), random.nextFloat()};
            String sensor = i % 2 == 0 ? "boiler" : "pump";
            lines.add("%s,%s,%s,%s".formatted(sensor, values[0], values[1], values[2]));
            float[] z = rules[i % 2].update(values);
            expected.add("%s,%d,%s,%s".formatted(sensor, i / 2 + 1, z[0], z[1]));
        }
        assertThat(run(lines)).containsExactlyInAnyOrderElementsOf(expected);
    }

    @Test
    void aLineWithTooFewValuesFailsTheJobAndIsShown() throws IOException {
        assertThatThrownBy(() -> run(List.of("boiler,1,2,3", "boiler,1,2")))
                .hasStackTraceContaining("line: found 3 cells, expected a sensor and 3 values: boiler,1,2");
    }
}
