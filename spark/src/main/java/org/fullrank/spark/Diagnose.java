package org.fullrank.spark;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.LongType;
import org.apache.spark.sql.types.StructType;
import org.fullrank.diagnose.Diagnosis;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Threads;

/// Diagnoses the embeddings in a table. The verdict and the figures are those of `fullrank diagnose` on the
/// same rows: the sample is the same, and the moments differ by rounding only. Labels are not read, as with
/// `--label-column none`.
///
/// ```java
/// Dataset<Row> rows = Diagnose.numbered(spark, "hdfs:///embeddings");
/// Diagnosis diagnosis = Diagnose.of("embeddings", rows, "embedding");
/// ```
///
/// The random sample depends on the numbers of the rows. They are in the column [#NUMBER]. [#numbered] counts
/// through the files of a folder in the order of their names, so the numbers do not depend on the cluster. A
/// row of null, of nothing, or with NaN, infinity or a missing number is left out and counted.
public final class Diagnose {
    /// The column with the number of each row, from 0.
    public static final String NUMBER = "fullrank_row";

    /// Levels of the tree in which summaries are merged; the usual number of Spark.
    private static final int TREE_DEPTH = 2;

    private Diagnose() {}

    /// The command for `spark-submit`.
    public static void main(String[] arguments) {
        SubmittedJob.run(new DiagnoseJob(), arguments);
    }

    /// The rows of Parquet files, with their numbers in the column [#NUMBER].
    ///
    /// @param path a file or folder of any Hadoop file system
    /// @throws InputException when it does not exist
    public static Dataset<Row> numbered(SparkSession spark, String path) {
        Path found = SubmittedJob.existing(spark, path);
        Dataset<Row> rows = spark.read()
                .parquet(found.toString())
                .withColumn("fullrank_file", functions.col("_metadata.file_path"))
                .withColumn(NUMBER, functions.col("_metadata.row_index"));
        List<Row> files =
                rows.groupBy("fullrank_file").count().orderBy("fullrank_file").collectAsList();
        if (files.size() < 2) {
            return rows.drop("fullrank_file");
        }
        var begins = new ArrayList<Row>();
        long begin = 0;
        for (Row file : files) {
            begins.add(RowFactory.create(file.get(0), begin));
            begin += file.getLong(1);
        }
        StructType schema =
                new StructType().add("fullrank_file", DataTypes.StringType).add("fullrank_begin", DataTypes.LongType);
        Dataset<Row> offsets = spark.createDataFrame(begins, schema);
        return rows.join(functions.broadcast(offsets), "fullrank_file")
                .withColumn(NUMBER, functions.col(NUMBER).plus(functions.col("fullrank_begin")))
                .drop("fullrank_file", "fullrank_begin");
    }

    /// The rows of any table with their numbers in the column [#NUMBER], in the order of the partitions. The
    /// rows are read twice, so they must have the same order both times.
    public static Dataset<Row> numbered(Dataset<Row> rows) {
        JavaRDD<Row> numbered = rows.javaRDD().zipWithIndex().map(pair -> {
            Row row = pair._1();
            Object[] values = new Object[row.size() + 1];
            for (int i = 0; i < row.size(); i++) {
                values[i] = row.get(i);
            }
            values[row.size()] = pair._2();
            return RowFactory.create(values);
        });
        return rows.sparkSession().createDataFrame(numbered, rows.schema().add(NUMBER, DataTypes.LongType, false));
    }

    /// The diagnosis of a column of arrays of numbers, all of one length D.
    ///
    /// @param subject what is examined, for messages
    /// @param rows a table with the column [#NUMBER]
    /// @throws InputException when there is no such column, when there are no rows, when none is finite, or
    ///     when two arrays differ in length
    public static Diagnosis of(String subject, Dataset<Row> rows, String column) {
        return of(
                subject,
                rows,
                TableColumns.vector(rows, column),
                TableColumns.isFloat(TableColumns.field(rows, column).dataType()));
    }

    /// The diagnosis of D columns of numbers.
    ///
    /// @param subject what is examined, for messages
    /// @param rows a table with the column [#NUMBER]
    /// @throws InputException when there is no such column, when there are no rows, or when none is finite
    public static Diagnosis of(String subject, Dataset<Row> rows, List<String> columns) {
        InputException.when(columns.isEmpty(), "columns: found none, expected at least one; name columns of numbers");
        boolean narrow = columns.stream()
                .allMatch(name -> TableColumns.field(rows, name).dataType().equals(DataTypes.FloatType));
        Stream<Column> numbers =
                columns.stream().map(name -> TableColumns.number(rows, name).cast(narrow ? "float" : "double"));
        return of(subject, rows, functions.array(numbers.toArray(Column[]::new)), narrow);
    }

    private static Diagnosis of(String subject, Dataset<Row> rows, Column vectors, boolean narrow) {
        InputException.unless(
                TableColumns.field(rows, NUMBER).dataType() instanceof LongType,
                "column %s: found another type than bigint, expected numbers of rows; make it with Diagnose.numbered",
                NUMBER);
        Dataset<Row> chosen = rows.select(vectors, rows.col(NUMBER));
        JavaRDD<byte[]> parts = internal(chosen)
                .mapPartitions(part -> List.of(summary(part, !narrow)).iterator());
        byte[] nothing = PartSummary.empty().bytes();
        // The driver gets one summary. All of them together could be too large for it.
        byte[] whole = parts.treeAggregate(nothing, Diagnose::merged, Diagnose::merged, TREE_DEPTH, true);
        Threads.use(Threads.resolve(0));
        return PartSummary.of(whole).diagnosis(subject).inGeneralWords();
    }

    private static byte[] summary(Iterator<InternalRow> part, boolean wide) {
        return PartSummary.of(part, wide).bytes();
    }

    private static byte[] merged(byte[] one, byte[] two) {
        return PartSummary.of(one).merge(PartSummary.of(two)).bytes();
    }

    /// The rows as Spark holds them. A row as a Java object would have a box around each number.
    private static JavaRDD<InternalRow> internal(Dataset<Row> rows) {
        return ((org.apache.spark.sql.classic.Dataset<Row>) rows)
                .queryExecution()
                .toRdd()
                .toJavaRDD();
    }
}
