package org.fullrank.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.fullrank.data.Dataset;
import org.fullrank.engine.JobException;
import org.fullrank.engine.Rendezvous;
import org.fullrank.engine.Rendezvous.Address;
import org.fullrank.train.Team;
import org.jspecify.annotations.Nullable;

/// The workers of a training, as rank 0 sees them. Rank 0 waits for the others, or starts them on this machine.
final class WorkerTeam implements AutoCloseable {
    /// The environment variable with the number of workers on this machine, for those that rank 0 has started.
    static final String STARTED = "FULLRANK_LOCAL_WORKERS";

    private static final String LOOPBACK = "127.0.0.1";
    /// Seconds in which a worker can end after the training.
    private static final int PATIENCE = 5;

    private final List<Process> started = new ArrayList<>();
    private @Nullable Rendezvous met;
    private Team team = Team.single();
    private volatile boolean over;

    private WorkerTeam() {}

    /// Brings the workers together; without other workers, it does nothing.
    ///
    /// @throws org.fullrank.engine.InputException when the address is not usable, or when a worker has another
    ///     recipe or other data
    /// @throws JobException when a worker does not come
    static WorkerTeam meet(WorkerOptions options, WorkerOrder order, Dataset data, PrintWriter err) {
        var team = new WorkerTeam();
        if (options.size() > 1) {
            try {
                team.gather(options, order, data, err);
            } catch (RuntimeException e) {
                team.close();
                throw e;
            }
        }
        return team;
    }

    private void gather(WorkerOptions options, WorkerOrder order, Dataset data, PrintWriter err) {
        boolean local = options.rendezvous == null;
        Address address = local ? new Address(LOOPBACK, 0) : Address.toListen(String.valueOf(options.rendezvous));
        try (var host = Rendezvous.Host.at(address)) {
            for (int rank = 1; local && rank < options.size(); rank++) {
                started.add(start(host.port(), rank, options.size()));
            }
            if (!local) {
                err.println(Rendezvous.WAITING + new Address(address.host(), host.port()) + " for the others");
                if (host.isLoopback()) {
                    err.println("warning: %s stands for this machine only, so workers on other machines cannot connect;"
                                    .formatted(address.host())
                            + " use an address that they can reach");
                }
            }
            Rendezvous all = host.await(options.size(), software(), order.text(), this::requireAlive);
            met = all;
            var group = all.connect(order.facts(data), () -> LostWorker.end(all, () -> over, true, err));
            team = new Team(group, local ? options.size() : 1);
            err.println("%d workers share each batch".formatted(options.size()));
        }
    }

    /// The version of this program and of Java; all workers need the same.
    static String software() {
        return String.join(", ", new Fullrank.Version().getVersion());
    }

    /// Starts a process with the JVM, the flags and the classes of this one.
    private static Process start(int port, int rank, int size) {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Fullrank.class.getName(), "pretrain"));
        command.addAll(List.of("--rendezvous", LOOPBACK + ":" + port));
        command.addAll(List.of("--rank", Integer.toString(rank), "--world-size", Integer.toString(size)));
        var builder = new ProcessBuilder(command)
                .redirectInput(ProcessBuilder.Redirect.PIPE)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().put(STARTED, Integer.toString(size));
        try {
            return builder.start();
        } catch (IOException e) {
            throw new JobException("--workers: cannot start worker %d (%s)".formatted(rank, e.getMessage()), e);
        }
    }

    private void requireAlive() {
        for (int i = 0; i < started.size(); i++) {
            if (!started.get(i).isAlive()) {
                throw new JobException(
                        "--workers: worker %d has ended with exit code %d before the start; see its message"
                                .formatted(i + 1, started.get(i).exitValue()));
            }
        }
    }

    Team team() {
        return team;
    }

    /// The exception with the number of the lost worker, if one is lost.
    JobException explained(JobException e) {
        return met == null ? e : LostWorker.explained(e, met);
    }

    /// The training is over. Nobody watches the other workers any longer.
    void ended() {
        over = true;
        if (met != null) {
            met.bye();
        }
    }

    @Override
    public void close() {
        ended();
        if (met != null) {
            met.close();
        }
        for (Process worker : started) {
            try {
                worker.waitFor(PATIENCE, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        started.forEach(Process::destroyForcibly);
    }
}
