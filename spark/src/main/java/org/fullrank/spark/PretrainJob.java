package org.fullrank.spark;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.fullrank.engine.InputException;
import org.fullrank.run.RunFolder;
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
                    + " driver. A new run has spark.task.cpus threads for each worker, unless train.threads is set.",
            "",
            "Examples:",
            "  --workers 2 -- --recipe shapes-vicreg --out /shared/runs/mine",
            "  --workers 8 -- --data /shared/photos --out /shared/runs/photos --set train.epochs=50",
            "  --workers 8 -- --resume /shared/runs/photos"
        })
final class PretrainJob extends SubmittedJob {
    private static final String DYNAMIC = "spark.dynamicAllocation.enabled";

    @Option(names = "--workers", paramLabel = "K", required = true, description = "Number of workers.")
    private int workers;

    @Parameters(
            paramLabel = "ARGUMENT",
            description = "The arguments of fullrank pretrain, after --. --out or --resume is required.")
    private List<String> arguments = new ArrayList<>();

    @Override
    int work(SparkSession spark) {
        var given = new PretrainArguments(arguments);
        if (given.out() != null) {
            RunFolder.requireFree(Path.of(given.out()));
        }
        var training = new WorkerTask(given, workingFolder());
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

    /// Checks a local master. Without this check, Spark waits ten minutes for free processors before it fails.
    private void requireSlots(SparkSession spark) {
        InputException.unless(workers >= 1, "--workers: found %d, expected at least 1", workers);
        SparkConf conf = spark.sparkContext().conf();
        InputException.when(
                conf.getBoolean(DYNAMIC, false),
                "%s: found true, expected false, because all workers run at the same time; set it to false",
                DYNAMIC);
        int slots = spark.sparkContext().defaultParallelism() / conf.getInt("spark.task.cpus", 1);
        boolean known = spark.sparkContext().isLocal() && !conf.contains("spark.default.parallelism");
        InputException.when(
                known && workers > slots,
                "--workers: found %d, expected at most %d, because this Spark runs %d tasks at a time; use a master with more processors",
                workers,
                slots,
                slots);
    }
}
