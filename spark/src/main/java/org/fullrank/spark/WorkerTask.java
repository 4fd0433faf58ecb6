package org.fullrank.spark;

import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.BarrierTaskContext;
import org.fullrank.engine.InputException;
import org.fullrank.engine.JobException;
import org.fullrank.run.RunFolder;
import org.fullrank.train.Checkpoints;
import picocli.CommandLine.ExitCode;
import scala.collection.Iterator;
import scala.jdk.javaapi.CollectionConverters;
import scala.runtime.AbstractFunction1;

/// What each task of a training does: it starts a worker as a process, and waits for its end. Worker 0 starts
/// first. The others follow as soon as it waits for them, so a mistake in the arguments is reported once.
final class WorkerTask extends AbstractFunction1<Iterator<Integer>, Iterator<WorkerTask.Result>>
        implements Serializable {
    /// Exit code of `fullrank pretrain` for a collapse.
    private static final int COLLAPSE = 3;
    /// An old worker has ended after this time, so that two processes never write the same run folder.
    private static final Duration BEFORE_AGAIN = WorkerProcess.STOPPING.plusSeconds(2);

    private final PretrainArguments arguments;
    private final String workingFolder;

    /// @param workingFolder of the driver; relative paths start there
    WorkerTask(PretrainArguments arguments, String workingFolder) {
        this.arguments = arguments;
        this.workingFolder = workingFolder;
    }

    /// How worker 0 has ended. It is not a record, because Spark's Kryo cannot serialize records.
    static final class Result implements Serializable {
        private final int code;
        private final String output;
        private final String error;

        /// @param code exit code of the process
        /// @param output its standard output
        /// @param error the line that says what is wrong; empty if nothing is
        Result(int code, String output, String error) {
            this.code = code;
            this.output = output;
            this.error = error;
        }

        /// Prints the output.
        ///
        /// @return the exit code
        /// @throws InputException when the input was wrong
        int report() {
            System.out.print(output);
            System.out.flush();
            InputException.when(code == ExitCode.USAGE, "%s", error.isEmpty() ? "see the log of worker 0" : error);
            return code;
        }

        /// @throws JobException when the process has failed for another reason than wrong input. Spark then
        ///     starts all tasks again
        Result requireComplete() {
            if (!List.of(ExitCode.OK, ExitCode.USAGE, COLLAPSE).contains(code)) {
                throw new JobException("worker 0: " + (error.isEmpty() ? "found the exit code " + code : error));
            }
            return this;
        }
    }

    @Override
    public Iterator<Result> apply(Iterator<Integer> nothing) {
        BarrierTaskContext context = BarrierTaskContext.get();
        try {
            List<Result> result = context.partitionId() == 0 ? List.of(lead(context)) : follow(context);
            return CollectionConverters.asScala(result.iterator());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new JobException("training: Spark has stopped the task", e);
        }
    }

    private Result lead(BarrierTaskContext context) throws InterruptedException {
        int size = context.getTaskInfos().length;
        List<String> command = command(context);
        if (size > 1) {
            command.addAll(member(anyPort(context), 0, size));
        }
        try (var worker = WorkerProcess.start(command, folder(context))) {
            context.allGather(size > 1 ? worker.awaitAddress(context::isInterrupted) : "");
            return worker.await(context::isInterrupted).requireComplete();
        }
    }

    private List<Result> follow(BarrierTaskContext context) throws InterruptedException {
        String address = context.allGather("")[0];
        if (address.isEmpty()) {
            return List.of(); // worker 0 has ended already
        }
        List<String> command = member(address, context.partitionId(), context.getTaskInfos().length);
        try (var worker = WorkerProcess.start(command, folder(context))) {
            worker.await(context::isInterrupted);
            return List.of(); // worker 0 reports, also a loss
        }
    }

    private List<String> command(BarrierTaskContext context) throws InterruptedException {
        int threads = Math.max(1, context.cpus());
        if (context.stageAttemptNumber() == 0) {
            return new ArrayList<>(arguments.first(threads));
        }
        Thread.sleep(BEFORE_AGAIN);
        String out = arguments.out();
        boolean begun = out == null || isBegun(Path.of(workingFolder).resolve(out));
        return new ArrayList<>(begun ? arguments.again() : arguments.first(threads));
    }

    private static List<String> member(String address, int rank, int size) {
        return List.of(
                "--rendezvous", address, "--rank", Integer.toString(rank), "--world-size", Integer.toString(size));
    }

    /// Whether an earlier attempt has written a checkpoint. If it has made the run folder only, the folder is removed.
    private static boolean isBegun(Path run) {
        if (!RunFolder.isRun(run)) {
            return false;
        }
        try (RunFolder folder = RunFolder.resume(run)) {
            if (Checkpoints.latestIfAny(folder.checkpoints(), note -> {}).isPresent()) {
                return true;
            }
            folder.discardUnused();
            return false;
        }
    }

    /// A free port of this machine, under the name by which the other executors know it.
    private static String anyPort(BarrierTaskContext context) {
        String executor = context.getTaskInfos()[0].address();
        return executor.substring(0, executor.lastIndexOf(':') + 1) + 0;
    }

    private Path folder(BarrierTaskContext context) {
        Path folder = Path.of(workingFolder);
        if (!Files.isDirectory(folder)) {
            throw new JobException(
                    "worker %d: found no folder %s on this machine, expected the working folder of the driver; start the job"
                                    .formatted(context.partitionId(), folder)
                            + " in a folder on the shared disk");
        }
        return folder;
    }
}
