package org.fullrank.run;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.zip.CRC32C;
import org.fullrank.file.AtomicFile;

/// A TensorBoard event file. A TensorBoard file consists of TFRecord frames (length, masked CRC-32C of the
/// length, data, masked CRC-32C of the data; little-endian). Each frame contains one `Event` message of
/// TensorFlow's `event.proto`. This class encodes the message without a library.
final class EventFile implements Closeable {
    /// TensorBoard reads files whose name contains `tfevents`.
    static final String NAME = "events.out.tfevents.fullrank";

    private static final int MASK_DELTA = 0xA282EAD8;
    private static final int EVENT_WALL_TIME = 1;
    private static final int EVENT_STEP = 2;
    private static final int EVENT_FILE_VERSION = 3;
    private static final int EVENT_SUMMARY = 5;
    private static final int SUMMARY_VALUE = 1;
    private static final int VALUE_TAG = 1;
    private static final int VALUE_SIMPLE = 2;

    private final Path path;
    private final FileChannel channel;

    private EventFile(Path path, FileChannel channel) {
        this.path = path;
        this.channel = channel;
    }

    /// Creates the file of a folder, and replaces an existing one.
    static EventFile create(Path folder) throws IOException {
        Path path = folder.resolve(NAME);
        FileChannel channel = FileChannel.open(
                path, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE);
        EventFile file = new EventFile(path, channel);
        Message version = new Message().put(EVENT_WALL_TIME, 0.0).put(EVENT_FILE_VERSION, "brain.Event:2");
        file.frame(version.bytes());
        return file;
    }

    Path path() {
        return path;
    }

    /// Writes one event with all values of the record. The first dot of a name becomes a slash, because
    /// TensorBoard groups by it.
    void append(MetricRecord record) throws IOException {
        Message summary = new Message();
        for (Map.Entry<String, Double> value : record.values().entrySet()) {
            Message scalar = new Message()
                    .put(VALUE_TAG, value.getKey().replaceFirst("\\.", "/"))
                    .put(VALUE_SIMPLE, value.getValue().floatValue());
            summary.put(SUMMARY_VALUE, scalar.bytes());
        }
        double at = record.timing().getOrDefault(Metrics.AT, 0.0);
        frame(new Message()
                .put(EVENT_WALL_TIME, at)
                .put(EVENT_STEP, record.step())
                .put(EVENT_SUMMARY, summary.bytes())
                .bytes());
    }

    private void frame(byte[] data) throws IOException {
        ByteBuffer frame = ByteBuffer.allocate(data.length + 16).order(ByteOrder.LITTLE_ENDIAN);
        frame.putLong(data.length);
        frame.putInt(maskedCrc(frame.array(), 8));
        frame.put(data);
        frame.putInt(maskedCrc(data, data.length));
        AtomicFile.writeAll(channel, frame.flip());
    }

    /// TFRecord's checksum of the first `length` bytes: CRC-32C, rotated right by 15 bits, plus a constant.
    static int maskedCrc(byte[] bytes, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, length);
        return Integer.rotateRight((int) crc.getValue(), 15) + MASK_DELTA;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    /// A protocol buffer message under construction. Each field consists of its number and wire type, and
    /// then its value.
    private static final class Message {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        Message put(int field, long value) {
            varint(field << 3);
            varint(value);
            return this;
        }

        Message put(int field, double value) {
            return fixed(field << 3 | 1, Double.doubleToLongBits(value), Double.BYTES);
        }

        Message put(int field, float value) {
            return fixed(field << 3 | 5, Float.floatToIntBits(value), Float.BYTES);
        }

        /// A number of fixed size, little-endian.
        private Message fixed(int key, long bits, int bytes) {
            varint(key);
            for (int i = 0; i < bytes; i++) {
                out.write((int) (bits >>> 8 * i));
            }
            return this;
        }

        Message put(int field, String text) {
            return put(field, text.getBytes(StandardCharsets.UTF_8));
        }

        Message put(int field, byte[] bytes) {
            varint(field << 3 | 2);
            varint(bytes.length);
            out.writeBytes(bytes);
            return this;
        }

        private void varint(long value) {
            long rest = value;
            while ((rest & ~0x7FL) != 0) {
                out.write((int) (rest & 0x7F | 0x80));
                rest >>>= 7;
            }
            out.write((int) rest);
        }

        byte[] bytes() {
            return out.toByteArray();
        }
    }
}
