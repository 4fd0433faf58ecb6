package org.fullrank.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Keyed;
import org.fullrank.lab.DigitPairs.Kept;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DigitPairsTest {
    @TempDir
    Path folder;

    @Test
    void aSequenceKeepsThePlace() throws IOException {
        DigitPairs digits = DigitPairs.open(DrawnDigits.write(folder).toString());
        double[][] now = new double[100][];
        double[][] before = new double[100][];
        digits.draw(Keyed.of(1), Kept.PLACE, now, before);
        for (int b = 0; b < now.length; b++) {
            assertThat(first(now[b])).isEqualTo(first(before[b]));
        }
        digits.draw(Keyed.of(1), Kept.DIGIT, now, before);
        assertThat(List.of(now)).as("both places occur").anyMatch(DigitPairsTest::first);
        assertThat(List.of(now)).anyMatch(x -> !first(x));
    }

    /// Whether the digit is at the first place; the other one is black.
    private static boolean first(double[] x) {
        double half = 0;
        for (int i = 0; i < x.length / 2; i++) {
            half += x[i];
        }
        return half > 0;
    }

    @Test
    void aNeuronThatSumsOnePlaceIsSelectiveToPlaceOnly() throws IOException {
        DigitPairs digits = DigitPairs.open(DrawnDigits.write(folder).toString());
        double[] w = new double[digits.inputs()];
        Arrays.fill(w, 0, w.length / 2, 1);
        assertThat(digits.selectivity(w, Kept.PLACE)).isGreaterThan(0.8);
        assertThat(digits.selectivity(w, Kept.DIGIT)).isLessThan(0.1);
    }

    @Test
    void dataWithoutTheDigitsIsRefusedInOneLine() throws IOException {
        DrawnDigits.write(folder);
        Files.delete(folder.resolve("train-labels-idx1-ubyte"));
        assertThatThrownBy(() -> DigitPairs.open(folder.toString()))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("found no gray images of one size with the classes 5 and 6, expected MNIST")
                .message()
                .hasLineCount(1);
    }
}
