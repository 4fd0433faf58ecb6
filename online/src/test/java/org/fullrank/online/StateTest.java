package org.fullrank.online;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class StateTest {
    @TempDir
    Path folder;

    static List<OnlineRule> rules() {
        return AllocationTest.rules();
    }

    @ParameterizedTest
    @MethodSource("rules")
    void aSavedRuleContinuesExactlyAsTheOriginal(OnlineRule rule) throws IOException {
        float[][] samples = Samples.slow(2, 4000, 20, 0.8);
        for (int t = 0; t < 2000; t++) {
            rule.update(samples[t]);
        }
        Path file = folder.resolve("rule.state");
        rule.save(file, 7, -1);
        Saved saved = Saved.load(file);
        assertThat(saved.marks()).containsExactly(7, -1);
        OnlineRule copy = saved.rule();
        for (int t = 2000; t < 4000; t++) {
            assertThat(copy.update(samples[t])).containsExactly(rule.update(samples[t]));
            if (t % 500 == 0) {
                rule.sequenceEnds();
                copy.sequenceEnds();
            }
        }
        assertThat(copy.toBytes()).isEqualTo(rule.toBytes());
        assertThat(copy.samples()).isEqualTo(rule.samples()).isGreaterThanOrEqualTo(4000);
        assertThat(copy.monitor().health().std())
                .containsExactly(rule.monitor().health().std());
        assertThat(Files.list(folder)).containsExactly(file);
    }

    /** The bytes of version 1 never change: files of users depend on them. */
    @Test
    void aStateOfVersionOneStillOpens() {
        String written = "RlJPTkxJTkUAAAABAAABgQAAAAIAAAAAAAAACf///////////////wAAAAACAAAAAgAAAAECP/AAAAAA"
                + "AAAAP/AAAAAAAAABAD/wAAAAAAAAP7MzMzMzMzMAP1BiTdLxqfwBP/AAAAAAAAA/8AAAAAAAAD8aNuLr"
                + "HEMtAAAAAAAAAAk/7/p42NTsqwAAAAG6YN+tP5zEcb9k+S4+JymZPxwPQj+EeuFHrhR7P+AAAAAAAAA/"
                + "8MzMzMzMzUEuhIAAAAAAP1BiTdLxqfwAAAAAAAAACQAAAAAAAAACAD+0fxRAAAAAP+AAAAAAAAA/ekGj"
                + "8ZGhAD/QAAAAAAAAP/AAAAAAAAAAAAAAP9H3GKAAAAA/tCv8XHHmQD/gAAAAAAAAAAAAAT4PuMU/D7jF"
                + "AAAAAD+0lK/qqqqpP8xoDXMNNxI/6OOOOOOOOAAAAAI9Q3RwPvtMkL07swS+7Y6RPmlaOb6qAAUBP/AA"
                + "AAAAAAA/3HHHHHHHHD/lVVVVVVVWP8+a3TwMpFg/8AAAAAAAAAAAAACWK3Af";
        Standardized rule = Standardized.of(LatentPredictive.builder(2, 1)
                .activation(Activation.TANH)
                .estimateRate(Schedule.inverse(1, 1))
                .build());
        for (int t = 0; t < 9; t++) {
            rule.update(new float[] {t % 3, t % 2});
        }
        assertThat(Base64.getEncoder().encodeToString(rule.toBytes(9, -1))).isEqualTo(written);
        OnlineRule opened = OnlineRule.fromBytes(Base64.getDecoder().decode(written));
        assertThat(opened.samples()).isEqualTo(9);
        assertThat(opened.transform(new float[] {1, 1})).containsExactly(0.5927922f);
    }

    private static byte[] state() {
        return LatentPredictive.builder(3, 2).build().toBytes(1);
    }

    @Test
    void everyFlippedBitIsNoticed() {
        byte[] state = state();
        for (int at = 0; at < state.length; at++) {
            byte[] damaged = state.clone();
            damaged[at] ^= 1 << (at % 8);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> OnlineRule.fromBytes(damaged))
                    .withMessageStartingWith("state: found ")
                    .withMessageNotContaining("\n");
        }
    }

    @Test
    void aStateCutOffAnywhereIsNoticed() {
        byte[] state = state();
        for (int length = 0; length < state.length; length++) {
            byte[] cut = Arrays.copyOf(state, length);
            assertThatIllegalArgumentException().isThrownBy(() -> OnlineRule.fromBytes(cut));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "not a state at all, but long enough to be one"})
    void otherFilesAreRefusedByName(String content) throws IOException {
        Path file = Files.writeString(folder.resolve("other"), content);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> OnlineRule.load(file))
                .withMessageStartingWith("state file " + file + ": found ");
    }

    @Test
    void aLaterVersionIsRefused() {
        byte[] later = state();
        later[11]++;
        assertThatIllegalArgumentException()
                .isThrownBy(() -> OnlineRule.fromBytes(later))
                .withMessageStartingWith("state: found version 2, expected 1;");
    }

    @Test
    void aFailedSaveLeavesTheOldState() throws IOException {
        Path file = folder.resolve("state");
        LatentPredictive rule = LatentPredictive.builder(3, 2).build();
        rule.save(file);
        byte[] old = Files.readAllBytes(file);
        Files.createDirectory(folder.resolve(".state.part")); // in the way of the temporary file
        rule.update(new float[] {1, 2, 3});
        assertThatIOException().isThrownBy(() -> rule.save(file));
        assertThat(Files.readAllBytes(file)).isEqualTo(old);
    }
}
