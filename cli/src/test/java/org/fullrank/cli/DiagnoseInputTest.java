package org.fullrank.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What `fullrank diagnose` refuses: one line, exit code 2.
class DiagnoseInputTest {
    private static final byte[] LYING = NumpyFiles.bytes("<f4", false, new byte[64], 1 << 30, 1 << 10);

    @TempDir
    Path folder;

    @BeforeEach
    void writeFiles() throws IOException {
        NumpyFiles.write(path("z.npy"), NumpyFiles.A);
        NumpyFiles.write(path("wide.npy"), new double[4][5]);
        NumpyFiles.write(path("long.npy"), new double[5][3]);
        double[][] spoilt = new double[3][2];
        Arrays.stream(spoilt).forEach(row -> Arrays.fill(row, Double.NaN));
        NumpyFiles.write(path("nan.npy"), spoilt);
        byte[] good = Files.readAllBytes(path("z.npy"));
        Files.write(path("cut.npy"), Arrays.copyOf(good, good.length - 8));
        Files.write(path("head.npy"), Arrays.copyOf(good, 9));
        Files.write(path("empty.npy"), new byte[0]);
        Files.write(path("none.npy"), NumpyFiles.bytes("<f4", false, new byte[0], 0, 8));
        Files.write(path("cube.npy"), NumpyFiles.bytes("<f4", false, new byte[32], 2, 2, 2));
        Files.write(path("vector.npy"), NumpyFiles.bytes("<f4", false, new byte[32], 8));
        Files.write(path("broad.npy"), NumpyFiles.bytes("|u1", false, new byte[1 << 21], 1, 1 << 21));
        Files.write(path("lying.npy"), LYING);
        Files.write(path("objects.npy"), NumpyFiles.bytes("|O", false, new byte[32], 2, 2));
        Files.writeString(path("text.npy"), "1,2\n3,4\n");
        writeArchives(good);
        writeTables();
        writeLabels();
        Files.createDirectory(path("folder"));
    }

    private void writeArchives(byte[] good) throws IOException {
        byte[] objects = NumpyFiles.bytes("|O", false, new byte[32], 4);
        zip("objects.npz", Map.of("names.npy", objects));
        zip("lines.npz", Map.of("v.npy", NumpyFiles.bytes("<f4", false, new byte[8], 2)));
        zip("two.npz", Map.of("a.npy", good, "b.npy", good));
        zip("model.npz", Map.of("archive/data.pkl", new byte[10]));
        zip("bomb.npz", Map.of("z.npy", LYING));
        zip("cut.npz", Map.of("z.npy", Arrays.copyOf(good, good.length - 8)));
        Files.write(path("damaged.npz"), Arrays.copyOf(Files.readAllBytes(path("two.npz")), 60));
        tensors("offset.safetensors", "{\"z\":{\"dtype\":\"F32\",\"shape\":[2,2],\"data_offsets\":[0,64]}}");
        tensors("beyond.safetensors", "{\"z\":{\"dtype\":\"F32\",\"shape\":[8,8],\"data_offsets\":[0,256]}}");
        tensors("vector.safetensors", "{\"z\":{\"dtype\":\"F32\",\"shape\":[4],\"data_offsets\":[0,16]}}");
    }

    private void writeTables() throws IOException {
        Files.writeString(path("text.csv"), "a,b\n1,2\n3,high\n");
        Files.writeString(path("ragged.csv"), "1,2\n3,4,5\n");
        Files.writeString(path("quote.csv"), "1,2\n\"3,4\n");
        Files.writeString(path("only.csv"), "label\ncat\n");
        Files.writeString(path("header.csv"), "label,a\n");
        Files.write(path("picture.png"), new byte[] {(byte) 0x89, 'P', 'N', 'G', 0, 0, 0});
    }

    private void writeLabels() throws IOException {
        Files.write(path("three.npy"), NumpyFiles.bytes("<i4", false, new byte[12], 3));
        Files.write(path("negative.npy"), NumpyFiles.bytes("|i1", false, new byte[] {0, 1, -1, 0}, 4));
        Files.write(
                path("absurd.npy"),
                NumpyFiles.bytes(
                        "<i8",
                        false,
                        ByteBuffer.allocate(32)
                                .order(ByteOrder.LITTLE_ENDIAN)
                                .putLong(8, 1L << 40)
                                .array(),
                        4));
        Files.write(
                path("half.npy"),
                NumpyFiles.bytes(
                        "<f4",
                        false,
                        ByteBuffer.allocate(16)
                                .order(ByteOrder.LITTLE_ENDIAN)
                                .putFloat(12, 0.5f)
                                .array(),
                        4));
        Files.write(path("ids.npy"), NumpyFiles.bytes("|u1", false, new byte[] {0, 1, 2, 3}, 4));
        Files.writeString(path("hole.txt"), "cat\n\ncat\ndog\n");
        Files.writeString(path("minus.txt"), "1\n1\n-2\n1\n");
        Files.writeString(path("columns.csv"), "a,b\n1,2\n3,4\n5,6\n7,8\n");
    }

    private Path path(String name) {
        return folder.resolve(name);
    }

    private void zip(String name, Map<String, byte[]> entries) throws IOException {
        try (OutputStream out = Files.newOutputStream(path(name));
                var zip = new ZipOutputStream(out)) {
            for (var entry : new java.util.TreeMap<>(entries).entrySet()) {
                zip.putNextEntry(new ZipEntry(entry.getKey()));
                zip.write(entry.getValue());
                zip.closeEntry();
            }
        }
    }

    private void tensors(String name, String header) throws IOException {
        byte[] text = header.getBytes(StandardCharsets.UTF_8);
        ByteBuffer file = ByteBuffer.allocate(8 + text.length + 16).order(ByteOrder.LITTLE_ENDIAN);
        Files.write(path(name), file.putLong(text.length).put(text).array());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "missing.npy|missing.npy: found no such file, expected embeddings as .npy, .npz, .csv, .safetensors, .parquet, .fbin or JSON lines",
                "folder|folder: found no config.yaml in it, expected a run folder",
                "empty.npy|empty.npy: is empty, expected embeddings",
                "picture.png|picture.png: found a file of another kind, expected embeddings",
                "text.npy|text.npy does not begin with the magic",
                "head.npy|head.npy: cannot be read (it ends within its header)",
                "cut.npy|cut.npy: found 88 bytes of data, expected 96 for shape [4, 3]",
                "lying.npy|claims shape [1073741824, 1024] (4398046511104 bytes) but can hold at most",
                "none.npy|found shape [0, 8], expected at least 1 row and 1 column",
                "cube.npy|found shape [2, 2, 2], expected a matrix [N, D] with a row for each item",
                "vector.npy|found shape [8], expected a matrix [N, D] with a row for each item; reshape it to (-1, 1)",
                "broad.npy|found rows of 2097152 numbers, expected at most 1048576; is it transposed?",
                "objects.npy|objects.npy has elements of type O, expected one of",
                "nan.npy|nan.npy: found NaN or infinity in every one of 3 rows, expected finite numbers",
                "objects.npz|objects.npz: found names (no plain numbers), expected a matrix [N, D] of numbers",
                "lines.npz|lines.npz: found v [2], expected a matrix [N, D] of numbers",
                "two.npz|two.npz: found a [4, 3], b [4, 3], expected one matrix [N, D]; name it with --array",
                "two.npz --key c|two.npz: found no array of numbers named c, expected one of a [4, 3], b [4, 3]",
                "model.npz|model.npz: found archive/data.pkl, expected a matrix [N, D] of numbers",
                "bomb.npz|bomb.npz: found z (no plain numbers), expected a matrix",
                "bomb.npz --key z|bomb.npz: found no array of numbers named z",
                "cut.npz|cut.npz, array z: cannot be read (it ends early, in the block of row 0), expected 4 rows",
                "damaged.npz|damaged.npz: cannot be read",
                "z.npy --key z|z.npy: found one array without a name, expected an archive for --array z",
                "text.csv|text.csv, line 3, column 2 (b) is 'high', expected a number",
                "ragged.csv|ragged.csv, line 2 has 3 cells, expected 2 as in the first row",
                "only.csv|only.csv has no column of numbers except the label",
                "header.csv|header.csv: found 0 rows, expected at least 1",
                "text.csv --label-column c|text.csv has no column c, expected one of [a, b] or a position from 1 to 2",
                "text.csv --key z|text.csv: found a table, expected an archive for --array z",
                "offset.safetensors|not a whole safetensors file (z claims bytes 0 to 64 for shape [2,2]",
                "beyond.safetensors|not a whole safetensors file (z claims bytes 0 to 256 for shape [8,8]",
                "vector.safetensors|vector.safetensors: found z [4], expected a matrix [N, D] of numbers",
                "z.npy --second wide.npy|wide.npy: found shape [4, 5], expected [4, 3] as in NumPy file",
                "z.npy --second long.npy|long.npy: found shape [5, 3], expected [4, 3] as in NumPy file",
                "z.npy --second missing.npy|missing.npy: found no such file",
                "z.npy --labels three.npy|z.npy: found 3 labels for 4 rows, expected one for each row",
                "z.npy --labels wide.npy|wide.npy: found shape [4, 5], expected labels [N]",
                "z.npy --labels absurd.npy|absurd.npy: found label 1099511627776 in row 1 (from 0), expected names or",
                "z.npy --labels half.npy|half.npy: found label 0.5 in row 3 (from 0), expected names or whole numbers",
                "z.npy --labels ids.npy|ids.npy: found a class of its own for each of 4 rows",
                "z.npy --labels columns.csv|columns.csv: found 2 columns and none that is named label",
                "z.npy --labels lines.npz|lines.npz: found no array of shape [N] with a name of labels",
                "z.npy wide.npy --second z.npy|--second: found 2 files, expected one, because --second",
                "z.npy --second-key a|--second-key: found no --second",
                "z.npy --split test|--split: found a file among the subjects, expected run folders only",
                "z.npy --places embedding|--places: found a file among the subjects, expected run folders only",
                "folder --labels three.npy|--labels: found a run folder among the subjects, expected files of"
                        + " embeddings",
                "z.npy --page nowhere/page.html|nowhere, expected one; make it first",
                "z.npy --page z.npy|not .html, expected a new file",
            })
    void whatCannotBeExaminedIsRefusedInOneLine(String arguments, String message) {
        List<String> line = new ArrayList<>(List.of("diagnose"));
        for (String argument : arguments.split(" ")) {
            boolean file = argument.contains(".") || argument.equals("folder");
            line.add(file ? path(argument).toString() : argument);
        }
        CommandLineRun run = CommandLineRun.of(line.toArray(String[]::new));
        assertThat(run.err()).contains(message);
        assertThat(run.err().lines()).as(run.err()).hasSize(1);
        assertThat(run.err()).startsWith("fullrank: ").doesNotContain("Exception", "\tat ");
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.out()).isEmpty();
    }

    /// An empty line; a -1 with the classes 0 and 1.
    @ParameterizedTest
    @ValueSource(strings = {"hole.txt", "negative.npy"})
    void rowsWithoutALabelAreCounted(String labels) {
        CommandLineRun run = CommandLineRun.of(
                "diagnose", path("z.npy").toString(), "--labels", path(labels).toString());
        assertThat(run.code()).isZero();
        assertThat(run.out() + run.err()).contains("1 of 4 rows have no label");
    }
}
