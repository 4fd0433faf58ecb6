package org.fullrank.online;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
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
    void aSavedRuleGoesOnExactlyAsTheOriginal(OnlineRule rule) throws IOException {
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
