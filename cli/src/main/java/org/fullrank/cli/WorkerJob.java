package org.fullrank.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.fullrank.data.Dataset;
import org.fullrank.engine.GlooWorkers;
import org.fullrank.engine.JobException;
import org.fullrank.engine.Rendezvous;
import org.fullrank.engine.Rendezvous.Address;
import org.fullrank.engine.WorkerGroup;
import org.fullrank.run.Recipe;
import org.fullrank.run.RunStatus;
import org.fullrank.train.Follower;
import org.fullrank.train.Team;
import org.fullrank.train.Trainer;
import org.jspecify.annotations.Nullable;

/// The work of a process with a rank above 0: it gets the recipe from rank 0 and trains with it.
final class WorkerJob {
    private final WorkerOptions options;
    private final PrintWriter err;
    /// Workers on this machine, if rank 0 has started this process.
    private final int local;

    private volatile boolean over;

    WorkerJob(WorkerOptions options, PrintWriter err) {
        this.options = options;
        this.err = err;
        local = Integer.parseInt(Objects.requireNonNullElse(System.getenv(WorkerTeam.STARTED), "0"));
    }

    /// Trains until rank 0 ends the training.
    ///
    /// @param settings that change the recipe of rank 0, such as another path of the data
    /// @param named the recipe that this command line names; it must equal that of rank 0; null if it names none
    /// @return whether the training found a collapse
    /// @throws JobException when the training has failed, or another worker has ended
    boolean run(List<String> settings, @Nullable Supplier<Recipe> named) {
        int rank = Objects.requireNonNull(options.rank);
        Address address = Address.of(String.valueOf(options.rendezvous));
        note("rank %d waits for rank 0 at %s".formatted(rank, address));
        if (local > 0) {
            ProcessHandle.current().parent().ifPresent(LostWorker::endAfter);
        }
        try (Rendezvous met = Rendezvous.join(address, rank, options.size(), WorkerTeam.software())) {
            try {
                Trainer.Ending ending = follow(met, settings, named);
                over = true;
                met.bye();
                return collapsed(ending);
            } catch (JobException e) {
                over = true;
                if (local > 0 && GlooWorkers.isLoss(e) && !speaks(met)) {
                    Runtime.getRuntime().halt(1); // rank 0 prints the line
                }
                throw LostWorker.explained(e, met);
            }
        }
    }

    private Trainer.Ending follow(Rendezvous met, List<String> settings, @Nullable Supplier<Recipe> named) {
        WorkerOrder told = WorkerOrder.of(met.order(), settings);
        var order = named == null ? told : new WorkerOrder(named.get(), told.table());
        try (Dataset data = order.open()) {
            Runnable onLoss = () -> LostWorker.end(met, () -> over, speaks(met), err);
            WorkerGroup group = met.connect(order.facts(data), onLoss);
            note("rank %d of %d trains".formatted(group.rank(), group.size()));
            try (var follower = new Follower(told.recipe(), data, new Team(group, Math.max(1, local)))) {
                Interruption interruption = Interruption.arm(); // before, Ctrl-C ends this process at once
                try {
                    return follower.run(interruption::requested);
                } finally {
                    interruption.disarm();
                }
            }
        }
    }

    /// Whether this process reports a lost worker. On one machine, one line is enough: that of rank 0, or of rank 1
    /// if rank 0 is lost.
    private boolean speaks(Rendezvous met) {
        for (int i = 0; local > 0 && met.lost() < 0 && i < 40; i++) {
            LostWorker.sleep();
        }
        return local == 0 || met.lost() == 0 && Objects.equals(options.rank, 1);
    }

    private boolean collapsed(Trainer.Ending ending) {
        if (ending.status() == RunStatus.FAILED) {
            if (local > 0) {
                Runtime.getRuntime().halt(1); // rank 0 has printed the line
            }
            throw new JobException("rank 0: " + ending.message());
        }
        note("%s after step %d, see rank 0".formatted(ending.status().label(), ending.step()));
        return ending.status() == RunStatus.COLLAPSED || ending.status() == RunStatus.ROLLED_BACK;
    }

    private void note(String line) {
        if (local == 0) {
            err.println(line);
        }
    }
}
