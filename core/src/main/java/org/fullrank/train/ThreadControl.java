package org.fullrank.train;

import java.util.Locale;
import java.util.function.Consumer;
import org.fullrank.engine.ThreadChoice;
import org.fullrank.engine.Threads;

/// The number of threads of one training. If the recipe has a number of threads, this number does not change.
/// The number 0 means automatic. Then the best number is chosen at the start and about once a minute,
/// because other processes may start and end. Each change is printed. A change of the number of threads
/// changes the rounding of sums.
final class ThreadControl {
    /// One measurement of a tenth of a second per minute takes less than 0.2 % of the time.
    static final long NANOS_BETWEEN = 60_000_000_000L;

    private final boolean automatic;
    /// Whether the number of threads never changes during a training.
    private final boolean fixed;

    private final int most;
    /// Threads for all workers on this machine.
    private final int whole;

    private final Consumer<String> notes;
    private int count;
    private long measured = System.nanoTime();

    /// @param requested number of threads in the recipe; 0 means automatic
    /// @param notes gets a line for each choice
    ThreadControl(int requested, Consumer<String> notes) {
        this(requested, Team.single(), notes);
    }

    /// @param team shares the threads of this machine. Each of its workers keeps its number of threads, because
    ///     the workers wait for each other
    ThreadControl(int requested, Team team, Consumer<String> notes) {
        this.automatic = requested == 0;
        this.fixed = !team.workers().isSingle();
        this.notes = notes;
        this.most = team.threads(Runtime.getRuntime().availableProcessors());
        this.whole = Threads.resolve(requested);
        this.count = team.threads(whole);
        if (automatic && count < most) {
            notes.accept(Threads.remark());
        }
    }

    int count() {
        return count;
    }

    /// Continues with the number of threads with which a checkpoint was written, so that the steps are the
    /// same.
    ///
    /// @param saved 0 if the checkpoint does not say
    void resume(int saved) {
        if (!automatic || saved == 0 || saved == count) {
            return;
        }
        if (saved > most) {
            notes.accept(
                    "threads: %d instead of the %d before the stop, because there are %d processors now; sums are rounded"
                                    .formatted(count, saved, most)
                            + " in another way");
            return;
        }
        notes.accept("threads: %d as before the stop".formatted(saved));
        use(saved);
    }

    /// Looks again if it is time for it. If no other process runs, all threads are used. Otherwise the best
    /// number is measured, and the number changes if another one saves a fifth of the time. On an idle machine,
    /// a measurement would be wrong: threads of this process, such as the compiler's, disturb it.
    void reconsider(long step) {
        if (!automatic || fixed || most == 1 || System.nanoTime() - measured < NANOS_BETWEEN) {
            return;
        }
        if (ThreadChoice.crowded()) {
            ThreadChoice.Measured now = ThreadChoice.measure(most, count);
            int best = now.best(count);
            change(best, step, String.format(Locale.ROOT, "%.1f times as fast now", now.ratio(count, best)));
        } else {
            change(most, step, "as no other process runs now");
        }
        measured = System.nanoTime();
    }

    /// Uses the threads of the whole machine again, because the other workers have ended.
    void free() {
        if (fixed) {
            Threads.use(whole);
        }
    }

    private void change(int best, long step, String why) {
        if (best != count) {
            notes.accept("threads: %d instead of %d from step %d on, %s".formatted(best, count, step + 1, why));
        }
        use(best);
    }

    private void use(int threads) {
        count = threads;
        Threads.use(threads);
    }
}
