package org.fullrank.view;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinTask;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.fullrank.engine.InputException;
import org.jspecify.annotations.Nullable;

/// A fixed number of threads that share the items of a batch. Each thread has its own scratch memory `S`. The
/// threads are daemons and end when they are idle. So nothing needs to be closed. Several callers may use the
/// same workers at the same time.
final class Workers<S> {
    /// Number of items that a thread takes at once. It is small enough to balance the work, and large enough
    /// to keep the overhead small.
    private static final int CHUNK = 4;

    private final int threads;
    private final Supplier<S> scratch;
    private final ConcurrentLinkedDeque<S> idle = new ConcurrentLinkedDeque<>();
    private final @Nullable ForkJoinPool pool;

    /// Work on one item of a batch.
    interface Task<S> {
        void run(S scratch, int item);
    }

    Workers(int threads, Supplier<S> scratch) {
        if (threads < 1) {
            throw new InputException("view threads is %d, expected at least 1; raise it".formatted(threads));
        }
        this.threads = threads;
        this.scratch = scratch;
        this.pool = threads == 1 ? null : new ForkJoinPool(threads);
    }

    int threads() {
        return threads;
    }

    /// Runs the task for items 0 to count - 1 and returns when all are done.
    void run(int count, Task<S> task) {
        int used = Math.min(threads, (count + CHUNK - 1) / CHUNK);
        AtomicInteger next = new AtomicInteger();
        if (pool == null || used <= 1) {
            share(next, count, task);
            return;
        }
        List<ForkJoinTask<?>> shares = new ArrayList<>();
        for (int i = 0; i < used; i++) {
            shares.add(pool.submit(() -> share(next, count, task)));
        }
        shares.forEach(ForkJoinTask::quietlyJoin); // all have ended before the caller sees an error of one
        shares.forEach(ForkJoinTask::join);
    }

    private void share(AtomicInteger next, int count, Task<S> task) {
        S mine = idle.pollFirst();
        if (mine == null) {
            mine = scratch.get();
        }
        for (int from = next.getAndAdd(CHUNK); from < count; from = next.getAndAdd(CHUNK)) {
            for (int i = from; i < Math.min(from + CHUNK, count); i++) {
                task.run(mine, i);
            }
        }
        idle.addFirst(mine);
    }
}
