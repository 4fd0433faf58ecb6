package org.fullrank.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The example in {@code docs/reference/online.md} compiles, works, and is the one below. */
class HowToTest {
    private static final Path PAGE = Path.of("../docs/reference/online.md");
    private static final Path SOURCE = Path.of("src/test/java/org/fullrank/stream/HowToTest.java");

    @TempDir
    Path folder;

    static StreamSummary learn(Path csv, Path features, Path state) throws IOException {
        var settings = RuleSettings.defaults().withUnits(8).standardized();
        var stream = FeatureStream.of(settings::rule, FeatureOutput.file(features))
                .resuming(state); // after a kill, the same call completes the output
        var options = SampleOptions.defaults().withSequenceColumn("device");
        try (Samples samples = Samples.open(csv, options)) {
            return stream.run(samples);
        }
    }

    @Test
    void theExampleWritesFeaturesAndKeepsTheRule() throws IOException {
        SensorTable table = SensorTable.write(folder.resolve("sensors.csv"));
        Path features = folder.resolve("features.csv");
        StreamSummary summary = learn(table.file(), features, folder.resolve("state"));
        assertThat(summary.samples()).isEqualTo(SensorTable.ROWS);
        assertThat(Files.readAllLines(features))
                .hasSize(SensorTable.ROWS + 1)
                .first()
                .isEqualTo("device,e0,e1,e2,e3,e4,e5,e6,e7");
        assertThat(folder.resolve("state")).exists();
    }

    @Test
    void thePageShowsThisExample() throws IOException {
        String source = unindented(SOURCE);
        int begin = source.indexOf("static StreamSummary learn(");
        assertThat(unindented(PAGE))
                .contains(source.substring(begin, source.indexOf("\n@Test", begin))
                        .strip());
    }

    private static String unindented(Path file) throws IOException {
        return String.join(
                "\n", Files.readAllLines(file).stream().map(String::strip).toList());
    }
}
