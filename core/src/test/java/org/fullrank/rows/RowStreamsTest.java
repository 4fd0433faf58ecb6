package org.fullrank.rows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.zip.GZIPOutputStream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.data.Labels;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RowStreamsTest {
    @TempDir
    Path folder;

    private record Read(int width, List<double[]> rows, List<Integer> blocks, List<ScalarType> types) {}

    private static Read read(RowStream stream) {
        var read = new Read(stream.width(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        try (stream) {
            while (true) {
                try (var scope = Scope.open()) {
                    Tensor block = stream.next();
                    if (block == null) {
                        break;
                    }
                    assertThat(block.size(1)).isEqualTo(stream.width());
                    read.blocks.add((int) block.size(0));
                    read.types.add(block.scalar_type().intern());
                    double[] values = Tensors.doubles(block);
                    for (int i = 0; i < block.size(0); i++) {
                        read.rows.add(
                                java.util.Arrays.copyOfRange(values, i * stream.width(), (i + 1) * stream.width()));
                    }
                }
            }
        }
        stream.rows().ifPresent(rows -> assertThat(read.rows).hasSize((int) rows));
        return read;
    }

    private static void assertPlanted(Read read, int rows, int columns) {
        assertThat(read.width).isEqualTo(columns);
        assertThat(read.rows).hasSize(rows);
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                assertThat(read.rows.get(i)[j]).as("row %d, column %d", i, j).isEqualTo(ArrayFiles.value(i, j));
            }
        }
    }

    private Path file(String name, byte[] content) throws IOException {
        return Files.write(folder.resolve(name), content);
    }

    private Path text(String name, String content) throws IOException {
        return file(name, content.getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @CsvSource({
        "<f2,Float", ">f2,Float", "<f4,Float", ">f4,Float", "<f8,Double", ">f8,Double", "|i1,Float", "|u1,Float",
        "<i2,Float", ">i2,Float", "<u2,Float", ">u2,Float", "<i4,Double", ">i4,Double", "<u4,Double", ">u4,Double",
        "<i8,Double", ">i8,Double"
    })
    void everyTypeAndOrderOfNpyIsRead(String descr, ScalarType type) throws IOException {
        for (boolean fortran : new boolean[] {false, true}) {
            Read read = read(RowStreams.open(file("z.npy", ArrayFiles.npy(descr, fortran, 7, 5))));
            assertPlanted(read, 7, 5);
            assertThat(read.types).containsExactly(type);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aLongMatrixComesInBlocks(boolean fortran) throws IOException {
        int rows = 2 * ArrayLayout.BLOCK_ROWS + 3;
        Read read = read(RowStreams.open(file("z.npy", ArrayFiles.npy(">f4", fortran, rows, 3))));
        assertThat(read.blocks).containsExactly(ArrayLayout.BLOCK_ROWS, ArrayLayout.BLOCK_ROWS, 3);
        assertPlanted(read, rows, 3);
    }

    @Test
    void blocksOfWideRowsHoldFewerRows() {
        assertThat(ArrayLayout.blockRows(8)).isEqualTo(ArrayLayout.BLOCK_ROWS);
        assertThat(ArrayLayout.blockRows(8192)).isEqualTo(512);
        assertThat(ArrayLayout.blockRows(ArrayLayout.MAX_WIDTH)).isEqualTo(4);
    }

    @ParameterizedTest
    @CsvSource({"false,false", "false,true", "true,false", "true,true"})
    void anArchiveGivesTheMatrixThatIsMeant(boolean deflated, boolean fortran) throws IOException {
        var entries = new LinkedHashMap<String, byte[]>();
        entries.put("indices.npy", ArrayFiles.npy("<i4", false, 2, 2));
        entries.put("z.npy", ArrayFiles.npy("<f4", fortran, 40, 6));
        entries.put("names.npy", ArrayFiles.npy("|O", false, "4,", new byte[8]));
        entries.put("y.npy", ArrayFiles.vector(1, 0, 1, 1));
        Path file = ArrayFiles.npz(folder.resolve("z.npz"), deflated, entries);
        assertPlanted(read(RowStreams.open(file)), 40, 6);
        assertPlanted(read(RowStreams.open(file, new Selection("indices", null))), 2, 2);
        Labels labels = Objects.requireNonNull(RowStreams.labels(file, Selection.defaults(), note -> {}));
        assertThat(labels.classes()).containsExactly(1, 0, 1, 1);
        assertThat(labels.names()).containsExactly("0", "1");
    }

    /// Other arrays are named: texts and objects in an `.npz`, types that are not read in safetensors, even if
    /// they are empty.
    @Test
    void whatNobodyAskedForIsNamedAndIgnored() throws IOException {
        Path npz = ArrayFiles.npz(
                folder.resolve("z.npz"),
                true,
                Map.of(
                        "embeddings.npy", ArrayFiles.npy("<f4", false, 3, 2),
                        "filenames.npy", ArrayFiles.npy("<U1", false, "3,", new byte[12])));
        String header = "{\"mask\":{\"dtype\":\"BOOL\",\"shape\":[8],\"data_offsets\":[0,8]},"
                + "\"empty\":{\"dtype\":\"F8_E4M3\",\"shape\":[0],\"data_offsets\":[8,8]},"
                + "\"z\":{\"dtype\":\"F32\",\"shape\":[1,2],\"data_offsets\":[8,16]}}";
        Path tensors = file("z.safetensors", ArrayFiles.safetensors(header, new byte[16]));
        try (RowStream rows = RowStreams.open(npz);
                RowStream others = RowStreams.open(tensors)) {
            assertThat(rows.warnings()).containsExactly("array embeddings was read; ignored: filenames (texts)");
            assertThat(others.warnings()).containsExactly("array z was read; ignored: mask (BOOL), empty (F8_E4M3)");
        }
    }

    @Test
    void anArchiveWithOneMatrixNeedsNoName() throws IOException {
        Path file = ArrayFiles.npz(
                folder.resolve("any.npz"),
                true,
                Map.of(
                        "features.npy", ArrayFiles.npy("<f8", false, 3, 4),
                        "images.npy", ArrayFiles.npy("|u1", false, "1, 2, 2", new byte[4])));
        assertPlanted(read(RowStreams.open(file)), 3, 4);
        assertThat(RowStreams.labels(file, Selection.defaults(), note -> {})).isNull();
    }

    @Test
    void safetensorsAreRead() throws IOException {
        ByteBuffer data = ByteBuffer.allocate(36).order(ByteOrder.LITTLE_ENDIAN);
        data.putInt(5).putInt(3).putInt(5);
        for (int i = 0; i < 6; i++) {
            data.putFloat((float) ArrayFiles.value(i / 2, i % 2));
        }
        String header = "{\"labels\":{\"dtype\":\"I32\",\"shape\":[3],\"data_offsets\":[0,12]},"
                + "\"hidden\":{\"dtype\":\"F32\",\"shape\":[3,2],\"data_offsets\":[12,36]}}";
        Path file = file("z.safetensors", ArrayFiles.safetensors(header, data.array()));
        assertPlanted(read(RowStreams.open(file)), 3, 2);
        Labels labels = Objects.requireNonNull(RowStreams.labels(file, Selection.defaults(), note -> {}));
        assertThat(labels.classes()).containsExactly(1, 0, 1);
        assertThat(labels.names()).containsExactly("3", "5");
    }

    @Test
    void bfloat16IsRead() throws IOException {
        ByteBuffer data = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : new float[] {1, -2, 0.5f, 96}) {
            data.putShort((short) (Float.floatToIntBits(value) >> 16));
        }
        String header = "{\"x\":{\"dtype\":\"BF16\",\"shape\":[2,2],\"data_offsets\":[0,8]}}";
        Read read = read(RowStreams.open(file("z.bin", ArrayFiles.safetensors(header, data.array()))));
        assertThat(read.rows.get(0)).containsExactly(1, -2);
        assertThat(read.rows.get(1)).containsExactly(0.5, 96);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1,2.5\n-3e2,4\n",
                "a,b\n1,2.5\n-3e2,4\n",
                "a;b;label\r\n1;2.5;cat\r\n-3e2;4;dog\r\n",
                "1\t2.5\tcat\n-3e2\t4\tdog",
                ",a,b\n0,1,2.5\n1,-3e2,4\n"
            })
    void csvIsReadWithAndWithoutHeaderLabelsAndIndex(String content) throws IOException {
        Path file = text("z.csv", content);
        Read read = read(RowStreams.open(file));
        assertThat(read.rows).hasSize(2);
        assertThat(read.rows.get(0)).containsExactly(1, 2.5);
        assertThat(read.rows.get(1)).containsExactly(-300, 4);
        assertThat(RowStreams.labels(file, Selection.defaults(), note -> {}) != null)
                .isEqualTo(content.contains("cat"));
    }

    @Test
    void anIndexOfPandasIsLeftOutAndSaidSo() throws IOException {
        try (RowStream rows = RowStreams.open(text("z.csv", ",a,b\n0,1,2\n1,3,4\n"))) {
            assertThat(rows.warnings()).containsExactly("the first column, \"\", was left out as an index of the rows");
        }
        try (RowStream rows = RowStreams.open(text("z.csv", "i,a,b\n0,1,2\n1,3,4\n"))) {
            assertThat(rows.width()).isEqualTo(3);
            assertThat(rows.warnings()).isEmpty();
        }
    }

    @Test
    void aLabelColumnIsTakenByNameOrPosition() throws IOException {
        Path file = text("z.csv", "kind,a,b\n10,1,2\n9,3,4\n10,5,6\n");
        assertThat(read(RowStreams.open(file)).width).isEqualTo(3);
        for (String column : List.of("kind", "1", "-3")) {
            var selection = new Selection(null, column);
            assertThat(read(RowStreams.open(file, selection)).rows.get(2)).containsExactly(5, 6);
            Labels labels = Objects.requireNonNull(RowStreams.labels(file, selection, note -> {}));
            assertThat(labels.names()).containsExactly("9", "10");
            assertThat(labels.classes()).containsExactly(1, 0, 1);
        }
    }

    @Test
    void aColumnThatNamesEveryRowIsNoLabel() throws IOException {
        Path file = text("z.csv", "file,a\none.png,1\ntwo.png,2\nthree.png,3\n");
        assertThat(read(RowStreams.open(file)).width).isEqualTo(1);
        assertThat(RowStreams.labels(file, Selection.defaults(), note -> {})).isNull();
    }

    @Test
    void missingNumbersOfACsvAreNaN() throws IOException {
        Read read = read(RowStreams.open(text("z.csv", "nan,1\n,2\nInf,3\n4,4\n")));
        assertThat(read.rows).extracting(row -> row[0]).startsWith(Double.NaN, Double.NaN, Double.NaN, 4.0);
    }

    @Test
    void aCompressedCsvIsRead() throws IOException {
        Path file = folder.resolve("z.csv.gz");
        try (var out = new GZIPOutputStream(Files.newOutputStream(file))) {
            out.write("1,2\n3,4\n".getBytes(StandardCharsets.UTF_8));
        }
        assertThat(read(RowStreams.open(file)).rows.get(1)).containsExactly(3, 4);
    }

    @Test
    void labelsOfAnArchiveMayHaveAnyNameOfLabels() throws IOException {
        byte[] names = ArrayFiles.vector(1, 1, 1);
        for (String name : List.of("image_labels", "targets", "Y_train", "label_data")) {
            Path npz = ArrayFiles.npz(
                    folder.resolve(name + ".npz"),
                    true,
                    Map.of("class_names.npy", names, name + ".npy", ArrayFiles.vector(7, 2, 7)));
            assertThat(LabelFile.read(npz, Selection.defaults(), note -> {}).classes())
                    .as(name)
                    .containsExactly(1, 0, 1);
        }
    }

    /// Labels that nobody asked for may be missing; labels that are asked for may not.
    @Test
    void aColumnOrAnArrayWithoutALabelIsSaidOrRefused() throws IOException {
        Path table = text("blank.csv", "a,b,label\n1,5,\n2,6,NA\n4,6,?\n");
        var notes = new ArrayList<String>();
        assertThat(RowStreams.labels(table, Selection.defaults(), notes::add)).isNull();
        assertThat(notes).last().asString().endsWith("found no label in 3 rows; they are read without labels");
        assertThatThrownBy(() -> RowStreams.labels(table, new Selection(null, "label"), note -> {}))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("found no label in 3 rows, expected classes");
        assertThatThrownBy(() -> LabelFile.read(table, Selection.defaults(), note -> {}))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("found no label in 3 rows, expected classes");
        byte[] nan = new byte[24];
        ByteBuffer.wrap(nan).order(ByteOrder.LITTLE_ENDIAN).asDoubleBuffer().put(new double[] {
            Double.NaN, Double.NaN, Double.NaN
        });
        Path npz = ArrayFiles.npz(
                folder.resolve("blank.npz"),
                true,
                Map.of("z.npy", ArrayFiles.vector(1, 2, 3), "y.npy", ArrayFiles.npy("<f8", false, "3,", nan)));
        notes.clear();
        assertThat(RowStreams.labels(npz, Selection.defaults(), notes::add)).isNull();
        assertThat(notes).singleElement().asString().endsWith("found no label in 3 rows; they are read without labels");
        assertThatThrownBy(() -> LabelFile.read(npz, Selection.defaults(), note -> {}))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("found no label in 3 rows, expected classes");
    }

    @Test
    void aLabelThatMayBeAClassIsSaid() throws IOException {
        var notes = new ArrayList<String>();
        LabelFile.read(text("l.txt", "0\n1\n-1\nNA\n0\n"), Selection.defaults(), notes::add);
        assertThat(notes).hasSize(2);
    }

    @Test
    void labelsComeFromEveryFormat() throws IOException {
        var none = Selection.defaults();
        Path npz = ArrayFiles.npz(folder.resolve("l.npz"), true, Map.of("labels.npy", ArrayFiles.vector(7, 2, 7)));
        Path table = text("l.csv", "label\ncat\nant\ncat\n");
        Path wide = text("wide.csv", "id,kind,n\n1,cat,5\n2,ant,6\n3,cat,7\n");
        Path column = file("l.npy", ArrayFiles.npy("<f4", false, "3, 1", new byte[12]));
        assertThat(LabelFile.read(file("y.npy", ArrayFiles.vector(7, 2, 7)), none, note -> {})
                        .classes())
                .containsExactly(1, 0, 1);
        assertThat(LabelFile.read(npz, none, note -> {}).names()).containsExactly("2", "7");
        assertThat(LabelFile.read(text("l.txt", "cat, tame\nant\ncat, tame\n"), none, note -> {})
                        .names())
                .containsExactly("ant", "cat, tame");
        assertThat(LabelFile.read(table, none, note -> {}).names()).containsExactly("ant", "cat");
        assertThat(LabelFile.read(table, none, note -> {}).classes()).containsExactly(1, 0, 1);
        assertThat(LabelFile.read(wide, none, note -> {}).names()).containsExactly("ant", "cat");
        assertThat(LabelFile.read(wide, new Selection(null, "kind"), note -> {}).classes())
                .containsExactly(1, 0, 1);
        assertThat(LabelFile.read(column, none, note -> {}).names()).containsExactly("0");
    }
}
