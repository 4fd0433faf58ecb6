package org.fullrank.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ProgressTest {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final AtomicLong nanos = new AtomicLong();

    private Progress progress(int columns) {
        return Progress.to(new PrintWriter(bytes, true, StandardCharsets.UTF_8), columns, 4, nanos::get);
    }

    private String text() {
        return bytes.toString(StandardCharsets.UTF_8);
    }

    private static MetricRecord record(long step, double seconds) {
        SequencedMap<String, Double> values = new LinkedHashMap<>();
        values.put("loss", 23.456);
        values.put("loss.variance", 0.5);
        values.put("batch.embedding.std", 0.01234);
        values.put("batch.embedding.rankme", 123.44);
        values.put("learning.rate", 0.1);
        SequencedMap<String, Double> timing = new LinkedHashMap<>();
        timing.put("seconds", seconds);
        timing.put("imagesPerSecond", 812.3);
        return new MetricRecord(step, (int) (step / 100), values, timing);
    }

    @Test
    void withoutATerminalItWritesPlainLinesAndNotTooOften() {
        Progress progress = progress(0);
        for (int step = 1; step <= 400; step++) {
            nanos.addAndGet(100_000_000);
            progress.measured(record(step, step * 0.1), 400);
        }
        assertThat(text().lines()).hasSize(5);
        assertThat(text().lines())
                .first()
                .isEqualTo(
                        "epoch 1/4  step 1/400  loss 23.46  variance 0.500  std 1.23e-02  RankMe 123.4  812 samples/s"
                                + "  --:-- left");
        assertThat(text().lines())
                .element(1)
                .asString()
                .contains("step 101/400")
                .endsWith("0:30 left");
        assertThat(text().lines())
                .last()
                .asString()
                .contains("epoch 4/4  step 400/400")
                .endsWith("done");
        assertThat(text()).doesNotContain("\r", "\u001b", "#");
    }

    @Test
    void onATerminalOneLineIsWrittenOverWithinItsWidth() {
        Progress progress = progress(60);
        for (int step = 1; step <= 400; step += 57) {
            nanos.addAndGet(1_000_000_000);
            progress.measured(record(step, step * 0.1), 400);
        }
        progress.note("checkpoint");
        String[] updates = text().split("\r");
        assertThat(updates).hasSize(9);
        assertThat(updates[4]).hasSize(59).contains("[########............] 43%  0:23 left  loss 23.4");
        assertThat(text()).endsWith(System.lineSeparator() + "checkpoint" + System.lineSeparator());
    }

    private static MetricRecord knn(long step) {
        SequencedMap<String, Double> values = new LinkedHashMap<>();
        values.put("knn", 0.876);
        return MetricRecord.of(step, 0, values, 1);
    }

    /// The loss of step 1 is not that of step 10.
    @Test
    void aPlainLineHasNoValueOfAnEarlierLine() {
        Progress progress = progress(0);
        progress.measured(record(1, 1), 30);
        nanos.addAndGet(11_000_000_000L);
        progress.measured(knn(10), 30);
        progress.measured(record(20, 2), 30); // too early for a line
        nanos.addAndGet(11_000_000_000L);
        progress.measured(knn(25), 30);
        progress.measured(record(30, 3), 30);
        progress.measured(knn(30), 30);
        assertThat(text().lines())
                .satisfiesExactly(
                        line -> assertThat(line)
                                .contains("step 1/30  loss 23.46")
                                .doesNotContain("kNN"),
                        line -> assertThat(line)
                                .contains("step 10/30  online kNN 87.6 %")
                                .doesNotContain("loss"),
                        line -> assertThat(line)
                                .as("measured since the last line")
                                .contains("step 25/30  loss 23.46", "online kNN 87.6 %"),
                        line -> assertThat(line)
                                .contains("step 30/30  loss 23.46")
                                .doesNotContain("kNN"),
                        line -> assertThat(line)
                                .as("measured at the same step")
                                .contains("step 30/30  loss 23.46", "online kNN 87.6 %"));
    }

    @Test
    void onATerminalTheLatestValueOfARareMetricStays() {
        Progress progress = progress(200);
        progress.measured(knn(10), 20);
        progress.measured(record(20, 2), 20);
        String[] updates = text().split("\r");
        assertThat(updates[updates.length - 1]).contains("online kNN 87.6 %  loss");
    }
}
