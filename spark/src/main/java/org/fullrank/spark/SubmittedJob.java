package org.fullrank.spark;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SparkSession;
import org.fullrank.engine.FullrankException;
import org.fullrank.engine.InputException;
import org.fullrank.engine.JobException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.ParameterException;

/// A command that `spark-submit` starts. An error is one line on standard error. The exit code is 0 for
/// success, 1 for a failed job, 2 for wrong arguments or input, and 3 for a training that has collapsed.
abstract class SubmittedJob implements Callable<Integer> {
    private static final Pattern KNOWN =
            Pattern.compile("org\\.fullrank\\.engine\\.(Input|Job)Exception: ([^\\r\\n]*)");

    /// Does the work.
    ///
    /// @return the exit code
    abstract int work(SparkSession spark);

    @Override
    public final Integer call() {
        SparkSession spark = SparkSession.builder().appName("Fullrank").getOrCreate();
        try {
            return work(spark);
        } finally {
            spark.stop();
        }
    }

    /// Runs a job and ends the JVM if it fails.
    static void run(SubmittedJob job, String[] arguments) {
        var err = new PrintWriter(System.err, true);
        int code = execute(job, err, arguments);
        if (code != ExitCode.OK) {
            System.exit(code);
        }
    }

    /// @return the exit code
    static int execute(SubmittedJob job, PrintWriter err, String... arguments) {
        return new CommandLine(job)
                .setColorScheme(CommandLine.Help.defaultColorScheme(Ansi.OFF))
                .setParameterExceptionHandler((e, _) -> wrongArguments(e, err))
                .setExecutionExceptionHandler((e, _, _) -> failed(e, err))
                .execute(arguments);
    }

    private static int wrongArguments(ParameterException e, PrintWriter err) {
        err.println("error: " + e.getMessage() + "; see --help");
        return ExitCode.USAGE;
    }

    private static int failed(Exception e, PrintWriter err) throws Exception {
        FullrankException known = known(e);
        if (known == null) {
            throw e; // the log of Spark explains it
        }
        err.println("error: " + known.getMessage());
        return known instanceof InputException ? ExitCode.USAGE : ExitCode.SOFTWARE;
    }

    /// The exception that Fullrank threw in a task; null if there is none. Spark wraps it, or has only its text.
    static @Nullable FullrankException known(Throwable thrown) {
        for (Throwable e = thrown; e != null; e = e.getCause()) {
            if (e instanceof FullrankException found) {
                return found;
            }
            Matcher text = KNOWN.matcher(String.valueOf(e.getMessage()));
            if (text.find()) {
                boolean input = text.group(1).equals("Input");
                return input ? new InputException(text.group(2)) : new JobException(text.group(2));
            }
        }
        return null;
    }

    /// The full path of a file or folder of any Hadoop file system.
    ///
    /// @throws InputException when it does not exist or cannot be read
    static Path existing(SparkSession spark, String path) {
        try {
            var given = new Path(path);
            FileStatus found = given.getFileSystem(spark.sparkContext().hadoopConfiguration())
                    .getFileStatus(given);
            return found.getPath();
        } catch (IOException e) {
            throw new InputException(
                    "%s: found no such file or folder (%s), expected one; correct the path"
                            .formatted(path, e.getClass().getSimpleName()),
                    e);
        }
    }
}
