package org.fullrank.spark;

import java.io.Serializable;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.fullrank.data.Images;
import org.fullrank.data.Vectors;
import org.fullrank.engine.InputException;
import org.fullrank.trained.TrainedEncoder;

/// Embeds images or rows of numbers with the encoder of a run. The result has the columns [#NAME] and
/// [#EMBEDDING].
///
/// ```java
/// EmbedSettings settings = EmbedSettings.latest("hdfs:///runs/mine");
/// Dataset<Row> photos = Embed.folder(spark, "hdfs:///photos");
/// Embed.images(photos, Embed.NAME, Embed.CONTENT, settings).write().parquet("hdfs:///embeddings");
/// ```
///
/// Images are decoded and resized by the code of `fullrank embed`, and encoded in batches of the same size. So
/// each embedding is bitwise equal to that of the command on the same kind of processor with the same number of
/// threads, if the command embeds at least [org.fullrank.probe.Embedder#BATCH] items.
///
/// Each executor opens the encoder once. Its tasks decode at the same time and encode one after another.
public final class Embed {
    /// The column of names.
    public static final String NAME = "name";

    /// The column of the bytes of image files.
    public static final String CONTENT = "content";

    /// The column of embeddings, arrays of float.
    public static final String EMBEDDING = "embedding";

    /// The files of a folder that are images.
    static final String IMAGES = "*.{png,PNG,jpg,JPG,jpeg,JPEG,gif,GIF,bmp,BMP,tif,TIF,tiff,TIFF,webp,WEBP}";

    /// Number of Spark's partitions of files that are merged: about two batches of images.
    private static final int MERGED = 16;

    private Embed() {}

    /// The command for `spark-submit`.
    public static void main(String[] arguments) {
        SubmittedJob.run(new EmbedJob(), arguments);
    }

    /// The image files in a folder and its subfolders, with the columns [#NAME] (path relative to the folder) and
    /// [#CONTENT]. Hidden files and files with other endings than those of images are left out.
    ///
    /// @param folder path of any Hadoop file system
    /// @throws InputException when there is no such folder
    public static Dataset<Row> folder(SparkSession spark, String folder) {
        Path root = SubmittedJob.existing(spark, folder);
        Dataset<Row> files = spark.read()
                .format("binaryFile")
                .option("recursiveFileLookup", "true")
                .option("pathGlobFilter", IMAGES)
                .load(root.toString());
        String text = root.toString();
        int skipped = text.codePointCount(0, text.length()) + (root.isRoot() ? 0 : 1);
        Column relative = functions.expr("substring(path, %d)".formatted(skipped + 1));
        return merged(files.select(relative.as(NAME), files.col(CONTENT)));
    }

    /// Spark counts each file as 4 MiB and puts about 32 into a partition, which would be an eighth of a batch.
    private static Dataset<Row> merged(Dataset<Row> files) {
        int found = files.javaRDD().getNumPartitions();
        int least = files.sparkSession().sparkContext().defaultParallelism();
        return files.coalesce(Math.max(1, Math.max(Math.min(found, least), found / MERGED)));
    }

    /// Embeds images.
    ///
    /// @param rows a table
    /// @param name column of names, of any type
    /// @param content column of the bytes of image files, or a struct with a field `bytes`
    /// @return [#NAME] and [#EMBEDDING]; an action on it throws an [InputException], as the cause of the
    ///     exception of Spark, when an image cannot be read
    /// @throws InputException when there is no such column
    public static Dataset<Row> images(Dataset<Row> rows, String name, String content, EmbedSettings settings) {
        var field = TableColumns.field(rows, content);
        boolean struct = field.dataType() instanceof StructType;
        InputException.unless(
                struct || field.dataType().equals(DataTypes.BinaryType),
                "column %s: found %s, expected the bytes of image files; name another column",
                content,
                field.dataType().simpleString());
        Column bytes = rows.col(struct ? TableColumns.quoted(content) + ".bytes" : TableColumns.quoted(content));
        return embed(
                rows.select(rows.col(TableColumns.quoted(name)).as(NAME), bytes.as(CONTENT)), new ImagePart(settings));
    }

    /// Embeds rows of numbers.
    ///
    /// @param rows a table
    /// @param name column of names, of any type
    /// @param columns the columns that the training learned from, in their order, not standardized
    /// @return [#NAME] and [#EMBEDDING]; an action on it throws an [InputException], as the cause of the
    ///     exception of Spark, when a number is missing
    /// @throws InputException when there is no such column of numbers
    public static Dataset<Row> rows(Dataset<Row> rows, String name, List<String> columns, EmbedSettings settings) {
        Stream<Column> numbers =
                columns.stream().map(column -> TableColumns.number(rows, column).cast("float"));
        Column[] all = Stream.concat(
                        Stream.of(rows.col(TableColumns.quoted(name)).as(NAME)), numbers)
                .toArray(Column[]::new);
        return embed(rows.select(all), new NumberPart(settings, List.copyOf(columns)));
    }

    private static Dataset<Row> embed(Dataset<Row> rows, MapPartitionsFunction<Row, Row> part) {
        StructType schema = new StructType()
                .add(NAME, rows.schema().apply(NAME).dataType())
                .add(EMBEDDING, DataTypes.createArrayType(DataTypes.FloatType, false), false);
        return rows.mapPartitions(part, Encoders.row(schema));
    }

    private record ImagePart(EmbedSettings settings) implements MapPartitionsFunction<Row, Row>, Serializable {
        @Override
        public Iterator<Row> call(Iterator<Row> rows) {
            return new PartEmbedder<>(settings, rows, ImagePart::requireFit, ImagePart::decode, Images::joined);
        }

        private static void requireFit(TrainedEncoder encoder) {
            InputException.unless(
                    encoder.readsImages(),
                    "--content: found a column of images, expected numbers, because the encoder does not read images; use"
                            + " --columns");
        }

        private static Images decode(TrainedEncoder encoder, Row row) {
            String subject = "image " + row.get(0);
            InputException.when(row.isNullAt(1), "%s: found no bytes, expected an image file; leave it out", subject);
            return encoder.decode(subject, row.getAs(1));
        }
    }

    private record NumberPart(EmbedSettings settings, List<String> columns)
            implements MapPartitionsFunction<Row, Row>, Serializable {
        @Override
        public Iterator<Row> call(Iterator<Row> rows) {
            return new PartEmbedder<>(settings, rows, this::requireFit, this::decode, NumberPart::joined);
        }

        private void requireFit(TrainedEncoder encoder) {
            int width = encoder.rowWidth();
            InputException.unless(
                    columns.size() == width,
                    "columns: found %d, expected %d as in the training; name those that the encoder reads",
                    columns.size(),
                    width);
        }

        private float[] decode(TrainedEncoder encoder, Row row) {
            float[] values = new float[columns.size()];
            for (int i = 0; i < values.length; i++) {
                values[i] = row.isNullAt(i + 1) ? Float.NaN : row.getFloat(i + 1);
                InputException.unless(
                        Float.isFinite(values[i]),
                        "row %s: found %s in the column %s, expected a finite number; fill it or leave the row out",
                        row.get(0),
                        row.get(i + 1),
                        columns.get(i));
            }
            return values;
        }

        private static Vectors joined(List<float[]> rows) {
            int width = rows.getFirst().length;
            float[] values = new float[rows.size() * width];
            for (int i = 0; i < rows.size(); i++) {
                System.arraycopy(rows.get(i), 0, values, i * width, width);
            }
            return Vectors.of(values, width);
        }
    }
}
