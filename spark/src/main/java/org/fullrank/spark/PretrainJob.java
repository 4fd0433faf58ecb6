package org.fullrank.spark;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.fullrank.engine.InputException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import scala.reflect.ClassTag;

/// Trains with the command `fullrank pretrain` in several workers.
@Command(
        name = "org.fullrank.spark.Pretrain",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Trains an encoder with fullrank pretrain in several workers that Spark starts.",
        footer = {
            "",
            "Paths are those of a disk that all machines share. Relative paths start at the working folder of the"
                    + " driver. Each worker has as many threads as a task has processors (spark.task.cpus).",
            "",
            "Examples:",
            "  --workers 2 -- --recipe shapes-vicreg --out /shared/runs/mine",
            "  --workers 8 -- --data /shared/photos --out /shared/runs/photos --set train.epochs=50",
            "  --workers 8 -- --resume /shared/runs/photos"
        })
final class PretrainJob extends SubmittedJob {
    @Option(names = "--workers", paramLabel = "K", required = true, description = "Number of workers.")
    private int workers;

    @Parameters(
            paramLabel = "ARGUMENT",
            description = "The arguments of fullrank pretrain, after --. One of them is --out or --resume.")
    private List<String> arguments = new ArrayList<>();

    @Override
    int work(SparkSession spark) {
        var training = new WorkerTask(new PretrainArguments(arguments), workingFolder());
        requireSlots(spark);
        List<Integer> tasks = Collections.nCopies(workers, 0);
        WorkerTask.Result result = JavaSparkContext.fromSparkContext(spark.sparkContext())
                .parallelize(tasks, workers)
                .rdd()
                .barrier()
                .mapPartitions(training, false, ClassTag.<WorkerTask.Result>apply(WorkerTask.Result.class))
                .toJavaRDD()
                .repartition(1) // Spark starts a barrier stage again only if another stage follows
                .first();
        return result.report();
    }

    private static String workingFolder() {
        return Path.of("").toAbsolutePath().toString();
    }

    /// Spark itself would try for ten minutes.
    private void requireSlots(SparkSession spark) {
        InputException.unless(workers >= 1, "--workers: found %d, expected at least 1", workers);
        int slots = spark.sparkContext().defaultParallelism();
        InputException.when(
                spark.sparkContext().isLocal() && workers > slots,
                "--workers: found %d, expected at most %d tasks of this Spark, because all workers run at the same time;"
                        + " use --master local[%d]",
                workers,
                slots,
                workers);
    }
}
