package org.fullrank.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.fullrank.engine.InputException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbedTest {
    private static final List<String> FEATURES = List.of("f0", "f1", "f2", "f3", "f4", "f5");

    @TempDir
    static Path folder;

    private static Path photos;
    private static Path run;

    @BeforeAll
    static void trainOnImages() throws IOException {
        photos = folder.resolve("photos");
        run = folder.resolve("run");
        SmallRun.photos(photos);
        SmallRun.train(photos, run, "views.size=16", "encoder={type: convnet, channels: [4, 8]}");
    }

    @Test
    void imagesOfAFolderHaveTheBitsOfTheCommand() {
        SortedMap<String, float[]> expected = SmallRun.embedded(run);
        assertThat(expected).hasSize(SmallRun.ITEMS);
        Dataset<Row> files = Embed.folder(LocalSpark.session(), photos.toString());
        requireEqual(images(files, EmbedSettings.latest(run.toString())), expected);
    }

    /// The last rows of each partition are in a batch of their own: here 100, 8, or 1 of them.
    @Test
    void partitionsChangeNoBit() {
        SortedMap<String, float[]> expected = SmallRun.embedded(run);
        Dataset<Row> files = Embed.folder(LocalSpark.session(), photos.toString());
        EmbedSettings settings = EmbedSettings.latest(run.toString());
        requireEqual(images(files.repartition(3), settings), expected);
        requireEqual(images(files.limit(8).repartition(8), settings), expected);
        assertThat(SharedEncoder.count()).isEqualTo(1);
    }

    @Test
    void aTableOfImagesIsEmbeddedLikeTheFolder() {
        Dataset<Row> files = Embed.folder(LocalSpark.session(), photos.toString());
        Dataset<Row> table = files.limit(5)
                .select(
                        files.col(Embed.NAME).as("the.id"),
                        functions.struct(files.col(Embed.CONTENT).as("bytes")).as("image"));
        Dataset<Row> found = Embed.images(table, "the.id", "image", EmbedSettings.latest(run.toString()));
        requireEqual(collected(found), SmallRun.embedded(run));
    }

    @Test
    void rowsOfNumbersHaveTheBitsOfTheCommand() {
        Path data = folder.resolve("rows.npy");
        float[] values = SmallRun.rows(data);
        Path trained = folder.resolve("mlp");
        SmallRun.train(data, trained, "views.preset=vector", "encoder={type: mlp, widths: [64, 32]}");
        EmbedSettings settings = EmbedSettings.latest(trained.toString());
        Dataset<Row> table = table(values);
        SortedMap<String, float[]> expected = SmallRun.embedded(trained);
        requireEqual(collected(Embed.rows(table, "id", FEATURES, settings)), expected);
        requireEqual(collected(Embed.rows(table.repartition(7), "id", FEATURES, settings)), expected);

        Dataset<Row> gap = table.withColumn("f3", functions.expr("if(id = 17, null, f3)"));
        assertInput(() -> collected(Embed.rows(gap, "id", FEATURES, settings)))
                .hasMessageContaining("row 17: found null in the column f3, expected a finite number");
        assertInput(() -> collected(Embed.rows(table, "id", FEATURES.subList(0, 5), settings)))
                .hasMessageContaining("columns: found 5, expected 6 as in the training");
        assertInput(() -> Embed.rows(table, "id", List.of("f9"), settings))
                .hasMessageContaining("column f9: found no such column, expected one of id, f0");
    }

    @Test
    void aBadImageIsRefusedByNameOrSkippedAndCounted() throws IOException {
        Path all = folder.resolve("bad");
        Path bad = Files.createDirectories(all.resolve("sub"));
        Files.copy(photos.resolve("a 1.png"), bad.resolve("good.png"));
        Files.writeString(bad.resolve("no image.png"), "text");
        Files.writeString(bad.resolve("notes.txt"), "text");
        Dataset<Row> files = Embed.folder(LocalSpark.session(), all.toString());
        EmbedSettings settings = EmbedSettings.latest(run.toString());
        assertInput(() -> images(files, settings)).hasMessageContaining("image sub/no image.png");

        var skipped = LocalSpark.session().sparkContext().longAccumulator("bad");
        SortedMap<String, float[]> found = images(files, settings.skipping(skipped));
        assertThat(found).containsOnlyKeys("sub/good.png");
        assertThat(skipped.value()).isEqualTo(1);
        assertThat(found.get("sub/good.png"))
                .containsExactly(SmallRun.embedded(run).get("a 1.png"));
    }

    @Test
    void missingRunsFoldersAndColumnsAreNamed() {
        assertInput(() -> EmbedSettings.latest(folder.resolve("none").toString()))
                .hasMessageContaining("found no such folder on");
        assertInput(() -> EmbedSettings.latest(photos.toString())).hasMessageContaining(photos.toString());
        assertInput(() -> Embed.folder(
                        LocalSpark.session(), folder.resolve("none").toString()))
                .hasMessageContaining("found no such file or folder");
        Dataset<Row> files = Embed.folder(LocalSpark.session(), photos.toString());
        assertInput(() -> Embed.images(files, Embed.NAME, "name", EmbedSettings.latest(run.toString())))
                .hasMessageContaining("column name: found string, expected the bytes of image files");
    }

    @Test
    void wrongOptionsEndBeforeTheWork() {
        LocalSpark.session(); // the command would start one
        for (String[] options :
                List.of(new String[] {"--run", "r"}, new String[] {"--out", "o", "--images", "i"}, new String[] {
                    "--run", "r", "--out", "o", "--what"
                })) {
            var err = new StringWriter();
            assertThat(SubmittedJob.execute(new EmbedJob(), new PrintWriter(err, true), options))
                    .isEqualTo(2);
            assertThat(err.toString()).startsWith("error: ").hasLineCount(1);
        }
    }

    private static SortedMap<String, float[]> images(Dataset<Row> files, EmbedSettings settings) {
        return collected(Embed.images(files, Embed.NAME, Embed.CONTENT, settings));
    }

    private static SortedMap<String, float[]> collected(Dataset<Row> embedded) {
        var byName = new TreeMap<String, float[]>();
        for (Row row : embedded.collectAsList()) {
            List<Float> values = row.getList(1);
            float[] copy = new float[values.size()];
            IntStream.range(0, copy.length).forEach(i -> copy[i] = values.get(i));
            byName.put(String.valueOf(row.get(0)), copy);
        }
        return byName;
    }

    private static void requireEqual(SortedMap<String, float[]> found, SortedMap<String, float[]> expected) {
        assertThat(found).isNotEmpty();
        assertThat(expected.keySet()).containsAll(found.keySet());
        found.forEach(
                (name, row) -> assertThat(row).as(name).containsExactly(Objects.requireNonNull(expected.get(name))));
    }

    private static org.assertj.core.api.AbstractThrowableAssert<?, ? extends Throwable> assertInput(
            org.assertj.core.api.ThrowableAssert.ThrowingCallable work) {
        return assertThatThrownBy(() -> {
                    try {
                        work.call();
                    } catch (Exception e) {
                        throw Objects.requireNonNull(SubmittedJob.known(e), e::toString);
                    }
                })
                .isInstanceOf(InputException.class);
    }

    private static Dataset<Row> table(float[] values) {
        StructType schema = new StructType().add("id", DataTypes.IntegerType);
        for (String feature : FEATURES) {
            schema = schema.add(feature, DataTypes.DoubleType);
        }
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < SmallRun.ITEMS; i++) {
            Object[] row = new Object[1 + FEATURES.size()];
            row[0] = i;
            for (int j = 0; j < FEATURES.size(); j++) {
                row[j + 1] = (double) values[i * FEATURES.size() + j];
            }
            rows.add(RowFactory.create(row));
        }
        return LocalSpark.session().createDataFrame(rows, schema);
    }
}
