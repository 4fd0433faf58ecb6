package org.fullrank.data;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;

/// Builds PNG files byte by byte.
final class PngSample {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    private PngSample() {
        out.writeBytes(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'});
    }

    /// The header of an image.
    ///
    /// @param colorType 0 gray, 2 RGB, 3 palette, 4 gray with opacity, 6 RGB with opacity
    static PngSample of(int height, int width, int colorType, int bits) {
        ByteBuffer header = ByteBuffer.allocate(13).putInt(width).putInt(height);
        return new PngSample()
                .chunk("IHDR", header.put((byte) bits).put((byte) colorType).array());
    }

    /// Appends a chunk of these bytes.
    PngSample chunk(String name, int... content) {
        byte[] bytes = new byte[content.length];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) content[i];
        }
        return chunk(name, bytes);
    }

    PngSample chunk(String name, byte[] content) {
        byte[] typed = ByteBuffer.allocate(4 + content.length)
                .put(name.getBytes(StandardCharsets.US_ASCII))
                .put(content)
                .array();
        var crc = new CRC32();
        crc.update(typed);
        out.writeBytes(ByteBuffer.allocate(4).putInt(content.length).array());
        out.writeBytes(typed);
        out.writeBytes(ByteBuffer.allocate(4).putInt((int) crc.getValue()).array());
        return this;
    }

    /// The whole file; each row of `data` begins with its filter, 0 for none.
    byte[] build(int... data) {
        byte[] bytes = new byte[data.length];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) data[i];
        }
        return chunk("IDAT", SampleFiles.zlib(bytes)).chunk("IEND").out.toByteArray();
    }
}
