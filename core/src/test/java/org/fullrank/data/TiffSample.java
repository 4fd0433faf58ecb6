package org.fullrank.data;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Objects;
import java.util.TreeMap;

/// Builds TIFF files byte by byte.
final class TiffSample {
    static final int SHORT = 3;
    static final int LONG = 4;
    static final int FRACTION = 5;
    static final int BYTES = 7;

    private final ByteOrder order;
    private final TreeMap<Integer, long[]> values = new TreeMap<>();
    private final TreeMap<Integer, Integer> types = new TreeMap<>();
    private final byte[][] strips;

    private TiffSample(ByteOrder order, byte[]... strips) {
        this.order = order;
        this.strips = strips;
    }

    /// An image `[height, width, channels]` in these strips, little-endian, with the tags that every image
    /// has.
    static TiffSample of(int photometric, int height, int width, int channels, int bits, byte[]... strips) {
        return of(ByteOrder.LITTLE_ENDIAN, photometric, height, width, channels, bits, strips);
    }

    static TiffSample of(
            ByteOrder order, int photometric, int height, int width, int channels, int bits, byte[]... strips) {
        long[] depths = new long[channels];
        Arrays.fill(depths, bits);
        return new TiffSample(order, strips)
                .with(256, LONG, width)
                .with(257, LONG, height)
                .with(258, SHORT, depths)
                .with(259, SHORT, 1)
                .with(262, SHORT, photometric)
                .with(277, SHORT, channels)
                .with(278, LONG, height);
    }

    /// Sets a tag.
    TiffSample with(int tag, int type, long... numbers) {
        values.put(tag, numbers);
        types.put(tag, type);
        return this;
    }

    TiffSample without(int tag) {
        values.remove(tag);
        return this;
    }

    byte[] build() {
        var body = new ByteArrayOutputStream();
        long[] offsets = new long[strips.length];
        long[] counts = new long[strips.length];
        for (int i = 0; i < strips.length; i++) {
            offsets[i] = 8 + body.size();
            counts[i] = strips[i].length;
            body.writeBytes(strips[i]);
        }
        boolean tiled = values.containsKey(322);
        with(tiled ? 324 : 273, LONG, offsets).with(tiled ? 325 : 279, LONG, counts);
        ByteBuffer directory = ByteBuffer.allocate(2 + 12 * values.size() + 4).order(order);
        directory.putShort((short) values.size());
        values.forEach((tag, numbers) -> {
            int type = Objects.requireNonNull(types.get(tag));
            byte[] encoded = encoded(type, numbers);
            directory.putShort(tag.shortValue()).putShort((short) type);
            directory.putInt(type == FRACTION ? numbers.length / 2 : numbers.length);
            if (encoded.length > 4) {
                directory.putInt(8 + body.size());
                body.writeBytes(encoded);
            } else {
                directory.put(Arrays.copyOf(encoded, 4));
            }
        });
        ByteBuffer file =
                ByteBuffer.allocate(8 + body.size() + directory.capacity()).order(order);
        file.put((byte) (order == ByteOrder.LITTLE_ENDIAN ? 'I' : 'M'))
                .put(file.get(0))
                .putShort((short) 42);
        return file.putInt(8 + body.size())
                .put(body.toByteArray())
                .put(directory.array())
                .array();
    }

    private byte[] encoded(int type, long[] numbers) {
        int size = type == SHORT ? 2 : type == BYTES ? 1 : 4;
        ByteBuffer out = ByteBuffer.allocate(size * numbers.length).order(order);
        for (long number : numbers) {
            switch (size) {
                case 1 -> out.put((byte) number);
                case 2 -> out.putShort((short) number);
                default -> out.putInt((int) number);
            }
        }
        return out.array();
    }
}
