package org.fullrank.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.fullrank.diagnose.Diagnosis;
import org.fullrank.diagnose.Doctor;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Keyed;
import org.fullrank.rows.Batches;
import org.fullrank.rows.RowStreams;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiagnoseTest {
    private static final String COLUMN = "embedding";

    private static final double TOLERANCE = 1e-9;

    @TempDir
    Path folder;

    @Test
    void figuresOfParquetEqualThoseOfTheCommand() throws Exception {
        Path file = written(table(vectors(9000, 12), DataTypes.FloatType), 1).getFirst();
        Diagnosis found = Diagnose.of("z", Diagnose.numbered(LocalSpark.session(), file.toString()), COLUMN);
        requireSame(found.toMap(), command(file).toMap(), "diagnosis");
    }

    /// The command reads one file. So the same rows are written as one file and as several.
    @Test
    void partitionsAndFilesDoNotChangeTheFigures() throws Exception {
        List<Double[]> rows = vectors(9000, 5);
        Path one = written(table(rows, DataTypes.DoubleType), 1).getFirst();
        Path several = folder.resolve("several");
        Files.createDirectories(several);
        for (int part = 0; part < 3; part++) { // the largest last, because Spark reads large files first
            List<Double[]> some = rows.subList(part * part * 1000, (part + 1) * (part + 1) * 1000);
            Path file = written(table(some, DataTypes.DoubleType), 1).getFirst();
            Files.move(file, several.resolve("part-" + part + ".parquet"));
        }
        Diagnosis found = Diagnose.of("z", Diagnose.numbered(LocalSpark.session(), several.toString()), COLUMN);
        requireSame(found.toMap(), command(one).toMap(), "diagnosis");
        Diagnosis memory = Diagnose.of(
                "z", Diagnose.numbered(table(rows, DataTypes.DoubleType).repartition(1)), COLUMN);
        assertThat(memory.rows()).isEqualTo(9000);
    }

    @Test
    void rowsThatAreNotFiniteAreLeftOutAndNamedLikeInTheCommand() throws Exception {
        List<Double[]> rows = vectors(5000, 4);
        rows.set(7, new Double[] {1.0, Double.NaN, 0.0, 1.0});
        rows.set(4321, new Double[] {1.0, Double.POSITIVE_INFINITY, 0.0, 1.0});
        rows.set(12, null);
        rows.set(13, new Double[] {1.0, 2.0, null, 1.0});
        Path file = written(table(rows, DataTypes.DoubleType), 1).getFirst();
        Diagnosis found = Diagnose.of("z", Diagnose.numbered(LocalSpark.session(), file.toString()), COLUMN);
        assertThat(found.warnings())
                .contains("4 of 5000 rows hold NaN or infinity and are left out (from 0: 7, 12, 13, 4321)");
        requireSame(found.toMap(), command(file).toMap(), "diagnosis");
    }

    @Test
    void columnsOfNumbersAreOneEmbedding() {
        Dataset<Row> rows = Diagnose.numbered(table(vectors(600, 3), DataTypes.DoubleType));
        Dataset<Row> columns = rows.select(
                functions.expr("embedding[0]").as("a"),
                functions.expr("embedding[1]").as("b.c"),
                functions.expr("embedding[2]").as("d"),
                rows.col(Diagnose.NUMBER));
        requireSame(
                Diagnose.of("z", columns, List.of("a", "b.c", "d")).toMap(),
                Diagnose.of("z", rows, COLUMN).toMap(),
                "diagnosis");
    }

    @Test
    void collapsedRowsGetTheVerdictOfTheCommand() throws Exception {
        List<Double[]> rows = vectors(3000, 6);
        rows.replaceAll(row -> Arrays.stream(row).map(x -> row[0]).toArray(Double[]::new)); // one direction
        Path file = written(table(rows, DataTypes.FloatType), 1).getFirst();
        Diagnosis found = Diagnose.of("z", Diagnose.numbered(LocalSpark.session(), file.toString()), COLUMN);
        assertThat(found.isCollapse()).isTrue();
        assertThat(found.verdicts()).isEqualTo(command(file).verdicts());
    }

    /// A diagnosis that counts rows by their place in the partition draws another sample.
    @Test
    void wrongNumbersOfRowsWouldBeSeen() throws Exception {
        Path file = written(table(vectors(9000, 5), DataTypes.DoubleType), 1).getFirst();
        Dataset<Row> rows = Diagnose.numbered(LocalSpark.session(), file.toString());
        Dataset<Row> wrong =
                rows.withColumn(Diagnose.NUMBER, functions.col(Diagnose.NUMBER).plus(1));
        Map<String, Object> expected = command(file).toMap();
        assertThatThrownBy(() -> requireSame(Diagnose.of("z", wrong, COLUMN).toMap(), expected, "diagnosis"))
                .isInstanceOf(AssertionError.class);
    }

    @Test
    void theFirstRowOfAnotherLengthIsNamed() {
        List<Double[]> rows = vectors(2000, 4);
        rows.set(1500, new Double[] {1.0});
        rows.set(1700, new Double[] {1.0, 2.0});
        Dataset<Row> table = Diagnose.numbered(table(rows, DataTypes.DoubleType));
        for (int partitions : new int[] {1, 2, 7}) {
            assertThatThrownBy(() -> Diagnose.of("z", table.repartition(partitions), COLUMN))
                    .isInstanceOf(InputException.class)
                    .hasMessage("z: found a vector of 1 numbers in row 1500, expected 4 as in the first rows;"
                            + " correct it");
        }
    }

    @Test
    void tablesWithoutEmbeddingsAreRefused() {
        Dataset<Row> rows = Diagnose.numbered(table(vectors(10, 4), DataTypes.DoubleType));
        assertThatThrownBy(() -> Diagnose.of("z", rows.limit(0), COLUMN))
                .hasMessage("z: found 0 rows, expected at least 1; embed some items");
        assertThatThrownBy(() -> Diagnose.of("z", rows, "none"))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("found no such column, expected one of embedding");
        assertThatThrownBy(() -> Diagnose.of("z", rows, Diagnose.NUMBER))
                .hasMessageContaining("expected arrays of numbers");
        List<Double[]> none = new ArrayList<>(vectors(3, 2));
        none.replaceAll(row -> new Double[] {Double.NaN, 1.0});
        assertThatThrownBy(() -> Diagnose.of("z", Diagnose.numbered(table(none, DataTypes.DoubleType)), COLUMN))
                .hasMessageContaining("found NaN or infinity in every one of 3 rows");
    }

    @Test
    void errorsOfTheCommandAreOneLine() {
        var err = new StringWriter();
        int code = SubmittedJob.execute(new DiagnoseJob(), new PrintWriter(err, true), "/none/here", "--bogus");
        assertThat(code).isEqualTo(2);
        assertThat(err.toString().strip()).startsWith("error: Unknown option").doesNotContain("\n");
        var out = new ByteArrayOutputStream();
        PrintStream before = System.out;
        System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
        try {
            assertThat(SubmittedJob.execute(new DiagnoseJob(), new PrintWriter(err, true), "--help"))
                    .isZero();
        } finally {
            System.setOut(before);
        }
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("Usage: org.fullrank.spark.Diagnose");
    }

    private static Diagnosis command(Path file) {
        try (Batches batches = Batches.of(RowStreams.open(file))) {
            return Doctor.examine("z", batches).inGeneralWords();
        }
    }

    private List<Path> written(Dataset<Row> rows, int files) throws Exception {
        Path out = Files.createTempDirectory(folder, "out").resolve("z");
        rows.coalesce(files).write().parquet(out.toString());
        try (Stream<Path> all = Files.list(out)) {
            return all.filter(file -> file.toString().endsWith(".parquet"))
                    .sorted()
                    .toList();
        }
    }

    private static Dataset<Row> table(List<Double[]> rows, DataType type) {
        boolean narrow = type.equals(DataTypes.FloatType);
        List<Row> all = rows.stream()
                .map(row -> RowFactory.create((Object)
                        (row == null || !narrow
                                ? row
                                : Arrays.stream(row).map(Double::floatValue).toArray(Float[]::new))))
                .toList();
        return LocalSpark.session().createDataFrame(all, new StructType().add(COLUMN, DataTypes.createArrayType(type)));
    }

    private static List<Double[]> vectors(int rows, int width) {
        var random = Keyed.of(11, rows, width);
        List<Double[]> vectors = new ArrayList<>();
        for (int i = 0; i < rows; i++) {
            Double[] vector = new Double[width];
            for (int j = 0; j < width; j++) {
                vector[j] = 0.3 + random.nextGaussian() / (j + 1);
            }
            vectors.add(vector);
        }
        return vectors;
    }

    /// Compares JSON values: numbers within the tolerance, everything else exactly.
    private static void requireSame(Object found, Object expected, String where) {
        switch (expected) {
            case Map<?, ?> map -> {
                assertThat(((Map<?, ?>) found).keySet()).as(where).isEqualTo(map.keySet());
                map.forEach((key, value) -> {
                    if (value != null) {
                        requireSame(Objects.requireNonNull(((Map<?, ?>) found).get(key)), value, where + "." + key);
                    }
                });
            }
            case List<?> list -> {
                assertThat((List<?>) found).as(where).hasSameSizeAs(list);
                for (int i = 0; i < list.size(); i++) {
                    requireSame(((List<?>) found).get(i), list.get(i), where + "[" + i + "]");
                }
            }
            case double[] values -> {
                double largest = Arrays.stream(values).map(Math::abs).max().orElse(0);
                for (int i = 0; i < values.length; i++) {
                    double error = Math.abs(((double[]) found)[i] - values[i]);
                    assertThat(error).as("%s[%d]", where, i).isLessThanOrEqualTo(TOLERANCE * Math.max(1, largest));
                }
            }
            case Double value
            when Double.isFinite(value) ->
                assertThat(Math.abs((Double) found - value))
                        .as(where)
                        .isLessThanOrEqualTo(TOLERANCE * Math.max(1, Math.abs(value)));
            default -> assertThat(found).as(where).isEqualTo(expected);
        }
    }
}
