package org.fullrank.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;

/// Writes and reads `.npy` files byte by byte, independently of the code under test.
final class NumpyFiles {
    /// 4 samples of 3 dimensions.
    static final double[][] A = {{1, 2, 0}, {0, -1, 3}, {2, 0, 1}, {-1, 1, 1}};
    /// A second view of the same samples.
    static final double[][] B = {{1.1, 2, 0}, {0, -0.8, 3}, {2, 0, 0.9}, {-0.7, 1, 1}};

    private NumpyFiles() {}

    static double[][] scaled(double[][] rows, double factor) {
        return Arrays.stream(rows)
                .map(row -> Arrays.stream(row).map(x -> x * factor).toArray())
                .toArray(double[][]::new);
    }

    /// A float64 matrix, little-endian, row by row.
    static Path write(Path file, double[][] rows) throws IOException {
        return write(file, "<f8", false, rows);
    }

    /// @param descr `<f8`, `>f8`, `<f4`, `>f4`, `<f2`, `<i4`
    static Path write(Path file, String descr, boolean fortran, double[][] rows) throws IOException {
        int columns = rows[0].length;
        int size = descr.charAt(2) - '0';
        ByteBuffer data = ByteBuffer.allocate(rows.length * columns * size)
                .order(descr.startsWith(">") ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < rows.length * columns; i++) {
            double value = fortran ? rows[i % rows.length][i / rows.length] : rows[i / columns][i % columns];
            switch (descr.substring(1)) {
                case "f8" -> data.putDouble(value);
                case "f4" -> data.putFloat((float) value);
                case "f2" -> data.putShort(Float.floatToFloat16((float) value));
                default -> data.putInt((int) value);
            }
        }
        return Files.write(file, bytes(descr, fortran, data.array(), rows.length, columns));
    }

    static byte[] bytes(String descr, boolean fortran, byte[] data, int... shape) {
        String sizes = Arrays.stream(shape).mapToObj(n -> n + ",").collect(Collectors.joining(" "));
        byte[] text = "{'descr': '%s', 'fortran_order': %s, 'shape': (%s), }\n"
                .formatted(descr, fortran ? "True" : "False", sizes)
                .getBytes(StandardCharsets.US_ASCII);
        var out = new ByteArrayOutputStream();
        out.writeBytes(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, (byte) text.length, 0});
        out.writeBytes(text);
        out.writeBytes(data);
        return out.toByteArray();
    }

    /// Reads a little-endian matrix in C order, as the command writes them.
    ///
    /// @param descr what its elements must be
    static double[][] read(Path file, String descr) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        int length = Short.toUnsignedInt(bytes.getShort(8));
        String header = new String(bytes.array(), 10, length, StandardCharsets.US_ASCII);
        if (!header.contains("'descr': '" + descr + "', 'fortran_order': False")) {
            throw new AssertionError(header);
        }
        String[] sizes = header.replaceAll(".*\\((.*)\\).*\\s*", "$1").split(", *");
        double[][] rows = new double[Integer.parseInt(sizes[0])][Integer.parseInt(sizes[1])];
        bytes.position(10 + length);
        for (double[] row : rows) {
            for (int i = 0; i < row.length; i++) {
                row[i] = descr.equals("<f8") ? bytes.getDouble() : bytes.getFloat();
            }
        }
        if (bytes.hasRemaining()) {
            throw new AssertionError(bytes.remaining() + " bytes too many");
        }
        return rows;
    }
}
