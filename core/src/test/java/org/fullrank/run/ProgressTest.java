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

    @Test
    void theLatestValueOfARareMetricStays() {
        Progress progress = progress(0);
        SequencedMap<String, Double> knn = new LinkedHashMap<>();
        knn.put("knn", 0.876);
        progress.measured(MetricRecord.of(10, 0, knn, 1), 20);
        progress.measured(record(20, 2), 20);
        assertThat(text().lines()).last().asString().contains("online kNN 87.6 %  loss");
    }
}
