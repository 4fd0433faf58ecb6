package org.fullrank.rows;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/// Writes `.npy`, `.npz` and safetensors files byte by byte, independently of the code under test.
final class ArrayFiles {
    private ArrayFiles() {}

    /// A matrix whose entries tell their place and are exact in every type: `(31 row + column) % 97`.
    static double value(int row, int column) {
        return (31 * row + column) % 97;
    }

    static byte[] npy(String descr, boolean fortran, int rows, int columns) {
        ByteBuffer data = ByteBuffer.allocate(rows * columns * (descr.charAt(2) - '0'))
                .order(descr.startsWith(">") ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < rows * columns; i++) {
            put(data, descr.substring(1), fortran ? value(i % rows, i / rows) : value(i / columns, i % columns));
        }
        return npy(descr, fortran, rows + ", " + columns, data.array());
    }

    static byte[] npy(String descr, boolean fortran, String shape, byte[] data) {
        byte[] text = "{'descr': '%s', 'fortran_order': %s, 'shape': (%s), }\n"
                .formatted(descr, fortran ? "True" : "False", shape)
                .getBytes(StandardCharsets.US_ASCII);
        ByteBuffer file = ByteBuffer.allocate(10 + text.length + data.length).order(ByteOrder.LITTLE_ENDIAN);
        file.put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0}).putShort((short) text.length);
        return file.put(text).put(data).array();
    }

    /// A vector of int64.
    static byte[] vector(long... values) {
        ByteBuffer data = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        for (long value : values) {
            data.putLong(value);
        }
        return npy("<i8", false, values.length + ",", data.array());
    }

    /// float32 rows.
    static byte[] rows(float[]... rows) {
        ByteBuffer data = ByteBuffer.allocate(4 * rows.length * rows[0].length).order(ByteOrder.LITTLE_ENDIAN);
        for (float[] row : rows) {
            for (float value : row) {
                data.putFloat(value);
            }
        }
        return npy("<f4", false, rows.length + ", " + rows[0].length, data.array());
    }

    static Path npz(Path file, boolean deflated, Map<String, byte[]> entries) throws IOException {
        try (OutputStream out = Files.newOutputStream(file);
                var zip = new ZipOutputStream(out)) {
            for (Map.Entry<String, byte[]> content : entries.entrySet()) {
                var entry = new ZipEntry(content.getKey());
                if (!deflated) {
                    var crc = new CRC32();
                    crc.update(content.getValue());
                    entry.setMethod(ZipEntry.STORED);
                    entry.setSize(content.getValue().length);
                    entry.setCrc(crc.getValue());
                }
                zip.putNextEntry(entry);
                zip.write(content.getValue());
                zip.closeEntry();
            }
        }
        return file;
    }

    static byte[] safetensors(String header, byte[] data) {
        byte[] text = header.getBytes(StandardCharsets.UTF_8);
        ByteBuffer file = ByteBuffer.allocate(8 + text.length + data.length).order(ByteOrder.LITTLE_ENDIAN);
        return file.putLong(text.length).put(text).put(data).array();
    }

    private static void put(ByteBuffer data, String type, double value) {
        switch (type) {
            case "f8" -> data.putDouble(value);
            case "f4" -> data.putFloat((float) value);
            case "f2" -> data.putShort(Float.floatToFloat16((float) value));
            case "i8" -> data.putLong((long) value);
            case "i4", "u4" -> data.putInt((int) value);
            case "i2", "u2" -> data.putShort((short) value);
            default -> data.put((byte) value);
        }
    }
}
