package org.fullrank.serve;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Groups the items that wait into batches, which one thread computes.
///
/// @param <T> an item
/// @param <R> its result
final class Batcher<T, R> implements AutoCloseable {
    private static final long LOOK_MILLIS = 50; // how soon the thread notices that it should end

    private final Function<List<T>, List<R>> work;
    private final int batch;
    private final long waitNanos;
    private final BlockingQueue<Waiting<T, R>> queue;
    private final Thread engine;
    private boolean closing;

    private record Waiting<T, R>(T item, CompletableFuture<R> result) {}

    /// @param work computes the results of a batch, in its order
    /// @param batch most items of a batch, at least 1
    /// @param wait how long the first item of a batch waits for others
    /// @param queue most items that wait
    Batcher(Function<List<T>, List<R>> work, int batch, Duration wait, int queue) {
        this.work = work;
        this.batch = batch;
        this.waitNanos = wait.toNanos();
        this.queue = new ArrayBlockingQueue<>(queue);
        engine = Thread.ofPlatform().name("fullrank-engine").start(this::run);
    }

    /// Adds items, all or none.
    ///
    /// @return their results; empty if too many items wait, or if this object is closed
    synchronized Optional<List<CompletableFuture<R>>> offer(List<T> items) {
        if (closing || queue.remainingCapacity() < items.size()) {
            return Optional.empty();
        }
        var results = new ArrayList<CompletableFuture<R>>();
        for (T item : items) {
            var waiting = new Waiting<>(item, new CompletableFuture<R>());
            queue.add(waiting); // there is room, because only this method adds
            results.add(waiting.result);
        }
        return Optional.of(results);
    }

    /// Whether so many more items may wait now.
    boolean hasRoom(int items) {
        return queue.remainingCapacity() >= items;
    }

    /// Number of items that wait.
    int waiting() {
        return queue.size();
    }

    private synchronized boolean isClosing() {
        return closing;
    }

    private void run() {
        try {
            while (true) {
                boolean last = isClosing(); // nothing is added from now on
                Waiting<T, R> first = queue.poll(LOOK_MILLIS, TimeUnit.MILLISECONDS);
                if (first != null) {
                    compute(gather(first));
                } else if (last) {
                    return;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // nobody interrupts this thread
        }
    }

    private List<Waiting<T, R>> gather(Waiting<T, R> first) throws InterruptedException {
        var gathered = new ArrayList<Waiting<T, R>>();
        gathered.add(first);
        long end = System.nanoTime() + waitNanos;
        while (gathered.size() < batch) {
            long left = end - System.nanoTime();
            Waiting<T, R> next = left > 0 ? queue.poll(left, TimeUnit.NANOSECONDS) : queue.poll();
            if (next == null) {
                break;
            }
            gathered.add(next);
        }
        return gathered;
    }

    /// If a batch fails, each of its items is tried alone, so that a bad one does not harm the others.
    private void compute(List<Waiting<T, R>> items) {
        Throwable failure = tried(items);
        if (failure != null && items.size() == 1) {
            items.getFirst().result.completeExceptionally(failure);
        } else if (failure != null) {
            items.forEach(item -> compute(List.of(item)));
        }
    }

    private @Nullable Throwable tried(List<Waiting<T, R>> items) {
        try {
            List<R> results = work.apply(items.stream().map(Waiting::item).toList());
            for (int i = 0; i < items.size(); i++) {
                items.get(i).result.complete(results.get(i));
            }
            return null;
        } catch (RuntimeException | Error e) { // the thread must live on
            return e;
        }
    }

    /// Computes what waits, and refuses what comes later.
    @Override
    public void close() {
        synchronized (this) {
            closing = true;
        }
        try {
            engine.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
