package org.fullrank.spark;

import java.io.IOException;
import java.io.Serializable;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.BarrierTaskContext;
import org.fullrank.engine.InputException;
import org.fullrank.engine.JobException;
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
    /// After a loss, the old processes need some time to end. Two processes must not write one run folder.
    private static final Duration BEFORE_AGAIN = WorkerProcess.GRACE.plusSeconds(1);

    private final PretrainArguments arguments;
    private final String workingFolder;

    /// @param workingFolder of the driver; relative paths start there
    WorkerTask(PretrainArguments arguments, String workingFolder) {
        this.arguments = arguments;
        this.workingFolder = workingFolder;
    }

    /// How worker 0 has ended. It is not a record, because Kryo cannot send one.
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
            InputException.when(code == ExitCode.USAGE, "%s", error);
            return code;
        }

        /// @throws JobException when the process has failed for another reason than a wrong input; then Spark starts
        /// all
        ///     tasks again
        Result requireComplete(int rank) {
            if (!List.of(ExitCode.OK, ExitCode.USAGE, COLLAPSE).contains(code)) {
                throw new JobException("worker %d: %s".formatted(rank, error.isEmpty() ? "exit code " + code : error));
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
        String address = size == 1 ? "" : address(context);
        if (size > 1) {
            command.addAll(member(address, 0, size));
        }
        try (var worker = WorkerProcess.start(command, folder(context))) {
            boolean waits = worker.awaitWaiting(context::isInterrupted);
            context.allGather(waits ? address : "");
            return worker.await(context::isInterrupted).requireComplete(0);
        }
    }

    private List<Result> follow(BarrierTaskContext context) throws InterruptedException {
        String address = context.allGather("")[0];
        if (address.isEmpty()) {
            return List.of(); // worker 0 has ended already
        }
        List<String> command = member(address, context.partitionId(), context.getTaskInfos().length);
        try (var worker = WorkerProcess.start(command, folder(context))) {
            worker.await(context::isInterrupted).requireComplete(context.partitionId());
            return List.of(); // worker 0 reports
        }
    }

    private List<String> command(BarrierTaskContext context) throws InterruptedException {
        int threads = Math.max(1, context.cpus());
        if (context.stageAttemptNumber() == 0) {
            return new ArrayList<>(arguments.first(threads));
        }
        Thread.sleep(BEFORE_AGAIN);
        String out = arguments.out();
        boolean begun = out == null || Files.exists(Path.of(workingFolder).resolve(out));
        return new ArrayList<>(begun ? arguments.again() : arguments.first(threads));
    }

    private static List<String> member(String address, int rank, int size) {
        return List.of(
                "--rendezvous", address, "--rank", Integer.toString(rank), "--world-size", Integer.toString(size));
    }

    /// A free port of this machine, under the name by which the other executors know it.
    private static String address(BarrierTaskContext context) {
        String executor = context.getTaskInfos()[0].address();
        try (var server = new ServerSocket(0)) {
            return executor.substring(0, executor.lastIndexOf(':') + 1) + server.getLocalPort();
        } catch (IOException e) {
            throw new JobException("training: cannot open a port (%s); check the network".formatted(e.getMessage()), e);
        }
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
