package org.fullrank.spark;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.fullrank.diagnose.Diagnosis;
import org.fullrank.diagnose.DiagnosisText;
import org.fullrank.engine.InputException;
import org.fullrank.file.JsonFile;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Diagnoses the embeddings in a table.
@Command(
        name = "org.fullrank.spark.Diagnose",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Reports whether embeddings have collapsed, in which way, and what to change.",
        footer = {
            "",
            "The path is one of any Hadoop file system. Rows of Parquet files are numbered in the order of the names of"
                    + " the files, other rows in the order of the partitions. The numbers decide on the sample.",
            "",
            "Examples:",
            "  hdfs:///embeddings",
            "  z.parquet --column z --json",
            "  table.csv --format csv --columns a,b,c"
        })
final class DiagnoseJob extends SubmittedJob {
    @Parameters(paramLabel = "PATH", description = "A table with embeddings.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private String path;

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            description = "The format of the table, as Spark calls it. Default: parquet.")
    private String format = "parquet";

    @Option(
            names = "--option",
            paramLabel = "KEY=VALUE",
            description = "An option of the format, such as header=true. You can give this option several times.")
    private Map<String, String> options = Map.of();

    @Option(
            names = "--column",
            paramLabel = "COLUMN",
            description = "The column of arrays of numbers. Default: the only one, or one with a usual name such as"
                    + " embedding, z or x.")
    private @Nullable String column;

    @Option(
            names = "--columns",
            paramLabel = "LIST",
            split = ",",
            description = "Columns of numbers, one for each dimension, in place of --column.")
    private List<String> columns = new ArrayList<>();

    @Option(
            names = "--full",
            description =
                    "Prints all figures. Default: seven figures, and up to five others out of their healthy range.")
    private boolean full;

    @Option(names = "--json", description = "Prints the diagnosis as one JSON object.")
    private boolean json;

    @Override
    int work(SparkSession spark) {
        InputException.when(
                column != null && !columns.isEmpty(),
                "--column: found --columns too, expected one of them; leave one out");
        Dataset<Row> rows = format.equals("parquet")
                ? Diagnose.numbered(spark, path)
                : Diagnose.numbered(spark.read()
                        .format(format)
                        .options(options)
                        .load(SubmittedJob.existing(spark, path).toString()));
        Diagnosis found = columns.isEmpty()
                ? Diagnose.of(path, rows, column == null ? TableColumns.vectors(rows) : column)
                : Diagnose.of(path, rows, columns);
        if (json) {
            System.out.println(JsonFile.text(Map.of("diagnoses", List.of(found.toMap()))));
        } else {
            System.out.print(full ? DiagnosisText.of(found) : DiagnosisText.brief(found));
        }
        return ExitCode.OK;
    }
}
