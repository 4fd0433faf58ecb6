package org.fullrank.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

class ShapePainterTest {
    @Test
    void anImageIsAFunctionOfSeedAndIndex() {
        assertThat(new ShapePainter(1).paint(5)).isEqualTo(new ShapePainter(1).paint(5));
        assertThat(new ShapePainter(1).paint(5)).isNotEqualTo(new ShapePainter(2).paint(5));
        assertThat(new ShapePainter(1).paint(5)).isNotEqualTo(new ShapePainter(1).paint(15));
    }

    /// The nuisances are drawn independently of the class, so the mean color of a class says nothing about it.
    @Test
    void classesHaveTheSameMeanColor() {
        var painter = new ShapePainter(0);
        double[] means = new double[ShapePainter.CLASSES.length];
        int each = 150;
        for (int i = 0; i < means.length * each; i++) {
            byte[] image = painter.paint(i);
            double sum = 0;
            for (byte value : image) {
                sum += value & 0xFF;
            }
            means[ShapePainter.classOf(i)] += sum / image.length / each;
        }
        double overall = Arrays.stream(means).average().orElseThrow();
        for (double mean : means) {
            assertThat(Math.abs(mean - overall)).isLessThan(15);
        }
    }

    @Test
    void theSetIsTheSameOnEveryMachine() {
        var painter = new ShapePainter(0);
        var crc = new CRC32C();
        for (int i = 0; i < 20; i++) {
            crc.update(painter.paint(i));
        }
        assertThat(crc.getValue()).isEqualTo(4064344033L);
    }
}
