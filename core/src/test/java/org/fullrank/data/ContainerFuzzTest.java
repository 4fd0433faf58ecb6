package org.fullrank.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Damaged files of every format that holds several items: they are read, or refused in one line, in less than
/// ten seconds. `-Dfullrank.fuzz=20000` tries that many.
class ContainerFuzzTest {
    private static final int COUNT = 40; // of each format

    @TempDir
    Path folder;

    static Stream<String> formats() {
        return ContainerMutations.samples().keySet().stream();
    }

    @ParameterizedTest
    @MethodSource("formats")
    void everyDamagedFileIsReadOrRefusedInOneLine(String format) throws IOException {
        Integer all = Integer.getInteger("fullrank.fuzz");
        int count = all == null ? COUNT : all / (int) formats().count();
        Map<String, Integer> answers = new TreeMap<>();
        assertThat(ContainerMutations.wrongAnswers(format, count, 1, folder, answers))
                .isEmpty();
        if (all != null) {
            System.out.printf("%s: %d files, %s%n", format, count, answers);
        }
    }

    @ParameterizedTest
    @MethodSource("formats")
    void everySampleIsReadBeforeItIsDamaged(String format) {
        for (ContainerMutations.Sample sample : ContainerMutations.samples().get(format)) {
            assertThat(ContainerMutations.whole(sample, folder))
                    .as(sample.file())
                    .isEqualTo("read");
        }
    }
}
