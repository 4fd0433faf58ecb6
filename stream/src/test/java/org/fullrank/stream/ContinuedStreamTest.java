package org.fullrank.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.fullrank.online.Saved;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Streams that go on after they were finished, or after their source was stopped. */
class ContinuedStreamTest {
    private static final RuleSettings SETTINGS =
            RuleSettings.defaults().withUnits(4).withLearningRate(0.01);
    private static final int FIRST = 1200;

    @TempDir
    Path folder;

    private List<String> lines = List.of();
    private String whole = "";
    private Path out = Path.of("");
    private Path part = Path.of("");
    private Path state = Path.of("");

    @BeforeEach
    void write() throws IOException {
        out = folder.resolve("out.csv");
        part = folder.resolve("out.csv.part");
        state = folder.resolve("state");
        lines = SensorTable.write(folder.resolve("table.csv")).lines();
        run(FeatureStream.of(SETTINGS::rule, FeatureOutput.file(out)), lines);
        whole = Files.readString(out);
        Files.delete(out);
    }

    private static StreamSummary run(FeatureStream stream, List<String> rows) throws IOException {
        return run(stream, input(rows));
    }

    private static StreamSummary run(FeatureStream stream, InputStream in) throws IOException {
        try (Samples samples =
                Samples.read(in, "input", SampleOptions.defaults().withSequenceColumn("device"))) {
            return stream.run(samples);
        }
    }

    private static InputStream input(List<String> rows) {
        return new ByteArrayInputStream((String.join("\n", rows) + "\n").getBytes(StandardCharsets.UTF_8));
    }

    /** Delivers rows and is then stopped while it waits for more. */
    private static InputStream stoppedAfter(List<String> rows) {
        return new FilterInputStream(input(rows)) {
            @Override
            public int read() throws IOException {
                return open(super.read());
            }

            @Override
            public int read(byte[] into, int from, int count) throws IOException {
                return open(super.read(into, from, count));
            }

            private int open(int got) throws IOException {
                if (got < 0) {
                    throw new InterruptedIOException("stopped");
                }
                return got;
            }
        };
    }

    private FeatureStream stream() {
        return FeatureStream.of(SETTINGS::rule, FeatureOutput.file(out)).resuming(state);
    }

    @Test
    void aFinishedStreamContinuesWithTheRowsThatWereAdded() throws IOException {
        assertThat(run(stream(), lines.subList(0, FIRST + 1)).finished()).isTrue();
        assertThat(out).exists();
        assertThat(run(stream(), lines).finished()).isTrue();
        assertThat(Files.readString(out)).isEqualTo(whole);
        assertThat(part).doesNotExist();
        run(stream(), lines); // nothing was added
        assertThat(Files.readString(out)).isEqualTo(whole);
    }

    @Test
    void aFinishedStreamPrintsOnlyTheRowsThatWereAdded() throws IOException {
        var text = new StringWriter();
        FeatureStream printed =
                FeatureStream.of(SETTINGS::rule, FeatureOutput.writer(text)).resuming(state);
        run(printed, lines.subList(0, FIRST + 1));
        run(printed, lines);
        assertThat(text).hasToString(whole);
    }

    @Test
    void aCompleteOutputSurvivesAResumeThatIsRefused() throws IOException {
        run(stream(), lines.subList(0, FIRST + 1));
        String first = Files.readString(out);
        byte[] saved = Files.readAllBytes(state);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> run(stream(), lines.subList(0, 11)))
                .withMessageStartingWith("resume: found 10 samples in input, expected at least the 1200 samples")
                .withMessageEndingWith("continue from the state without resuming if all samples are new");
        assertThat(Files.readString(out)).isEqualTo(first);
        assertThat(Files.readAllBytes(state)).isEqualTo(saved);
        Files.writeString(out, "another file of the user");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> run(stream(), lines))
                .withMessageStartingWith("resume: found no " + part + " of at least ");
        assertThat(out).hasContent("another file of the user");
    }

    @Test
    void otherSamplesThanThoseOfTheEarlierStreamAreRefused() throws IOException {
        run(stream(), lines.subList(0, FIRST + 1));
        String first = Files.readString(out);
        byte[] saved = Files.readAllBytes(state);
        List<String> rest = lines.subList(FIRST + 1, lines.size());
        var onlyTheRest = new ArrayList<>(List.of(lines.get(0)));
        while (onlyTheRest.size() <= FIRST) { // long enough for the count alone
            onlyTheRest.addAll(rest);
        }
        var exchanged = new ArrayList<>(lines);
        Collections.swap(exchanged, 3, 4);
        for (List<String> other : List.of(onlyTheRest, exchanged)) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> run(stream(), other))
                    .withMessageStartingWith("resume: found other samples in input than the first 1200 of the earlier");
        }
        assertThat(Files.readString(out)).isEqualTo(first);
        assertThat(Files.readAllBytes(state)).isEqualTo(saved);
        run(stream(), lines);
        assertThat(Files.readString(out)).isEqualTo(whole);
    }

    @Test
    void anotherFirstSampleIsRefusedAtOnceAndOtherColumnsAreNamed() throws IOException {
        run(stream(), lines.subList(0, FIRST + 1));
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        run(stream(), stoppedAfter(List.of(lines.get(0), lines.get(2))))) // would wait for more rows
                .withMessageStartingWith("resume: found other samples in input");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> {
                    SampleOptions more = SampleOptions.defaults()
                            .withSequenceColumn("device")
                            .withBad(BadCells.Policy.SKIP);
                    try (Samples samples = Samples.read(input(lines), "input", more)) {
                        stream().run(samples);
                    }
                })
                .withMessageStartingWith("resume: found other copied columns, [");
        run(stream(), lines);
        assertThat(Files.readString(out)).isEqualTo(whole);
    }

    @Test
    void aStreamThatWasPrintedContinuesInANewFileWithAHeader() throws IOException {
        run(
                FeatureStream.of(SETTINGS::rule, FeatureOutput.writer(new StringWriter()))
                        .resuming(state),
                lines.subList(0, FIRST + 1));
        Files.writeString(out, "a file of the user");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> run(stream(), lines))
                .withMessageStartingWith("resume: found " + out + ", which is not the output of the earlier stream");
        assertThat(out).hasContent("a file of the user");
        Files.delete(out);
        run(stream(), lines);
        List<String> all = whole.lines().toList();
        assertThat(Files.readAllLines(out))
                .startsWith(all.get(0), all.get(FIRST + 1))
                .hasSize(all.size() - FIRST);
    }

    @Test
    void aSourceThatIsStoppedIsSavedAfterItsLastWholeRow() throws IOException {
        var text = new StringWriter();
        FeatureStream printed =
                FeatureStream.of(SETTINGS::rule, FeatureOutput.liveWriter(text)).resuming(state);
        StreamSummary summary = run(printed, stoppedAfter(lines.subList(0, FIRST + 1)));
        assertThat(summary.finished()).isFalse();
        assertThat(Saved.load(state).marks()).startsWith(summary.samples(), 0, 0);
        assertThat(text.toString().lines().count()).isEqualTo(summary.samples() + 1);
        run(printed, lines);
        assertThat(text).hasToString(whole);
    }

    @Test
    void anInputErrorSaysHowToGoOn() throws IOException {
        List<String> damaged = new ArrayList<>(lines.subList(0, 11));
        damaged.set(6, "d1,1,2,oops");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> run(stream(), damaged))
                .withMessageContaining("found 'oops'")
                .withMessageEndingWith(
                        "; if you correct it, --resume continues after the 5 samples before, and with other options, --restart begins again");
        damaged.set(2, "d1,1,2,oops");
        assertThatIllegalArgumentException() // the saved learner is past this row
                .isThrownBy(() -> run(stream(), damaged))
                .withMessageEndingWith("(--bad last)");
    }

    @Test
    void aRuleThatDivergesBeforeTheFirstSaveLeavesNothingToResume() {
        assertThatIllegalStateException()
                .isThrownBy(() -> run(
                        FeatureStream.of(SETTINGS.withLearningRate(10)::rule, FeatureOutput.file(out))
                                .resuming(state),
                        lines));
        assertThat(part).doesNotExist();
        assertThat(state).doesNotExist();
    }
}
