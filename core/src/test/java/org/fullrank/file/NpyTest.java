package org.fullrank.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.fullrank.engine.InputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class NpyTest {
    @TempDir
    Path folder;

    @Test
    void aWrittenMatrixIsReadBackBitByBit() throws IOException {
        float[] values = new float[3 * 20_000];
        for (int i = 0; i < values.length; i++) {
            values[i] = Float.intBitsToFloat(i * 7919);
        }
        Path file = folder.resolve("z.npy");
        Npy.write(file, values, 3);
        Npy.Matrix matrix = Npy.readMatrix(file);
        assertThat(matrix.rows()).isEqualTo(20_000);
        assertThat(matrix.columns()).isEqualTo(3);
        assertThat(matrix.values()).isEqualTo(values);
        try (var files = Files.list(folder)) {
            assertThat(files).hasSize(1);
        }
    }

    @Test
    void headersAreThoseThatNumPyWrites() {
        byte[] header = Npy.headerBytes(Npy.Type.F32, 2, 3);
        assertThat(header.length % 64).isZero();
        assertThat(new String(header, 10, header.length - 10, StandardCharsets.US_ASCII))
                .startsWith("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }")
                .endsWith(" \n");
        assertThat(new String(Npy.headerBytes(Npy.Type.U8, 5), StandardCharsets.ISO_8859_1))
                .contains("'|u1'", "'shape': (5,)");
    }

    @ParameterizedTest
    @EnumSource(Npy.Type.class)
    void everyTypeIsReadInBothByteOrders(Npy.Type type) throws IOException {
        for (ByteOrder order : new ByteOrder[] {ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN}) {
            ByteBuffer data = ByteBuffer.allocate(type.bytes()).order(order);
            switch (type) {
                case BOOL, U8, I8 -> data.put((byte) 1);
                case U16, I16 -> data.putShort((short) 1);
                case I32, U32 -> data.putInt(1);
                case I64 -> data.putLong(1);
                case F16 -> data.putShort(Float.floatToFloat16(1));
                case F32 -> data.putFloat(1);
                case F64 -> data.putDouble(1);
            }
            var header = new Npy.Header(type, order, false, List.of(1L));
            float[] value = new float[1];
            Npy.readFloats(new ByteArrayInputStream(data.array()), header, value, 0, 1);
            assertThat(value[0]).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void fortranOrderIsTurnedInEveryVersion(int version) throws IOException {
        byte[] text =
                "{\"descr\": '|u1', 'fortran_order': True, 'shape': (2L, 3), }\n".getBytes(StandardCharsets.UTF_8);
        ByteBuffer out = ByteBuffer.allocate(100).order(ByteOrder.LITTLE_ENDIAN);
        out.put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', (byte) version, 0});
        if (version == 1) {
            out.putShort((short) text.length);
        } else {
            out.putInt(text.length);
        }
        out.put(text).put(new byte[] {1, 4, 2, 5, 3, 6});
        Path file = folder.resolve("f.npy");
        Files.write(file, Arrays.copyOf(out.array(), out.position()));
        assertThat(Npy.readMatrix(file).values()).containsExactly(1, 2, 3, 4, 5, 6);
    }

    @Test
    void headersThatLieAreRefusedBeforeAnythingIsAllocated() throws IOException {
        Path file = folder.resolve("lie.npy");
        byte[] header = Npy.headerBytes(Npy.Type.F32, 1L << 33, 1L << 20);
        Files.write(file, header);
        assertThatThrownBy(() -> Npy.readMatrix(file))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("claims shape [8589934592, 1048576]");
        byte[] cut = Npy.headerBytes(Npy.Type.F32, 2, 2);
        Files.write(file, Arrays.copyOf(cut, 40));
        assertThatThrownBy(() -> Npy.readMatrix(file)).isInstanceOf(InputException.class);
        Files.writeString(file, "not at all");
        assertThatThrownBy(() -> Npy.readMatrix(file)).hasMessageContaining("magic");
    }
}
