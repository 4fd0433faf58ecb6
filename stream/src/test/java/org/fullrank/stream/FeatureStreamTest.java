package org.fullrank.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.IOException;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.fullrank.online.Alarm;
import org.fullrank.online.LatentPredictive;
import org.fullrank.online.Oja;
import org.fullrank.online.OnlineRule;
import org.fullrank.online.Saved;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FeatureStreamTest {
    private static final int ROWS = SensorTable.ROWS;
    private static final SampleOptions BY_DEVICE = SampleOptions.defaults().withSequenceColumn("device");
    private static final RuleSettings SETTINGS =
            RuleSettings.defaults().withUnits(4).withLearningRate(0.01);

    @TempDir
    Path folder;

    private SensorTable table = new SensorTable(Path.of(""), List.of());
    private Path out = Path.of("");
    private Path state = Path.of("");

    @BeforeEach
    void write() throws IOException {
        table = SensorTable.write(folder.resolve("table.csv"));
        out = folder.resolve("out.csv");
        state = folder.resolve("state");
    }

    private FeatureStream stream() {
        return FeatureStream.of(SETTINGS::rule, FeatureOutput.file(out));
    }

    private StreamSummary run(FeatureStream stream) throws IOException {
        try (Samples samples = Samples.open(table.file(), BY_DEVICE)) {
            return stream.run(samples);
        }
    }

    /** Stops after so many samples. */
    private static StreamListener stopAfter(int samples) {
        return new StreamListener() {
            private int seen;

            @Override
            public boolean stops() {
                return ++seen == samples;
            }
        };
    }

    private Path part() {
        return folder.resolve("out.csv.part");
    }

    @Test
    void featuresAreThoseOfTheRuleFedByHand() throws IOException {
        StreamSummary summary = run(stream());
        List<String> written = Files.readAllLines(out);
        assertThat(written).hasSize(ROWS + 1).first().isEqualTo("device,e0,e1,e2,e3");
        LatentPredictive rule =
                LatentPredictive.builder(3, 4).learningRate(0.01).build();
        for (int t = 0; t < ROWS; t++) {
            String[] cells = table.lines().get(t + 1).split(",");
            if (t % SensorTable.TURN == 0) {
                rule.sequenceEnds();
            }
            float[] z = rule.update(
                    new float[] {Float.parseFloat(cells[1]), Float.parseFloat(cells[2]), Float.parseFloat(cells[3])});
            assertThat(written.get(t + 1)).isEqualTo(cells[0] + "," + z[0] + "," + z[1] + "," + z[2] + "," + z[3]);
        }
        assertThat(part()).doesNotExist();
        assertThat(summary.samples()).isEqualTo(ROWS);
        assertThat(summary.finished()).isTrue();
        assertThat(summary.rule().toBytes()).isEqualTo(rule.toBytes());
    }

    @Test
    void notesAreQuotedOnlyWhereCsvNeedsIt() throws IOException {
        Path csv = Files.writeString(
                folder.resolve("notes.csv"), "id,a\n#1,1\n\"x,\"\"y\"\"\",2\n\"two\nlines\",3\n,4\n a b ,5\n");
        var text = new StringWriter();
        try (Samples samples = Samples.open(csv, SampleOptions.defaults().withSequenceColumn("id"))) {
            FeatureStream.of(SETTINGS.withUnits(1)::rule, FeatureOutput.writer(text))
                    .run(samples);
        }
        assertThat(text.toString().replaceAll("-?\\d+\\.\\d+(E-?\\d+)?", "z"))
                .isEqualTo("id,e0\n#1,z\n\"x,\"\"y\"\"\",z\n\"two\nlines\",z\n,z\n a b ,z\n");
    }

    @Test
    void aWriterGetsTheSameTextAndStaysOpen() throws IOException {
        run(stream());
        for (boolean live : new boolean[] {false, true}) {
            var text = new StringWriter();
            run(FeatureStream.of(SETTINGS::rule, live ? FeatureOutput.liveWriter(text) : FeatureOutput.writer(text)));
            assertThat(text.append("end")).hasToString(Files.readString(out) + "end");
        }
    }

    @Test
    void aLiveWriterIsFlushedAfterEachRow() throws IOException {
        int[] flushes = {0};
        var counting = new StringWriter() {
            @Override
            public void flush() {
                flushes[0]++;
            }
        };
        run(FeatureStream.of(SETTINGS::rule, FeatureOutput.liveWriter(counting)));
        assertThat(flushes[0]).isGreaterThanOrEqualTo(ROWS);
    }

    @Test
    void aStateContinuesLearningAndAFrozenOneDoesNot() throws IOException {
        run(stream().continuing(state));
        assertThat(OnlineRule.load(state).samples()).isEqualTo(ROWS);
        run(stream().continuing(state));
        assertThat(OnlineRule.load(state).samples()).isEqualTo(2L * ROWS);
        byte[] learned = Files.readAllBytes(state);
        assertThat(run(stream().frozen(state)).samples()).isEqualTo(ROWS);
        assertThat(Files.readAllBytes(state)).isEqualTo(learned);
        assertThat(Files.readAllLines(out)).hasSize(ROWS + 1);
    }

    @Test
    void aStateThatDoesNotFitIsRefusedAndNothingIsWritten() throws IOException {
        assertRefused(stream().frozen(state), "state " + state + ": found no such file");
        run(stream().continuing(state));
        byte[] learned = Files.readAllBytes(state);
        Files.delete(out);
        assertRefused(stream().resuming(state), "resume: found no " + part() + " of at least ");
        assertRefused(
                FeatureStream.of(SETTINGS.withLearningRate(0.02)::rule, FeatureOutput.file(out))
                        .continuing(state),
                "learners: found LatentSettings[");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> {
                    try (Samples samples = Samples.open(table.file(), BY_DEVICE.withSkipColumns("a"))) {
                        stream().continuing(state).run(samples);
                    }
                })
                .withMessageStartingWith(
                        "state " + state + ": found a rule for samples of 3 values, expected 2 as in " + table.file());
        assertThat(Files.readAllBytes(state)).isEqualTo(learned);
        SETTINGS.rule(3).save(state, 5);
        assertRefused(stream().resuming(state), "resume: found a state that was not written by a stream");
        assertThat(out).doesNotExist();
        assertThat(part()).doesNotExist();
    }

    private void assertRefused(FeatureStream stream, String start) {
        assertThatIllegalArgumentException().isThrownBy(() -> run(stream)).withMessageStartingWith(start);
    }

    @Test
    void aBadRowCanBeCorrectedAndTheStreamResumed() throws IOException {
        run(stream());
        String whole = Files.readString(out);
        Files.delete(out);
        table.writeWith(1300, "d1,1,2,oops");
        assertRefused(stream().resuming(state), table.file() + ", line 1301, column 4 (c): found 'oops'");
        assertRefused(
                stream().resuming(state),
                table.file() + ", line 1301, column 4 (c): found 'oops', expected a finite number; correct it, skip the"
                        + " column (--skip-column), copy it (--keep-column), skip the row (--bad skip), or use the last value (--bad last)");
        assertThat(out).doesNotExist();
        SensorTable.write(table.file());
        run(stream().resuming(state));
        assertThat(Files.readString(out)).isEqualTo(whole);
    }

    @Test
    void aBadRowWithoutAStateLeavesNoOutput() throws IOException {
        table.writeWith(1300, "d1,1,2,oops");
        assertRefused(stream(), table.file() + ", line 1301");
        assertThat(out).doesNotExist();
        assertThat(part()).doesNotExist();
    }

    @Test
    void aStoppedStreamResumesToTheOutputOfOneThatWasNot() throws IOException {
        run(stream());
        String whole = Files.readString(out);
        Files.delete(out);
        List<Long> told = new ArrayList<>();
        assertThat(run(stream().resuming(state).withListener(stopAfter(777))).finished())
                .isFalse();
        assertThat(out).doesNotExist();
        run(stream().resuming(state).withListener(new StreamListener() {
            @Override
            public void continues(long learned, long skipped) {
                told.addAll(List.of(learned, skipped));
            }
        }));
        assertThat(told).containsExactly(777L, 777L);
        assertThat(Files.readString(out)).isEqualTo(whole);
    }

    @Test
    void aResumeThatFailsBeforeNewSamplesLeavesTheStateAsItWas() throws IOException {
        run(stream());
        String whole = Files.readString(out);
        Files.delete(out);
        run(stream().resuming(state).withListener(stopAfter(1000)));
        byte[] saved = Files.readAllBytes(state);
        Files.write(table.file(), table.lines().subList(0, 501));
        assertRefused(
                stream().resuming(state),
                "resume: found 500 samples in " + table.file() + ", expected at least the 1000 samples that the saved");
        assertThat(Files.readAllBytes(state)).isEqualTo(saved);
        table.writeWith(500, "d1,1,2,oops");
        assertRefused(stream().resuming(state), table.file() + ", line 501");
        SensorTable.write(table.file());
        run(stream().resuming(state).withListener(stopAfter(10))); // stopped while it skips
        assertThat(Files.readAllBytes(state)).isEqualTo(saved);
        run(stream().resuming(state));
        assertThat(Files.readString(out)).isEqualTo(whole);
    }

    @Test
    void aResumeWithoutItsOutputIsRefused() throws IOException {
        run(stream().resuming(state).withListener(stopAfter(1000)));
        Files.delete(part());
        assertRefused(stream().resuming(state), "resume: found no " + part() + " of at least ");
    }

    @Test
    void anOutputThatCannotBeWrittenIsAnErrorAndNothingIsSavedAfterIt() {
        var closed = new Writer() {
            @Override
            public void write(char[] text, int from, int length) throws IOException {
                throw new IOException("nobody reads");
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        assertThatIOException()
                .isThrownBy(() -> run(FeatureStream.of(SETTINGS::rule, FeatureOutput.writer(closed))
                        .continuing(state)))
                .withMessage("nobody reads");
        assertThat(state).doesNotExist();
    }

    @Test
    void aRuleThatDivergesLeavesNoOutput() {
        assertThatIllegalStateException()
                .isThrownBy(() -> run(FeatureStream.of(SETTINGS.withLearningRate(10)::rule, FeatureOutput.file(out))))
                .withMessageStartingWith("rule: found features that are not finite");
        assertThat(out).doesNotExist();
        assertThat(part()).doesNotExist();
    }

    @Test
    void aChangedVerdictIsTold() throws IOException {
        Path constant = folder.resolve("constant.csv");
        Files.write(constant, Collections.nCopies(7100, "1,1"));
        List<String> told = new ArrayList<>();
        try (Samples samples = Samples.open(constant, SampleOptions.defaults())) {
            FeatureStream.of(width -> Oja.builder(width, 2).build(), FeatureOutput.file(out))
                    .withListener(new StreamListener() {
                        @Override
                        public void alarm(long learned, Alarm alarm) {
                            told.add(learned + " " + alarm);
                        }
                    })
                    .run(samples);
        }
        assertThat(told).containsExactly("6994 CONSTANT_INPUT");
    }

    @Test
    void savesComeAfterEachGivenNumberOfSamples() throws IOException {
        List<Long> saves = new ArrayList<>();
        run(stream().continuing(state).withSaveEvery(600).withListener(new StreamListener() {
            @Override
            public boolean stops() {
                try {
                    long saved = Files.exists(state) ? Saved.load(state).marks()[0] : 0;
                    if (saves.isEmpty() || saves.get(saves.size() - 1) != saved) {
                        saves.add(saved);
                    }
                    return false;
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            }
        }));
        assertThat(saves).containsExactly(0L, 600L, 1200L, 1800L, 2400L);
        assertThat(Saved.load(state).marks()).startsWith(ROWS, Files.size(out), 1);
    }

    @Test
    void settingsOutOfRangeAreRefusedBeforeAnythingIsRead() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FeatureOutput.file(folder.resolve("no/such.csv")))
                .withMessageContaining("found no folder");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> stream().continuing(folder.resolve("no/state")))
                .withMessageContaining("found no folder");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> stream().withSaveEvery(0))
                .withMessageStartingWith("samples between saves: found 0, expected at least 1");
    }
}
