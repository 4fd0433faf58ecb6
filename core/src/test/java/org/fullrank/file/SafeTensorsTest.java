package org.fullrank.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SafeTensorsTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource(
            value = ScalarType.class,
            names = {"Double", "Float", "Half", "BFloat16", "Long", "Int", "Byte"})
    void everyTypeIsReadBackAsWritten(ScalarType type) {
        Path file = folder.resolve("t.safetensors");
        double[] numbers = {0, 1, 2, 3, 100, 127};
        try (var scope = Scope.open()) {
            var tensors = new LinkedHashMap<String, Tensor>();
            tensors.put("first", Tensors.of(numbers, 2, 3).to(type));
            tensors.put("empty", Tensors.zeros(org.fullrank.engine.Device.CPU, type, 0, 4));
            tensors.put("scalar", Tensors.of(new double[] {5}, 1).squeeze(0).to(type));
            SafeTensors.write(file, tensors, Map.of("step", "12"));
            try (var saved = SafeTensors.open(file)) {
                assertThat(saved.names()).containsExactly("first", "empty", "scalar");
                assertThat(saved.metadata()).containsExactly(Map.entry("step", "12"));
                assertThat(saved.shape("first")).containsExactly(2, 3);
                assertThat(saved.shape("empty")).containsExactly(0, 4);
                assertThat(saved.shape("scalar")).isEmpty();
                assertThat(saved.shape("third")).isNull();
                Tensor back = Tensors.zeros(org.fullrank.engine.Device.CPU, type, 2, 3);
                saved.copyInto("first", back);
                assertThat(Tensors.doubles(back)).containsExactly(numbers);
                Tensor wide = Tensors.zeros(org.fullrank.engine.Device.CPU, ScalarType.Double, 2, 3);
                saved.copyInto("first", wide);
                assertThat(Tensors.doubles(wide)).containsExactly(numbers);
            }
        }
    }

    @Test
    void aTransposedTensorIsWrittenInItsOwnOrder() {
        Path file = folder.resolve("t.safetensors");
        try (var scope = Scope.open()) {
            Tensor t = Tensors.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3).t(); // [3, 2]
            SafeTensors.write(file, Map.of("t", t), Map.of());
            try (var saved = SafeTensors.open(file)) {
                Tensor back = Tensors.zeros(org.fullrank.engine.Device.CPU, ScalarType.Float, 3, 2);
                saved.copyInto("t", back);
                assertThat(Tensors.floats(back)).containsExactly(1, 4, 2, 5, 3, 6);
            }
        }
    }

    /// The layout of the Python library: sorted keys, metadata `format`, numbers right after the header.
    @Test
    void aFileOfThePythonLibraryIsRead() throws IOException {
        Path file = write(
                "{\"__metadata__\":{\"format\":\"pt\"},\"fc.weight\":{\"dtype\":\"F32\",\"shape\":[2,2],"
                        + "\"data_offsets\":[0,16]},\"n\":{\"dtype\":\"I64\",\"shape\":[],\"data_offsets\":[16,24]}}  ",
                ByteBuffer.allocate(24)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putFloat(1.5f)
                        .putFloat(-2f)
                        .putFloat(0.25f)
                        .putFloat(8f)
                        .putLong(77)
                        .array());
        try (var scope = Scope.open();
                var saved = SafeTensors.open(file)) {
            Tensor weight = Tensors.zeros(org.fullrank.engine.Device.CPU, ScalarType.Float, 2, 2);
            saved.copyInto("fc.weight", weight);
            assertThat(Tensors.floats(weight)).containsExactly(1.5f, -2f, 0.25f, 8f);
            Tensor n = Tensors.zeros(org.fullrank.engine.Device.CPU, ScalarType.Long);
            saved.copyInto("n", n);
            assertThat(Tensors.longs(n)).containsExactly(77);
            assertThat(saved.metadata()).containsEntry("format", "pt");
        }
    }

    @Test
    void theNumbersStartAtAMultipleOfEight() throws IOException {
        Path file = folder.resolve("t.safetensors");
        try (var scope = Scope.open()) {
            for (String name : List.of("a", "ab", "abc", "abcd", "é")) {
                SafeTensors.write(file, Map.of(name, Tensors.of(new float[] {1}, 1)), Map.of());
                byte[] bytes = Files.readAllBytes(file);
                long header =
                        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
                assertThat(header % 8).isZero();
                assertThat(bytes).hasSize((int) (8 + header + 4));
            }
        }
    }

    private record Damage(String what, String header) {}

    static List<Damage> damages() {
        return List.of(
                new Damage("offset outside", one("F32", "[2]", "[0,8]").replace("[0,8]", "[12,20]")),
                new Damage("offset beyond any file", one("F32", "[2]", "[9223372036854775799,9223372036854775807]")),
                new Damage("offset not a long", one("F32", "[2]", "[0,92233720368547758080000]")),
                new Damage("end before begin", one("F32", "[2]", "[8,0]")),
                new Damage("negative begin", one("F32", "[2]", "[-8,0]")),
                new Damage("no offsets", "{\"w\":{\"dtype\":\"F32\",\"shape\":[2]}}"),
                new Damage("negative size", one("F32", "[-2]", "[0,8]")),
                new Damage("two negative sizes", one("F32", "[-1,-2]", "[0,8]")),
                new Damage("fractional size", one("F32", "[2.5]", "[0,8]")),
                new Damage("size as text", one("F32", "[\"2\"]", "[0,8]")),
                new Damage("shape not a list", one("F32", "4", "[0,4]")),
                new Damage("product beyond a long", one("F32", "[4294967296,4294967296,4294967296]", "[0,8]")),
                new Damage("product that wraps to 2", one("F32", "[4611686018427387905,4,2]", "[0,8]")),
                new Damage("bytes beyond a long", one("F64", "[2305843009213693952]", "[0,0]")),
                new Damage("size not a long", one("F32", "[18446744073709551618]", "[0,8]")),
                new Damage("claims 100 GB", one("F32", "[25000000000]", "[0,100000000000]")),
                new Damage("size and bytes disagree", one("F32", "[2]", "[0,4]")),
                new Damage("bytes of an unknown type behind the end", one("F8_E4M3", "[80]", "[0,80]")),
                new Damage("type missing", "{\"w\":{\"shape\":[2],\"data_offsets\":[0,8]}}"),
                new Damage("entry not an object", "{\"w\":3}"),
                new Damage(
                        "overlap",
                        "{\"v\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},"
                                + "\"w\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[4,12]}}"),
                new Damage(
                        "name twice",
                        "{\"w\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},"
                                + "\"w\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[8,12]}}"),
                new Damage("not JSON", "{\"w\":"),
                new Damage("a list", "[1,2]"),
                new Damage("only blanks", "          "),
                new Damage("nested without end", "[".repeat(5000)));
    }

    private static String one(String type, String shape, String offsets) {
        return "{\"w\":{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":%s}}".formatted(type, shape, offsets);
    }

    @ParameterizedTest
    @MethodSource("damages")
    void aHeaderThatLiesIsRefusedInOneLine(Damage damage) throws IOException {
        refused(write(damage.header(), new byte[16]));
    }

    @ParameterizedTest
    @ValueSource(longs = {100_000_000_000L, Long.MAX_VALUE, -1, 0, 1, 1000})
    void aHeaderLengthThatLiesIsRefused(long length) throws IOException {
        Path file = folder.resolve("lies.safetensors");
        byte[] bytes = new byte[200];
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(length);
        Files.write(file, bytes);
        refused(file);
    }

    @Test
    void everyTruncationOfAFileIsRefused() throws IOException {
        Path whole = write(one("F32", "[2]", "[0,8]"), new byte[8]);
        byte[] bytes = Files.readAllBytes(whole);
        for (int length = 0; length < bytes.length; length++) {
            refused(Files.write(folder.resolve("cut.safetensors"), Arrays.copyOf(bytes, length)));
        }
    }

    @Test
    void aMissingFileOrAFolderIsRefused() {
        refused(folder.resolve("nothing.safetensors"));
        refused(folder);
    }

    @Test
    void anotherShapeOrNameIsRefusedByName() throws IOException {
        Path file = write(one("F32", "[2]", "[0,8]"), new byte[8]);
        try (var scope = Scope.open();
                var saved = SafeTensors.open(file)) {
            Tensor target = Tensors.of(new float[3], 3);
            assertThatThrownBy(() -> saved.copyInto("w", target))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("w has shape [2], expected [3]");
            assertThatThrownBy(() -> saved.copyInto("v", target))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("no tensor v");
        }
    }

    @Test
    void aTensorOfAnUnknownTypeIsRefusedOnlyWhenItIsAskedFor() throws IOException {
        Path file = write(
                "{\"m\":{\"dtype\":\"BOOL\",\"shape\":[8],\"data_offsets\":[0,8]},"
                        + "\"w\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,16]}}",
                new byte[16]);
        try (var scope = Scope.open();
                var saved = SafeTensors.open(file)) {
            assertThat(saved.names()).containsExactly("w");
            assertThat(saved.others()).containsExactly("m (BOOL)");
            saved.copyInto("w", Tensors.of(new float[2], 2));
            assertThatThrownBy(() -> saved.copyInto("m", Tensors.of(new float[8], 8)))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("m has type BOOL, expected F64");
        }
    }

    private static void refused(Path file) {
        assertThatThrownBy(() -> SafeTensors.open(file).close())
                .isInstanceOf(InputException.class)
                .message()
                .contains(file.getFileName().toString())
                .doesNotContain("\n")
                .hasSizeLessThan(600);
    }

    private Path write(String header, byte[] data) throws IOException {
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        ByteBuffer bytes = ByteBuffer.allocate(8 + json.length + data.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(json.length).put(json).put(data);
        return Files.write(folder.resolve("t.safetensors"), bytes.array());
    }
}
