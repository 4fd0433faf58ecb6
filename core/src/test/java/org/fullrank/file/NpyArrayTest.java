package org.fullrank.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.fullrank.engine.InputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NpyArrayTest {
    @TempDir
    Path folder;

    @Test
    void whatIsWrittenIsRead() {
        float[] values = new float[40_000];
        for (int i = 0; i < values.length; i++) {
            values[i] = i / 7f;
        }
        for (List<Integer> shape : List.of(List.of(40_000), List.of(200, 200), List.of(50, 4, 200))) {
            Path file = folder.resolve("array.npy");
            new NpyArray(shape, values).write(file);
            NpyArray read = NpyArray.read(file);
            assertThat(read.shape()).isEqualTo(shape);
            assertThat(read.values()).containsExactly(values);
        }
    }

    /// In Fortran order, the entry `[i, j, k]` of shape `[2, 3, 2]` is at `i + 2 j + 6 k`.
    @Test
    void fortranOrderAndCompressedFilesAreRead() throws IOException {
        byte[] data = new byte[12];
        for (int i = 0; i < data.length; i++) {
            data[i] = (byte) i;
        }
        Path file = folder.resolve("array.npy.gz");
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
            String header = new String(Npy.headerBytes(Npy.Type.U8, 2, 3, 2), StandardCharsets.ISO_8859_1);
            out.write(header.replace("'fortran_order': False, ", "'fortran_order': True,  ")
                    .getBytes(StandardCharsets.ISO_8859_1));
            out.write(data);
        }
        NpyArray read = NpyArray.read(file);
        assertThat(read.shape()).containsExactly(2, 3, 2);
        for (int i = 0; i < 2; i++) {
            for (int j = 0; j < 3; j++) {
                for (int k = 0; k < 2; k++) {
                    assertThat(read.values()[(i * 3 + j) * 2 + k]).isEqualTo(i + 2 * j + 6 * k);
                }
            }
        }
    }

    @Test
    void aTruncatedFileIsRefused() throws IOException {
        Path file = folder.resolve("array.npy");
        new NpyArray(List.of(4, 4), new float[16]).write(file);
        Files.write(file, Arrays.copyOf(Files.readAllBytes(file), 130));
        assertThatThrownBy(() -> NpyArray.read(file))
                .isInstanceOf(InputException.class)
                .hasMessage("NumPy file %s: cannot be read (it ends early); check the file or save it again"
                        .formatted(file));
    }
}
