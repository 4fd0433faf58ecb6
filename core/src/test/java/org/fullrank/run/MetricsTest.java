package org.fullrank.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetricsTest {
    @TempDir
    Path folder;

    private static MetricRecord record(long step, double loss) {
        SequencedMap<String, Double> values = new LinkedHashMap<>();
        values.put("loss", loss);
        values.put("loss.variance", loss / 2);
        return MetricRecord.of(step, (int) step / 10, values, step * 0.25);
    }

    private void train(long after, long until) {
        try (Metrics metrics = Metrics.open(folder, after)) {
            for (long step = after + 1; step <= until; step++) {
                metrics.append(record(step, 1.0 / step));
            }
        }
    }

    private List<String> withoutTime() throws IOException {
        return Files.readAllLines(folder.resolve("metrics.jsonl")).stream()
                .map(line -> line.replaceAll(",\"time\\.[a-z]+\":[-0-9.E]+", ""))
                .toList();
    }

    @Test
    void aRecordIsOneFlatObjectWithTheClockApart() throws IOException {
        train(0, 1);
        assertThat(Files.readString(folder.resolve("metrics.jsonl")))
                .matches("\\{\"step\":1,\"epoch\":0,\"loss\":1.0,\"loss.variance\":0.5,\"time.seconds\":0.25,"
                        + "\"time.at\":[0-9.E]+}\n");
    }

    @Test
    void resumingGivesTheLinesOfAnUninterruptedRun(@TempDir Path other) throws IOException {
        train(0, 12);
        List<String> whole = withoutTime();
        folder = other;
        train(0, 9);
        try (Metrics metrics = Metrics.open(folder, 9)) {
            metrics.end(RunStatus.STOPPED, 9, "");
        }
        train(7, 12);
        assertThat(withoutTime()).isEqualTo(whole);
    }

    @Test
    void aTornLastLineIsIgnoredAndDroppedOnResume() throws IOException {
        train(0, 3);
        Path file = folder.resolve("metrics.jsonl");
        Files.writeString(file, "{\"step\":4,\"epoch\":0,\"lo", StandardOpenOption.APPEND);
        assertThat(Metrics.read(folder)).extracting(MetricRecord::step).containsExactly(1L, 2L, 3L);
        train(3, 4);
        assertThat(Metrics.read(folder)).extracting(MetricRecord::step).containsExactly(1L, 2L, 3L, 4L);
        assertThat(Files.readString(file)).doesNotContain("\"lo{").endsWith("}\n");
    }

    @Test
    void numbersThatJsonLacksAreTextAndReadBack() throws IOException {
        SequencedMap<String, Double> values = new LinkedHashMap<>();
        values.put("nan", Double.NaN);
        values.put("up", Double.POSITIVE_INFINITY);
        values.put("down", Double.NEGATIVE_INFINITY);
        values.put("tiny", Double.MIN_VALUE);
        try (Metrics metrics = Metrics.open(folder, 0)) {
            metrics.append(MetricRecord.of(1, 0, values, 0));
        }
        assertThat(Files.readString(folder.resolve("metrics.jsonl")))
                .contains("\"nan\":\"NaN\",\"up\":\"Infinity\",\"down\":\"-Infinity\",\"tiny\":4.9E-324");
        assertThat(Metrics.read(folder).getFirst().values()).isEqualTo(values);
    }

    @Test
    void theMaskedChecksumIsThatOfTheFormat() {
        // CRC-32C of "123456789" is 0xE3069283 (RFC 3720, B.4's polynomial); masked: ((c >> 15) | (c << 17)) +
        // 0xa282ead8.
        byte[] digits = "123456789".getBytes(StandardCharsets.UTF_8);
        int crc = 0xE3069283;
        assertThat(EventFile.maskedCrc(digits, 9)).isEqualTo(((crc >>> 15) | (crc << 17)) + 0xa282ead8);
        // The frame length 24, as every TensorBoard file in the wild begins: 18 00 00 00 00 00 00 00 a3 7f 4b 22.
        assertThat(EventFile.maskedCrc(new byte[] {0x18, 0, 0, 0, 0, 0, 0, 0}, 8))
                .isEqualTo(0x224b7fa3);
    }

    /// One scalar as an independent reader of the wire format sees it.
    private record Scalar(long step, String tag, float value) {}

    @Test
    void theEventFileHoldsEveryScalarAndIsRebuiltOnResume() throws IOException {
        train(0, 5);
        train(2, 3);
        List<Scalar> expected = new ArrayList<>();
        for (int step = 1; step <= 3; step++) {
            expected.add(new Scalar(step, "loss", (float) (1.0 / step)));
            expected.add(new Scalar(step, "loss/variance", (float) (0.5 / step)));
        }
        assertThat(scalars()).isEqualTo(expected);
    }

    private List<Scalar> scalars() throws IOException {
        ByteBuffer file = ByteBuffer.wrap(Files.readAllBytes(folder.resolve(EventFile.NAME)))
                .order(ByteOrder.LITTLE_ENDIAN);
        List<Scalar> scalars = new ArrayList<>();
        boolean first = true;
        while (file.hasRemaining()) {
            int length = (int) file.getLong();
            file.getInt();
            ByteBuffer event = slice(file, length);
            byte[] bytes = new byte[length];
            event.duplicate().get(bytes);
            assertThat(file.getInt()).isEqualTo(EventFile.maskedCrc(bytes, length));
            if (first) {
                assertThat(new String(bytes, StandardCharsets.UTF_8)).endsWith("brain.Event:2");
            } else {
                event(event, scalars);
            }
            first = false;
        }
        return scalars;
    }

    private static void event(ByteBuffer event, List<Scalar> scalars) {
        assertThat(event.get()).isEqualTo((byte) 0x09);
        assertThat(event.getDouble()).isGreaterThan(1.7e9);
        assertThat(event.get()).isEqualTo((byte) 0x10);
        long step = varint(event);
        assertThat(event.get()).isEqualTo((byte) 0x2a);
        ByteBuffer summary = slice(event, (int) varint(event));
        assertThat(event.hasRemaining()).isFalse();
        while (summary.hasRemaining()) {
            assertThat(summary.get()).isEqualTo((byte) 0x0a);
            ByteBuffer value = slice(summary, (int) varint(summary));
            assertThat(value.get()).isEqualTo((byte) 0x0a);
            byte[] tag = new byte[(int) varint(value)];
            value.get(tag);
            assertThat(value.get()).isEqualTo((byte) 0x15);
            scalars.add(new Scalar(step, new String(tag, StandardCharsets.UTF_8), value.getFloat()));
        }
    }

    private static ByteBuffer slice(ByteBuffer from, int length) {
        ByteBuffer slice = from.slice(from.position(), length).order(ByteOrder.LITTLE_ENDIAN);
        from.position(from.position() + length);
        return slice;
    }

    private static long varint(ByteBuffer from) {
        long value = 0;
        for (int shift = 0; ; shift += 7) {
            byte b = from.get();
            value |= (long) (b & 0x7f) << shift;
            if (b >= 0) {
                return value;
            }
        }
    }
}
