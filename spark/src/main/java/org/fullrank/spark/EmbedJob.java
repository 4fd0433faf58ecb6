package org.fullrank.spark;

import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.LongAccumulator;
import org.fullrank.engine.InputException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;

/// Embeds images or a table and writes Parquet.
@Command(
        name = "org.fullrank.spark.Embed",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Embeds images or rows of numbers with the encoder of a run and writes Parquet files with the"
                + " columns name and embedding.",
        footer = {
            "",
            "A path can be in any Hadoop file system. Every machine must be able to read RUN.",
            "",
            "Examples:",
            "  --run hdfs:///runs/mine --images hdfs:///photos --out hdfs:///embeddings",
            "  --run runs/mine --table photos.parquet --name id --content image --out embeddings",
            "  --run runs/mine --table sensors.parquet --name id --columns a,b,c --out embeddings"
        })
final class EmbedJob extends SubmittedJob {
    @Option(names = "--run", paramLabel = "RUN", required = true, description = "Run folder.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private String run;

    @Option(
            names = "--best",
            description = "Uses the checkpoint with the best score during training instead of the latest checkpoint.")
    private boolean best;

    @Option(
            names = "--images",
            paramLabel = "FOLDER",
            description = "A folder of image files. Their paths relative to it become the names.")
    private @Nullable String images;

    @Option(
            names = "--table",
            paramLabel = "PATH",
            description = "A table with images or numbers, in place of --images.")
    private @Nullable String table;

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            defaultValue = "parquet",
            description = "The format of the table, as Spark calls it. Default: parquet.")
    private String format = "parquet";

    @Option(names = "--name", paramLabel = "COLUMN", description = "The column of the table with the names.")
    private @Nullable String name;

    @Option(
            names = "--content",
            paramLabel = "COLUMN",
            description = "The column of the table with the bytes of image files.")
    private @Nullable String content;

    @Option(
            names = "--columns",
            paramLabel = "LIST",
            split = ",",
            description = "The columns of numbers that the encoder was trained on, in their order.")
    private List<String> columns = new ArrayList<>();

    @Option(names = "--out", paramLabel = "PATH", required = true, description = "The folder for the Parquet files.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private String out;

    @Option(names = "--overwrite", description = "Replaces the folder for the Parquet files if it exists.")
    private boolean overwrite;

    @Option(
            names = "--skip-bad",
            description = "Leaves out images and rows that cannot be embedded, and counts them. Default: the first of"
                    + " them ends the job.")
    private boolean skipBad;

    @Override
    int work(SparkSession spark) {
        requireOptions();
        EmbedSettings settings = best ? EmbedSettings.best(run) : EmbedSettings.latest(run);
        LongAccumulator skipped = spark.sparkContext().longAccumulator("skipped");
        if (skipBad) {
            settings = settings.skipping(skipped);
        }
        requireFree(spark);
        embedded(spark, settings)
                .write()
                .mode(overwrite ? SaveMode.Overwrite : SaveMode.ErrorIfExists)
                .parquet(out);
        Dataset<Row> written = spark.read().parquet(out);
        long count = written.count();
        int width = count == 0 ? 0 : written.first().getList(1).size();
        System.out.printf(
                "%s: %d embeddings of width %d%s%n",
                out, count, width, skipBad ? ", %d skipped".formatted(skipped.value()) : "");
        return ExitCode.OK;
    }

    private Dataset<Row> embedded(SparkSession spark, EmbedSettings settings) {
        if (images != null) {
            return Embed.images(Embed.folder(spark, images), Embed.NAME, Embed.CONTENT, settings);
        }
        String path = SubmittedJob.existing(spark, String.valueOf(table)).toString();
        Dataset<Row> rows = spark.read().format(format).load(path);
        String names = String.valueOf(name);
        return content != null
                ? Embed.images(rows, names, content, settings)
                : Embed.rows(rows, names, columns, settings);
    }

    private void requireOptions() {
        InputException.unless(
                (images == null) != (table == null),
                "--images: found %s, expected --images or --table; give one of them",
                images == null ? "neither" : "--table too");
        InputException.when(
                images != null && (name != null || content != null || !columns.isEmpty()),
                "--images: found --name, --content or --columns too, which are for --table; leave them out");
        InputException.when(
                table != null && (name == null || (content == null) == columns.isEmpty()),
                "--table: expected --name and either --content or --columns; correct the options");
    }

    private void requireFree(SparkSession spark) {
        if (!overwrite) {
            boolean there = true;
            try {
                SubmittedJob.existing(spark, out);
            } catch (InputException e) {
                there = false;
            }
            InputException.when(
                    there,
                    "--out %s: found an existing path, expected a new one; choose another or add --overwrite",
                    out);
        }
    }
}
